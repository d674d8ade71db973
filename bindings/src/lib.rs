//! Linnet's surface for Kotlin (`org.linnet.core`) and Swift (`LinnetCore`), exported by UniFFI.
//!
//! Thin on purpose: every exported function parses its arguments, makes one call into the runtime and maps the error.
//! Nothing here knows XMPP. What a screen shows comes from the four subscriptions (`subscription.rs`); what the user
//! asks goes through [`Client`] and is answered after the local commit, never after the network.
//!
//! Conventions: ids are `i64` rows of the local database, times are UTC milliseconds since 1970, addresses are bare
//! JIDs (RFC 7622) unless said otherwise.

#![forbid(unsafe_code)]

mod account;
mod account_look;
mod app;
mod backup;
mod chat_list;
mod client;
mod code;
mod contact;
mod device_details;
mod error;
mod handover;
mod link;
mod moved;
mod network;
mod notification;
mod own_devices;
mod platform;
mod portable;
mod portrait;
mod presence;
mod privacy;
mod profile;
mod provider;
mod qr;
mod server_details;
mod sign_up;
mod subscription;
mod timeline;
mod vcard;
mod version;

pub use account::{AccountItem, AccountsBatch, AccountsOp, AccountsSubscription};
pub use account::{AccountProblem, AccountTask, ProfileState};
pub use account::{CertificateItem, CertificateProblem, Connection, LoginFailure, Missing, WaitReason};
pub use app::{AppBatch, AppItem, AppOp, AppSubscription, LockItem, NotificationContent};
pub use backup::Restored;
pub use chat_list::{ChatItem, ChatListBatch, ChatListOp, ChatListSubscription, Preview};
pub use client::{Client, Options, ProxyAddress, ServerAddress};
pub use code::{CodeItem, CodesBatch, CodesOp, CodesSubscription, ServerInvitation};
pub use contact::{Availability, ContactBatch, ContactItem, ContactOp, ContactSubscription, DeviceItem};
pub use contact::{BlockItem, BlocksBatch, BlocksOp, BlocksSubscription, Report};
pub use contact::{PeopleBatch, PeopleOp, PeopleSubscription, PersonItem};
pub use contact::{RequestItem, RequestsBatch, RequestsOp, RequestsSubscription};
pub use device_details::{DetailsState, DeviceClock, DeviceDetails, DeviceKind};
pub use error::{CommandError, OpenError, SubscriptionError};
pub use handover::{ArrivalCode, ArrivalStep, HandoverCode, Owner};
pub use link::{Link, LinkError, read_link};
pub use moved::{ContactMoved, MovedItem, MovedState, RequestMoved};
pub use network::{Judgement, Lookup, PlatformNetwork, Question};
pub use notification::{NotificationItem, NotificationLine};
pub use notification::{NotificationsBatch, NotificationsOp, NotificationsSubscription};
pub use platform::{LogLevel, Platform};
pub use portable::{AccountFileItem, ExportItem, ImportItem};
pub use portrait::{Portrait, portrait};
pub use presence::{OwnPresence, Show, longest_status};
pub use privacy::{Adders, Callers, Privacy, PrivacyException, PrivacySetting};
pub use profile::{PictureError, PictureSquare, middle_square, moved_square, picture_preview};
pub use provider::{Provider, ProviderList, ProviderListError, ProviderRegistration};
pub use qr::{QrBitmap, QrCode, QrError, draw_qr, draw_qr_bitmap, read_qr_frame, read_qr_picture};
pub use sign_up::{SignUpAnswer, SignUpField, SignUpFieldKind, SignUpForm, SignUpItem, SignUpMeaning};
pub use sign_up::{SignUpOption, SignUpProblem, SignUpState, SignUpsBatch, SignUpsOp, SignUpsSubscription};
pub use timeline::{GapItem, GapState, GroupPosition, MessageAction, MessageItem, MessageState, SendFailure};
pub use timeline::{TextBlock, TextOf, TextPortion, TextSpan};
pub use timeline::{TimelineBatch, TimelineItem, TimelineOp, TimelineSubscription};
pub use vcard::{VcardFields, VcardItem, VcardKind, VcardLine};
pub use version::{VersionItem, VersionsBatch, VersionsOp, VersionsSubscription};

uniffi::setup_scaffolding!();
