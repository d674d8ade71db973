//! Collects what goes into a backup, and does what a backup says. What is in it, and its bounds: `app/backup/`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jid::BareJid;
use rusqlite::params;

use super::Call;
use super::feature::Refusal;
use crate::account::handover::Credential;
use crate::account::settings;
use crate::app::backup::{BackedUpAccount, BackedUpContact, BackedUpProfile, Contents, Zeroed};
use crate::app::{bystander, lock};
use crate::change::Change;
use crate::command::{
    Adders, Callers, Command, LONGEST_STATUS, NotificationContent, Owner, PrivacySetting, Receipt, Restored, Secret,
    SecretBytes, Show,
};
use crate::contact::nickname;
use crate::contact::restored_profile::{self, Parts};
use crate::contact::wish::{self, Wish};
use crate::fault::{CommandError, Fault};
use crate::ids::AccountId;
use crate::session::{Session, certificate, connect, credentials};
use crate::view::item::LoginFailure;

type Sessions = BTreeMap<AccountId, Session>;

/// An account's switches, in the order in which they are read; who may call has more than two answers.
const SETTINGS: [PrivacySetting; 7] = [
    PrivacySetting::Receipts,
    PrivacySetting::ReadMarkers,
    PrivacySetting::Typing,
    PrivacySetting::DeviceInformation,
    PrivacySetting::Online,
    PrivacySetting::LastSeen,
    PrivacySetting::AutoLoad,
];

impl Call<'_> {
    /// Carries it out, or gives `None` if it is about something else.
    pub(super) fn obey_backup(
        &mut self,
        command: &Command,
        sessions: &mut Sessions,
    ) -> Result<Option<Receipt>, Refusal> {
        match command {
            Command::ReadBackup { credentials, owner } => {
                self.may_read_backup(*credentials, owner.as_ref())?;
                let contents = self.back_up(*credentials, sessions)?;
                let written = contents.write().ok_or(CommandError::Internal)?;
                Ok(Some(Receipt::Backup(SecretBytes(written))))
            }
            Command::RestoreBackup { contents } => {
                let contents = Contents::read(&contents.0).ok_or(CommandError::Unreadable)?;
                Ok(Some(Receipt::Restored(self.restore(contents, sessions)?)))
            }
            _ => Ok(None),
        }
    }

    /// What signs in leaves the device only by the word of its owner.
    fn may_read_backup(&mut self, credentials: bool, owner: Option<&Owner>) -> Result<(), Refusal> {
        if credentials {
            let proven = lock::prove(self.tx, owner, self.now);
            self.out.changes.insert(Change::App);
            return proven;
        }
        if lock::is_locked(self.tx)? { Err(CommandError::NotNow.into()) } else { Ok(()) }
    }

    fn back_up(&self, credentials: bool, sessions: &Sessions) -> Result<Contents, Refusal> {
        let (content, hides_screen): (String, bool) = self
            .tx
            .prepare_cached("SELECT notification_content, hides_screen FROM app WHERE id = 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut accounts = Vec::new();
        for session in sessions.values().filter(|session| session.leaving.is_none()) {
            accounts.push(self.back_up_account(session, credentials)?);
        }
        let notification_content = NotificationContent::of(&content);
        let mut contents = Contents { notification_content, hides_screen, accounts };
        contents.bound();
        Ok(contents)
    }

    fn back_up_account(&self, session: &Session, credentials: bool) -> Result<BackedUpAccount, Refusal> {
        let account = session.account;
        let mut exceptions: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
        let mut statement =
            self.tx.prepare_cached("SELECT jid, setting, allowed FROM privacy_exception WHERE account_id = ?1")?;
        for row in statement.query_map([account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))? {
            let (jid, setting, allowed): (String, String, bool) = row?;
            exceptions.entry(jid).or_default().insert(setting, allowed);
        }
        let (privacy, callers, adders, name, colour, show, status, auto_away, profile_open) = self
            .tx
            .prepare_cached(
                "SELECT receipts, read_markers, typing, device_information, online, last_seen, auto_load, callers, adders,
                        name, colour, show, status, auto_away, profile_open
                 FROM account WHERE id = ?1",
            )?
            .query_row([account], |row| {
                let mut privacy = BTreeMap::new();
                for (at, setting) in SETTINGS.into_iter().enumerate() {
                    privacy.insert(setting.name().to_owned(), row.get(at)?);
                }
                let (name, colour): (Option<String>, Option<String>) = (row.get(9)?, row.get(10)?);
                let (show, status): (String, Option<String>) = (row.get(11)?, row.get(12)?);
                Ok((privacy, row.get(7)?, row.get(8)?, name, colour, show, status, row.get(13)?, row.get(14)?))
            })?;
        // An account that can't be handed over for certain is backed up without what signs in.
        let credential = match self.credential(session) {
            Ok(credential) if credentials => credential.write(),
            Ok(_) | Err(Refusal::Command(_)) => None,
            Err(fault) => return Err(fault),
        };
        let credential = credential.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        let contacts = self
            .tx
            .prepare_cached(
                "SELECT contact.jid, contact.name, contact.tags, coalesce(chat.muted, 0) FROM contact
                 LEFT JOIN chat ON chat.account_id = contact.account_id AND chat.jid = contact.jid
                 WHERE contact.account_id = ?1 ORDER BY contact.jid",
            )?
            .query_map([account], |row| {
                let tags: String = row.get(2)?;
                let address: String = row.get(0)?;
                Ok(BackedUpContact {
                    exceptions: exceptions.remove(&address).unwrap_or_default(),
                    address,
                    name: row.get(1)?,
                    tags: serde_json::from_str(&tags).unwrap_or_default(),
                    muted: row.get(3)?,
                })
            })?
            .collect::<Result<Vec<_>, _>>()?;
        let blocks = self
            .tx
            .prepare_cached("SELECT jid FROM block WHERE account_id = ?1 AND state <> 'lifting' ORDER BY jid")?
            .query_map([account], |row| row.get(0))?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(BackedUpAccount {
            address: session.jid.to_string(),
            enabled: session.enabled,
            server: session.server.clone(),
            proxy: session.proxy.clone(),
            pin: session.pin,
            name,
            colour: colour.and_then(|json| serde_json::from_str(&json).ok()),
            show: Some(show),
            status,
            auto_away: Some(auto_away),
            privacy,
            callers,
            adders,
            profile_open,
            profile: written(restored_profile::collect(self.tx, account, session.jid.as_str())?)?,
            credential: credential.map(|text| Zeroed(text.into())),
            contacts,
            blocks,
        })
    }

    fn restore(&mut self, contents: Contents, sessions: &mut Sessions) -> Result<Restored, Refusal> {
        // Whatever can be refused is, before anything is written.
        let mut accounts = Vec::new();
        for account in contents.accounts {
            // An address has many spellings, and each is the account that is here.
            let jid = settings::in_letters(account.address.trim());
            let proxy = account.proxy.as_ref().map(settings::proxy_json).transpose();
            let Some(jid) = jid.filter(|_| proxy.is_ok()) else { return Err(CommandError::Unreadable.into()) };
            accounts.push((jid, account));
        }
        bystander::set_notification_content(self.tx, contents.notification_content)?;
        bystander::hide_screen(self.tx, contents.hides_screen)?;
        self.out.changes.insert(Change::App);
        let mut restored = Restored::default();
        for (jid, account) in accounts {
            let known = sessions.values().find(|session| session.jid == jid);
            let is_new = known.is_none();
            let id = match known.map(|session| session.account) {
                Some(id) => {
                    restored.known += 1;
                    id
                }
                None => {
                    restored.accounts += 1;
                    self.restore_account(&account, sessions)?
                }
            };
            self.restore_people(id, is_new, &account, sessions, &mut restored)?;
        }
        self.out.changes.insert(Change::All);
        Ok(restored)
    }

    fn restore_account(&mut self, account: &BackedUpAccount, sessions: &mut Sessions) -> Result<AccountId, Refusal> {
        let credential = account.credential.as_ref().and_then(|json| Credential::read(json.0.as_bytes()));
        let (password, keys) = credential
            .filter(|credential| credential.address == account.address)
            .map_or((Secret::new(""), Vec::new()), |credential| (credential.password, credential.keys));
        let signs_in = !password.expose().is_empty() || !keys.is_empty();
        let (address, server, proxy) = (account.address.clone(), account.server.clone(), account.proxy.clone());
        let added = self.obey(Command::AddAccount { address, password, server, proxy, again: false }, sessions)?;
        let Receipt::Account(id) = added else { return Err(CommandError::Internal.into()) };
        let session = sessions.get_mut(&id).ok_or(CommandError::Internal)?;
        let mut cx = self.cx(session);
        credentials::adopt(&mut cx, &keys)?;
        if let Some(pin) = account.pin {
            certificate::adopt(&mut cx, pin)?;
        }
        for setting in SETTINGS {
            if let Some(on) = account.privacy.get(setting.name()).copied() {
                self.obey(Command::SetPrivacy { account: id, setting, on }, sessions)?;
            }
        }
        self.obey(Command::SetCallers { account: id, callers: Callers::of(&account.callers) }, sessions)?;
        self.obey(Command::SetAdders { account: id, adders: Adders::of(&account.adders) }, sessions)?;
        self.obey(Command::SetProfileOpen { account: id, open: account.profile_open }, sessions)?;
        let session = sessions.get_mut(&id).ok_or(CommandError::Internal)?;
        restored_profile::keep(&mut self.cx(session), &read(&account.profile))?;
        if let Some(colour) = account.colour.clone().and_then(|colour| serde_json::from_value(colour).ok()) {
            let name = account.name.clone().unwrap_or_default();
            match self.obey(Command::EditAccount { account: id, name, colour }, sessions) {
                // A name that is none: it goes by its address.
                Ok(_) | Err(Refusal::Command(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        let show = account.show.as_deref().map_or(Show::Available, Show::of);
        let status = account.status.as_deref().and_then(|status| nickname::line(status, LONGEST_STATUS));
        let status = status.unwrap_or_default();
        self.obey(Command::SetPresence { account: id, show, status }, sessions)?;
        if let Some(on) = account.auto_away {
            self.obey(Command::SetAutoAway { account: id, on }, sessions)?;
        }
        let session = sessions.get_mut(&id).ok_or(CommandError::Internal)?;
        let mut cx = self.cx(session);
        if !signs_in {
            // Nobody is asked who he is without anything to prove it by.
            connect::give_up(&mut cx, LoginFailure::WrongPassword)?;
        } else if !account.enabled {
            settings::set_enabled(&mut cx, false)?;
        }
        Ok(id)
    }

    fn restore_people(
        &mut self,
        id: AccountId,
        is_new: bool,
        account: &BackedUpAccount,
        sessions: &mut Sessions,
        restored: &mut Restored,
    ) -> Result<(), Refusal> {
        for contact in &account.contacts {
            let Ok(peer) = BareJid::new(&contact.address) else { continue };
            let session = sessions.get_mut(&id).ok_or(CommandError::Internal)?;
            if peer == session.jid {
                continue;
            }
            let wished = Wish { name: contact.name.clone(), tags: contact.tags.clone() };
            wish::wish_for(&self.cx(session), &peer, &wished)?;
            if contact.muted {
                self.tx
                    .prepare_cached(
                        "INSERT INTO chat (account_id, jid, listed, muted) VALUES (?1, ?2, 0, 1)
                         ON CONFLICT (account_id, jid) DO UPDATE SET muted = 1",
                    )?
                    .execute(params![id, peer.as_str()])?;
            }
            for (setting, allowed) in contact.exceptions.iter().filter(|_| is_new) {
                let Some(setting) = PrivacySetting::of(setting) else { continue };
                let (address, allowed) = (contact.address.clone(), Some(*allowed));
                self.obey(Command::SetException { account: id, address, setting, allowed }, sessions)?;
            }
            restored.contacts += 1;
        }
        let session = sessions.get_mut(&id).ok_or(CommandError::Internal)?;
        wish::tell(&mut self.cx(session))?;
        for address in &account.blocks {
            match self.obey(Command::Block { account: id, address: address.clone(), report: None }, sessions) {
                Ok(_) => restored.blocks += 1,
                // Its own server, or no address.
                Err(Refusal::Command(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}

fn written(profile: Parts) -> Result<BackedUpProfile, Fault> {
    Ok(BackedUpProfile {
        nickname: profile.nickname,
        vcard: profile.vcard.map(serde_json::to_value).transpose().map_err(|_| Fault::Corrupt("vcard"))?,
        picture: profile.picture.map(|file| STANDARD.encode(file)),
    })
}

fn read(profile: &BackedUpProfile) -> Parts {
    Parts {
        nickname: profile.nickname.clone(),
        vcard: profile.vcard.clone().and_then(|fields| serde_json::from_value(fields).ok()),
        picture: profile.picture.as_ref().and_then(|file| STANDARD.decode(file).ok()),
    }
}
