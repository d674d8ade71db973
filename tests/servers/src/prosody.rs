//! What is particular to Prosody, the machine's own (0.12) and the newer one (13) in the root folder: one configuration,
//! their log, and Lua through their administration socket.

use std::path::PathBuf;
use std::process::Command;

use crate::root::{self, DATA};
use crate::{Archive, Kind, PasswordHash, Registration, Server, admin};

const CONFIGURATION: &str = include_str!("../prosody.cfg.lua");
const NOBODY: &str = "65534";

/// The file the server writes its log to.
pub const LOG: &str = "prosody.log";

pub fn command(server: &Server) -> Result<Command, String> {
    let configuration = server.folder.join("prosody.cfg.lua");
    std::fs::write(&configuration, CONFIGURATION).map_err(|e| format!("{}: {e}", configuration.display()))?;
    let folder = server.folder.to_string_lossy().into_owned();
    let (mut command, folder) = if server.kind() == Kind::Prosody13 {
        (root::command(&server.folder, server.as_root)?, DATA.to_owned())
    } else {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM"]);
        if server.as_root {
            command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]);
        }
        command.current_dir(&server.folder).env("HOME", &server.folder);
        (command, folder)
    };
    let options = &server.options;
    command.args(["prosody", "-F", "--config", &format!("{folder}/prosody.cfg.lua")]).env("LINNET_FOLDER", folder);
    command.env("LINNET_VERSION", if server.kind() == Kind::Prosody13 { "13" } else { "0.12" });
    command.env("LINNET_FAST", if options.fast { "yes" } else { "no" });
    command.env("LINNET_DOMAIN", &server.domain).env("LINNET_PORT", server.port.to_string());
    command.env("LINNET_DIRECT_TLS_PORT", server.direct_tls_port.map_or(String::new(), |port| port.to_string()));
    command.env("LINNET_PAGE_SIZE", options.page_size.to_string());
    command.env("LINNET_HIBERNATION", options.hibernation.as_secs().to_string());
    let mut modules = options.modules.clone();
    let registration: &[&str] = match options.registration {
        Registration::Closed => &[],
        // The second is for those who are signed in: another password, or the end.
        Registration::Open => &["register_ibr", "user_account_management"],
        Registration::Invited => &["register_ibr", "user_account_management", "invites", "invites_register"],
        Registration::Captcha => return Err("Prosody shows no pictures to who wants an account".into()),
    };
    modules.extend(registration.iter().map(|module| (*module).to_owned()));
    command.env("LINNET_MODULES", modules.join(","));
    command.env("LINNET_REGISTRATION", if registration.is_empty() { "no" } else { "yes" });
    command.env("LINNET_LOG", if options.verbose { "debug" } else { "info" });
    command.env("LINNET_STREAM_MANAGEMENT", if options.stream_management { "yes" } else { "no" });
    command.env(
        "LINNET_ARCHIVE",
        match options.archive {
            Archive::None => "none",
            Archive::Sql => "sql",
            Archive::Memory => "memory",
        },
    );
    command.env(
        "LINNET_PASSWORD_HASH",
        match options.password_hash {
            PasswordHash::Sha1 => "SHA-1",
            PasswordHash::Sha256 => "SHA-256",
        },
    );
    Ok(command)
}

/// What its log says once it listens.
pub fn listens(server: &Server, log: &str) -> bool {
    let open = |service: &str, port: u16| {
        log.lines()
            .any(|line| line.contains(&format!("Activated service '{service}'")) && line.contains(&format!("]:{port}")))
    };
    open("c2s", server.port)
        && server.direct_tls_port.is_none_or(|port| open("c2s_direct_tls", port))
        && server.folder.join("admin.sock").exists()
}

/// Whether somebody else has a port that it was to open.
pub fn port_taken(log: &str) -> bool {
    log.contains("Failed to open server port")
}

/// Whether a module could not be loaded.
pub fn lacks(log: &str) -> bool {
    log.contains("Error initializing module") || log.contains("Unable to load module")
}

pub fn add_user(server: &Server, user: &str, password: &str) -> Result<(), String> {
    let lua = format!(
        "(function() local um = require \"core.usermanager\"; local user, host, password = {}, {}, {}; \
         if um.user_exists(user, host) then assert(um.set_password(user, password, host, nil)) \
         else assert(um.create_user(user, password, host)) end; return \"done\" end)()",
        admin::quoted(user),
        admin::quoted(&server.domain),
        admin::quoted(password),
    );
    lua_in(server, &lua).map(drop)
}

/// `user` gets `contact` into its roster, subscribed both ways; who is online is told by a roster push.
pub fn add_contact(server: &Server, user: &str, contact: &str) -> Result<(), String> {
    let contact = format!("{contact}@{}", server.domain);
    let lua = format!(
        "(function() local rm = require \"core.rostermanager\"; local user, host, contact = {}, {}, {}; \
         local roster = rm.load_roster(user, host); \
         roster[contact] = {{ subscription = \"both\", groups = {{}} }}; \
         assert(rm.save_roster(user, host, roster, contact)); \
         if prosody.bare_sessions[user .. \"@\" .. host] then rm.roster_push(user, host, contact) end; \
         return \"done\" end)()",
        admin::quoted(user),
        admin::quoted(&server.domain),
        admin::quoted(&contact),
    );
    lua_in(server, &lua).map(drop)
}

pub fn invite(server: &Server) -> Result<String, String> {
    let lua = format!(
        "require \"core.modulemanager\".get_module({}, \"invites\").create_account(nil, nil, 3600).token",
        admin::quoted(&server.domain),
    );
    let answer = lua_in(server, &lua)?;
    answer.strip_prefix("Result: ").map(|token| token.trim().to_owned()).ok_or_else(|| format!("invitation: {answer}"))
}

pub fn sessions(server: &Server, user: &str) -> Result<usize, String> {
    let lua = format!(
        "(function() local count, account = 0, prosody.bare_sessions[{}]; \
         for _ in pairs(account and account.sessions or {{}}) do count = count + 1 end; return count end)()",
        admin::quoted(&format!("{user}@{}", server.domain)),
    );
    let answer = lua_in(server, &lua)?;
    let count = answer.strip_prefix("Result: ").and_then(|count| count.trim().parse().ok());
    count.ok_or_else(|| format!("sessions of {user}: {answer}"))
}

/// From one driver of storage to another, as Prosody's own migrator does it; the blocklist is not in its files.
const MIGRATE: &str = "(function() local sm, user, host = require \"core.storagemanager\", USER, HOST; \
    local file = assert(sm.load_driver(host, \"xep0227\")); \
    local own = { open = function (_, store, kind) return sm.open(host, store, kind) end }; \
    local from, to = FROM, TO; \
    local function copy(store) local data, err = assert(from:open(store, \"keyval\")):get(user); \
        assert(not err, err); if data then assert(assert(to:open(store, \"keyval\")):set(user, data)) end; \
        return data end; \
    if to == file then assert(file:open(\"accounts\"):set(user, {})) end; \
    copy(\"roster\"); copy(\"vcard\"); \
    for node in pairs(copy(\"pep\") or {}) do \
        local store = \"pep_\" .. node; \
        for id, item, when, with in from:open(store, \"archive\"):find(user) do \
            assert(to:open(store, \"archive\"):append(user, id, item, when, with)) end end; \
    return \"done\" end)()";

fn migrate(server: &Server, user: &str, from: &str, to: &str) -> Result<(), String> {
    let lua = MIGRATE.replace("USER", &admin::quoted(user)).replace("HOST", &admin::quoted(&server.domain));
    lua_in(server, &lua.replace("FROM", from).replace("TO", to)).map(drop)
}

fn portable(server: &Server, user: &str) -> PathBuf {
    server.folder.join("data").join(format!("{user}@{}.xml", server.domain))
}

pub fn export_account(server: &Server, user: &str) -> Result<Vec<u8>, String> {
    let place = portable(server, user);
    migrate(server, user, "own", "file")?;
    let told = |e: std::io::Error| format!("{}: {e}", place.display());
    let file = std::fs::read(&place).map_err(told)?;
    // The next export is another one.
    std::fs::remove_file(&place).map_err(told)?;
    Ok(file)
}

pub fn import_account(server: &Server, user: &str, file: &[u8]) -> Result<(), String> {
    let place = portable(server, user);
    let told = |e: std::io::Error| format!("{}: {e}", place.display());
    std::fs::write(&place, file).map_err(told)?;
    migrate(server, user, "file", "own")?;
    std::fs::remove_file(&place).map_err(told)
}

/// The folder of its tokens.
pub fn tokens(server: &Server) -> PathBuf {
    server.folder.join("data").join(server.domain.replace('.', "%2e")).join("fast_tokens")
}

/// Evaluates a Lua expression inside the running server.
pub fn lua_in(server: &Server, expression: &str) -> Result<String, String> {
    admin::evaluate(&server.folder.join("admin.sock"), expression)
}
