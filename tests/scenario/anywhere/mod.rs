//! Scenarios that a real server can play: no forged stanza, no fault inside the server.
//!
//! Some need more than any server gives: `with archive` is for those in which somebody learns what was said while he was
//! not there, and `with memory` for those in which the server must remember over its own restart what it had taken, which
//! only its archive does reliably.

mod contacts;
pub mod devices;
pub mod messages;
pub mod moved;
pub mod portable;
pub mod presence;
pub mod profile;
pub mod relations;
pub mod trouble;

/// Makes a test of each scenario; the including target says by its macro `played` where it is played.
macro_rules! scenarios {
    ($($module:ident $(with $need:ident $(and $more:ident)?)?: $($name:ident),+ $(,)?;)+) => {
        $(scenarios! { @one $module ($($need $(and $more)?)?) $($name),+ })+
    };
    (@one $module:ident $need:tt $($name:ident),+) => {
        $(played! { $module, $name, $need })+
    };
}

scenarios! {
    messages:
        a_text_arrives_and_is_marked_sent,
        both_talk_at_once,
        a_repeated_token_sends_once,
        a_deleted_message_stays_deleted,
        a_deleted_chat_stays_empty_until_something_new_comes,
        what_was_read_stays_read;
    messages with archive:
        a_note_to_self_is_there_once,
        texts_arrive_as_they_were_written,
        a_second_phone_shows_the_same_conversation,
        own_messages_of_two_phones_take_the_archives_order;
    devices:
        what_one_phone_says_shows_on_the_other;
    devices with archive:
        what_was_read_on_one_phone_is_read_on_the_other,
        what_was_read_offline_is_read_elsewhere_later,
        what_came_and_was_read_while_a_phone_was_away_is_read_there,
        a_fresh_phone_begins_where_the_others_are,
        an_answer_from_one_phone_reads_the_chat_on_the_other,
        two_own_accounts_talk_in_one_store;
    contacts:
        a_request_is_shown_and_accepted,
        a_declined_request_is_gone,
        a_message_from_a_stranger_waits_in_the_box,
        who_is_blocked_is_heard_no_more,
        who_scans_a_code_is_a_contact_at_once,
        who_must_not_see_us_is_shown_nothing;
    presence:
        what_one_chooses_to_say_of_oneself_is_seen,
        who_comes_back_from_a_cut_is_seen_as_he_chose_meanwhile,
        a_contacts_device_says_what_it_is_if_it_wants_to;
    profile:
        a_picture_and_a_name_reach_contacts_and_the_own_phones,
        a_vcard_is_written_read_and_taken_back;
    portable:
        what_a_file_brings_is_asked_and_published;
    moved:
        a_contact_follows_to_another_address,
        who_does_not_follow_is_asked_once;
    relations:
        corrections_written_offline_leave_once;
    relations with archive:
        a_correction_is_shown_once_on_every_device,
        corrections_survive_cuts_and_restarts,
        a_deleted_message_does_not_come_back_by_its_correction,
        what_is_read_is_told;
    trouble:
        texts_written_offline_leave_when_the_network_is_back,
        a_cut_loses_nothing,
        many_cuts_lose_and_double_nothing,
        a_killed_sender_sends_after_its_start,
        a_killed_receiver_has_everything_after_its_start;
    trouble with memory:
        a_restarted_server_loses_and_doubles_nothing;
    trouble with archive:
        cuts_and_kills_on_every_side;
    trouble with archive and memory:
        everything_at_once;
}
