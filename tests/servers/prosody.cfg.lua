-- A private Prosody (0.12 and 13) for Linnet's tests and for `cargo xtask run`: loopback only, unprivileged, all state in one folder.
-- What differs from start to start comes in by the environment (ENV_… in this file), see `src/prosody.rs`.

local folder = ENV_LINNET_FOLDER
local domain = ENV_LINNET_DOMAIN
local function listed(text)
	local list = {}
	for word in (text or ""):gmatch("[^,]+") do list[#list + 1] = word end
	return list
end

daemonize = false
pidfile = folder .. "/prosody.pid"
data_path = folder .. "/data"
certificates = folder .. "/certs"
-- The log file says when a port is open: "info" is needed, not only useful.
log = { [ENV_LINNET_LOG or "info"] = folder .. "/prosody.log" }

interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { tonumber(ENV_LINNET_PORT) }
c2s_direct_tls_ports = listed(ENV_LINNET_DIRECT_TLS_PORT)
component_ports = {}
network_backend = "epoll"
modules_disabled = { "s2s" }
-- The shell's socket is how a running server is told to make accounts and friends.
admin_socket = folder .. "/admin.sock"

ssl = { certificate = folder .. "/certs/server.crt", key = folder .. "/certs/server.key" }
c2s_require_encryption = true
authentication = "internal_hashed"
-- Prosody keeps one hash an account, so a server offers SCRAM-SHA-1 or SCRAM-SHA-256, never both.
password_hash = ENV_LINNET_PASSWORD_HASH

-- mod_limits must not be loaded: `limits = {}` keeps its default of 10 kB/s a client, and a test would measure that.
-- A local list: a setting can't be read back.
local modules = {
	"roster", "saslauth", "tls", "disco", "posix", "private", "blocklist", "vcard4", "vcard_legacy", "pep", "bookmarks",
	"version", "uptime", "time", "ping", "lastactivity", "admin_shell", "carbons", "csi_simple", "offline",
}
if ENV_LINNET_ARCHIVE ~= "none" then table.insert(modules, "mam") end
if ENV_LINNET_STREAM_MANAGEMENT == "yes" then table.insert(modules, "smacks") end
-- With 0.12 these modules fail when a client comes, and every stream dies.
if ENV_LINNET_VERSION == "13" then
	for _, module in ipairs { "sasl2", "sasl2_bind2" } do table.insert(modules, module) end
	if ENV_LINNET_FAST == "yes" then table.insert(modules, "sasl2_fast") end
	if ENV_LINNET_STREAM_MANAGEMENT == "yes" then table.insert(modules, "sasl2_sm") end
end
for _, module in ipairs(listed(ENV_LINNET_MODULES)) do table.insert(modules, module) end
modules_enabled = modules
-- Whom it lets in is a matter of the modules.
allow_registration = ENV_LINNET_REGISTRATION == "yes"

smacks_hibernation_time = tonumber(ENV_LINNET_HIBERNATION)
-- An archive that forgets would make a slow run fail for the wrong reason.
archive_expires_after = "never"
storage_archive_item_limit = 10000000
default_archive_policy = true
max_archive_query_results = tonumber(ENV_LINNET_PAGE_SIZE)
dont_archive_namespaces = {}

default_storage = "internal"
sql = { driver = "SQLite3", database = folder .. "/data/archive.sqlite" }

VirtualHost(domain)
	storage = { archive = ENV_LINNET_ARCHIVE ~= "none" and ENV_LINNET_ARCHIVE or nil }
