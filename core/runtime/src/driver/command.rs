//! What a line of input says.

use std::collections::BTreeMap;

use linnet_messenger::command::{AccountColour, Adders, Callers, NotificationContent, PrivacySetting, Report, Show};
use linnet_messenger::command::{ProxyAddress, ServerAddress};
use linnet_messenger::ids::{Fingerprint, MessageId};
use linnet_messenger::view::Page;
use serde::Deserialize;
use serde_json::{Value, json};

/// A command with the number its answer carries.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) id: u64,
    pub(crate) command: Do,
}

/// Every command; the fields are those of the line.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Do {
    AddAccount {
        address: String,
        password: String,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
        again: Option<bool>,
    },
    StartSignUp {
        domain: String,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
        invitation: Option<String>,
    },
    FollowInvitation {
        link: String,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
    },
    SubmitSignUp {
        sign_up: i64,
        answers: BTreeMap<String, Vec<String>>,
    },
    CancelSignUp {
        sign_up: i64,
    },
    BeginArrival {},
    ReadArrival {
        code: String,
    },
    EndArrival {},
    BeginHandover {
        account: i64,
        code: String,
        pin: Option<String>,
    },
    ConfirmHandover {},
    EndHandover {},
    ExportBackup {
        file: std::path::PathBuf,
        passphrase: String,
        #[serde(default)]
        credentials: bool,
        pin: Option<String>,
    },
    ImportBackup {
        file: std::path::PathBuf,
        passphrase: String,
    },
    CollectExport {
        account: i64,
    },
    ReadExport {
        account: i64,
        file: std::path::PathBuf,
    },
    ReadAccountFile {
        file: std::path::PathBuf,
    },
    ImportAccountFile {
        account: i64,
        file: std::path::PathBuf,
        #[serde(default)]
        user: usize,
    },
    EndImport {
        account: i64,
    },
    PublishMoved {
        account: i64,
        to: i64,
    },
    RetractMoved {
        account: i64,
    },
    AskMoved {
        account: i64,
    },
    SetServer {
        account: i64,
        server: Option<ServerAddress>,
    },
    SetProxy {
        account: i64,
        proxy: Option<ProxyAddress>,
    },
    PinCertificate {
        account: i64,
        sha256: Fingerprint,
    },
    UnpinCertificate {
        account: i64,
    },
    SetAccountEnabled {
        account: i64,
        enabled: bool,
    },
    SetDevice {
        account: i64,
        name: String,
        priority: i8,
    },
    SetPresence {
        account: i64,
        show: Show,
        #[serde(default)]
        status: String,
    },
    SetAutoAway {
        account: i64,
        on: bool,
    },
    AskDevices {
        account: i64,
    },
    RevokeClient {
        account: i64,
        client: String,
    },
    SignOutEverywhere {
        account: i64,
        password: String,
    },
    AskServer {
        account: i64,
    },
    EditAccount {
        account: i64,
        name: String,
        colour: AccountColour,
    },
    MoveAccount {
        account: i64,
        to: u32,
    },
    ShowAccount {
        account: Option<i64>,
    },
    ChangePassword {
        account: i64,
        password: String,
    },
    SignOut {
        account: i64,
    },
    DeleteAccount {
        account: i64,
    },
    RemoveAccount {
        account: i64,
    },
    StartChat {
        account: i64,
        address: String,
    },
    AnswerRequest {
        account: i64,
        address: String,
        accept: bool,
    },
    Block {
        account: i64,
        address: String,
        report: Option<Report>,
    },
    Unblock {
        account: i64,
        address: String,
    },
    AddContact {
        account: i64,
        address: String,
    },
    EditContact {
        account: i64,
        address: String,
        name: String,
        tags: Vec<String>,
    },
    Unsubscribe {
        account: i64,
        address: String,
    },
    RemoveContact {
        account: i64,
        address: String,
    },
    SetMuted {
        chat: i64,
        muted: bool,
    },
    SetPicture {
        account: i64,
        file: Option<std::path::PathBuf>,
    },
    SetNickname {
        account: i64,
        nickname: String,
    },
    SetVcard {
        account: i64,
        vcard: linnet_messenger::command::VcardFields,
    },
    AskVcard {
        account: i64,
        address: String,
    },
    AskContactDevice {
        chat: i64,
        device: String,
    },
    SetProfileOpen {
        account: i64,
        open: bool,
    },
    ShowCode {
        account: i64,
    },
    CreateInvitation {
        account: i64,
    },
    SendText {
        chat: i64,
        body: String,
        token: Option<String>,
    },
    Retry {
        message: i64,
    },
    DeleteMessage {
        message: i64,
    },
    DeleteChat {
        chat: i64,
    },
    MarkRead {
        chat: i64,
        message: i64,
    },
    FillGap {
        gap: i64,
    },
    ChatOpened {
        chat: i64,
    },
    SetArchiving {
        account: i64,
        on: bool,
    },
    Correct {
        message: i64,
        body: String,
        token: Option<String>,
    },
    SetComposing {
        chat: i64,
        composing: bool,
    },
    SetPrivacy {
        account: i64,
        setting: PrivacySetting,
        on: bool,
    },
    SetException {
        account: i64,
        address: String,
        setting: PrivacySetting,
        allowed: Option<bool>,
    },
    SetCallers {
        account: i64,
        callers: Callers,
    },
    SetAdders {
        account: i64,
        adders: Adders,
    },
    SetActive {
        active: bool,
    },
    AskLocked {},
    SetPin {
        current: Option<String>,
        pin: Option<String>,
    },
    SetLockOptions {
        biometrics: bool,
        patience: u64,
    },
    Unlock {
        pin: String,
    },
    LockNow {},
    SetNotificationContent {
        content: NotificationContent,
    },
    HideScreen {
        hides: bool,
    },
    NetworkChanged {},
    SetMetered {
        metered: bool,
    },
    Suspend {},
    Resume {},
    Watch {
        view: ViewName,
        chat: Option<i64>,
        message: Option<i64>,
        account: Option<i64>,
    },
    Page {
        watch: u64,
        #[serde(flatten)]
        page: PageLine,
    },
    Unwatch {
        watch: u64,
    },
    Dump {
        chat: i64,
    },
    Text {
        message: i64,
    },
    Quit {},
}

/// Without what the user wrote.
impl std::fmt::Debug for Do {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::mem::discriminant(self).fmt(f)
    }
}

/// The views.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ViewName {
    Accounts,
    App,
    ChatList,
    Codes,
    Requests,
    Blocks,
    Contact,
    OwnDevices,
    ServerDetails,
    SignUps,
    Notifications,
    Timeline,
    Versions,
}

/// Where to move a window: one of `older`, `newest` and `around`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PageLine {
    Older(u32),
    Newest(Yes),
    Around(i64),
}

/// `true`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "bool")]
pub(crate) struct Yes;

impl TryFrom<bool> for Yes {
    type Error = &'static str;

    fn try_from(yes: bool) -> Result<Self, Self::Error> {
        yes.then_some(Self).ok_or("only true makes sense here")
    }
}

impl From<PageLine> for Page {
    fn from(line: PageLine) -> Self {
        match line {
            PageLine::Older(count) => Self::Older(count),
            PageLine::Newest(_) => Self::Newest,
            PageLine::Around(message) => Self::Around(MessageId(message)),
        }
    }
}

/// A line that is no command.
#[derive(Debug)]
pub(crate) struct Problem {
    id: Option<u64>,
    detail: String,
}

impl Problem {
    pub(crate) fn to_json(&self) -> Value {
        match self.id {
            Some(id) => json!({ "answer": id, "error": "bad_command", "detail": self.detail }),
            None => json!({ "error": "bad_command", "detail": self.detail }),
        }
    }
}

/// Reads one line.
pub(crate) fn parse(line: &str) -> Result<Line, Problem> {
    let mut value: Value =
        serde_json::from_str(line).map_err(|error| Problem { id: None, detail: error.to_string() })?;
    let id = value.as_object_mut().and_then(|fields| fields.remove("id"));
    let Some(id) = id.as_ref().and_then(Value::as_u64) else {
        return Err(Problem { id: None, detail: "no id".to_owned() });
    };
    match serde_json::from_value(value) {
        Ok(command) => Ok(Line { id, command }),
        Err(error) => Err(Problem { id: Some(id), detail: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &str) -> Do {
        parse(line).unwrap().command
    }

    #[test]
    fn every_command_is_understood() {
        let lines = [
            r#"{"id":1,"do":"add_account","address":"a@x","password":"p"}"#,
            r#"{"id":1,"do":"add_account","address":"a@x","password":"p",
                "server":{"host":"h","port":1,"direct_tls":true}}"#,
            r#"{"id":1,"do":"add_account","address":"a@x","password":"p","proxy":{"host":"h","port":1}}"#,
            r#"{"id":1,"do":"set_server","account":1,"server":{"host":"h","port":5222,"direct_tls":false}}"#,
            r#"{"id":1,"do":"set_server","account":1}"#,
            r#"{"id":1,"do":"set_proxy","account":1,"proxy":{"host":"127.0.0.1","port":9050}}"#,
            r#"{"id":1,"do":"set_proxy","account":1}"#,
            r#"{"id":1,"do":"unpin_certificate","account":1}"#,
            r#"{"id":1,"do":"set_account_enabled","account":1,"enabled":false}"#,
            r#"{"id":1,"do":"remove_account","account":1}"#,
            r#"{"id":1,"do":"start_chat","account":1,"address":"b@x"}"#,
            r#"{"id":1,"do":"answer_request","account":1,"address":"b@x","accept":true}"#,
            r#"{"id":1,"do":"block","account":1,"address":"b@x"}"#,
            r#"{"id":1,"do":"block","account":1,"address":"x","report":"spam"}"#,
            r#"{"id":1,"do":"unblock","account":1,"address":"b@x"}"#,
            r#"{"id":1,"do":"add_contact","account":1,"address":"b@x"}"#,
            r#"{"id":1,"do":"edit_contact","account":1,"address":"b@x","name":"B","tags":["club"]}"#,
            r#"{"id":1,"do":"unsubscribe","account":1,"address":"b@x"}"#,
            r#"{"id":1,"do":"remove_contact","account":1,"address":"b@x"}"#,
            r#"{"id":1,"do":"set_muted","chat":1,"muted":true}"#,
            r#"{"id":1,"do":"follow_invitation","link":"xmpp:x?register;preauth=t"}"#,
            r#"{"id":1,"do":"show_code","account":1}"#,
            r#"{"id":1,"do":"create_invitation","account":1}"#,
            r#"{"id":1,"do":"send_text","chat":1,"body":"hi","token":"t"}"#,
            r#"{"id":1,"do":"send_text","chat":1,"body":"hi"}"#,
            r#"{"id":1,"do":"begin_arrival"}"#,
            r#"{"id":1,"do":"read_arrival","code":"c"}"#,
            r#"{"id":1,"do":"end_arrival"}"#,
            r#"{"id":1,"do":"begin_handover","account":1,"code":"c","pin":"2580"}"#,
            r#"{"id":1,"do":"confirm_handover"}"#,
            r#"{"id":1,"do":"end_handover"}"#,
            r#"{"id":1,"do":"export_backup","file":"f","passphrase":"p","credentials":true,"pin":"2580"}"#,
            r#"{"id":1,"do":"import_backup","file":"f","passphrase":"p"}"#,
            r#"{"id":1,"do":"collect_export","account":1}"#,
            r#"{"id":1,"do":"read_export","account":1,"file":"f"}"#,
            r#"{"id":1,"do":"read_account_file","file":"f"}"#,
            r#"{"id":1,"do":"import_account_file","account":1,"file":"f","user":2}"#,
            r#"{"id":1,"do":"end_import","account":1}"#,
            r#"{"id":1,"do":"publish_moved","account":1,"to":2}"#,
            r#"{"id":1,"do":"retract_moved","account":1}"#,
            r#"{"id":1,"do":"ask_moved","account":1}"#,
            r#"{"id":1,"do":"retry","message":1}"#,
            r#"{"id":1,"do":"delete_message","message":1}"#,
            r#"{"id":1,"do":"delete_chat","chat":1}"#,
            r#"{"id":1,"do":"mark_read","chat":1,"message":2}"#,
            r#"{"id":1,"do":"fill_gap","gap":1}"#,
            r#"{"id":1,"do":"chat_opened","chat":1}"#,
            r#"{"id":1,"do":"set_archiving","account":1,"on":true}"#,
            r#"{"id":1,"do":"correct","message":1,"body":"hi","token":"t"}"#,
            r#"{"id":1,"do":"set_composing","chat":1,"composing":true}"#,
            r#"{"id":1,"do":"set_privacy","account":1,"setting":"read_markers","on":false}"#,
            r#"{"id":1,"do":"set_exception","account":1,"address":"b@x","setting":"online","allowed":false}"#,
            r#"{"id":1,"do":"set_exception","account":1,"address":"b@x","setting":"calls"}"#,
            r#"{"id":1,"do":"set_callers","account":1,"callers":"nobody"}"#,
            r#"{"id":1,"do":"set_adders","account":1,"adders":"code"}"#,
            r#"{"id":1,"do":"set_active","active":false}"#,
            r#"{"id":1,"do":"network_changed"}"#,
            r#"{"id":1,"do":"suspend"}"#,
            r#"{"id":1,"do":"resume"}"#,
            r#"{"id":1,"do":"set_device","account":1,"name":"Handy","priority":10}"#,
            r#"{"id":1,"do":"set_presence","account":1,"show":"dnd","status":"writing"}"#,
            r#"{"id":1,"do":"set_auto_away","account":1,"on":false}"#,
            r#"{"id":1,"do":"ask_devices","account":1}"#,
            r#"{"id":1,"do":"revoke_client","account":1,"client":"c"}"#,
            r#"{"id":1,"do":"sign_out_everywhere","account":1,"password":"p"}"#,
            r#"{"id":1,"do":"watch","view":"own_devices","account":1}"#,
            r#"{"id":1,"do":"ask_server","account":1}"#,
            r#"{"id":1,"do":"watch","view":"server_details","account":1}"#,
            r#"{"id":1,"do":"edit_account","account":1,"name":"Club","colour":"green"}"#,
            r#"{"id":1,"do":"move_account","account":1,"to":0}"#,
            r#"{"id":1,"do":"show_account","account":1}"#,
            r#"{"id":1,"do":"watch","view":"chat_list"}"#,
            r#"{"id":1,"do":"watch","view":"chat_list","account":1}"#,
            r#"{"id":1,"do":"watch","view":"codes"}"#,
            r#"{"id":1,"do":"watch","view":"notifications"}"#,
            r#"{"id":1,"do":"watch","view":"timeline","chat":1}"#,
            r#"{"id":1,"do":"watch","view":"versions","message":1}"#,
            r#"{"id":1,"do":"page","watch":1,"older":50}"#,
            r#"{"id":1,"do":"page","watch":1,"newest":true}"#,
            r#"{"id":1,"do":"page","watch":1,"around":7}"#,
            r#"{"id":1,"do":"unwatch","watch":1}"#,
            r#"{"id":1,"do":"dump","chat":1}"#,
            r#"{"id":1,"do":"text","message":1}"#,
            r#"{"id":1,"do":"quit"}"#,
        ];
        for line in lines {
            assert!(parse(line).is_ok(), "{line}: {:?}", parse(line).err());
        }
    }

    #[test]
    fn fields_arrive_where_they_belong() {
        let digits = "0f".repeat(32);
        let line = format!(r#"{{"id":1,"do":"pin_certificate","account":1,"sha256":"{digits}"}}"#);
        let Do::PinCertificate { account: 1, sha256 } = command(&line) else { panic!() };
        assert_eq!(sha256, Fingerprint([15; 32]));
        let Do::Page { watch: 4, page } = command(r#"{"id":1,"do":"page","watch":4,"older":50}"#) else { panic!() };
        assert_eq!(Page::from(page), Page::Older(50));
        let Do::Page { page, .. } = command(r#"{"id":1,"do":"page","watch":4,"around":9}"#) else { panic!() };
        assert_eq!(Page::from(page), Page::Around(MessageId(9)));
        let Do::MarkRead { chat: 3, message: 5 } = command(r#"{"id":1,"do":"mark_read","chat":3,"message":5}"#) else {
            panic!()
        };
    }

    #[test]
    fn what_is_no_command_is_refused_with_its_number() {
        let told = |line| parse(line).unwrap_err().to_json();
        assert_eq!(told("nonsense")["error"], "bad_command");
        assert_eq!(told("nonsense").get("answer"), None);
        for line in [
            r#"{"id":7,"do":"fly"}"#,
            r#"{"id":7,"do":"pin_certificate","account":1,"sha256":"0f"}"#,
            r#"{"id":7,"do":"retry"}"#,
            r#"{"id":7,"do":"retry","message":1,"mesage":2}"#,
            r#"{"id":7,"do":"retry","message":"1"}"#,
            r#"{"id":7,"do":"page","watch":1}"#,
            r#"{"id":7,"do":"page","watch":1,"newest":false}"#,
            r#"{"id":7}"#,
        ] {
            assert_eq!((&told(line)["answer"], &told(line)["error"]), (&json!(7), &json!("bad_command")), "{line}");
        }
        assert_eq!(told(r#"{"do":"quit"}"#)["detail"], "no id");
    }

    #[test]
    fn a_command_is_never_printed_with_its_content() {
        let printed = format!("{:?}", command(r#"{"id":1,"do":"add_account","address":"a@x","password":"secret"}"#));
        assert!(!printed.contains("secret") && !printed.contains("a@x"), "{printed}");
    }
}
