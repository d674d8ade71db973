"""Gajim as somebody Linnet talks to: prepares its home folder, so that no wizard appears, and becomes it.

The account lies ready in its settings, with its password (no keyring is asked), the server's certificate among those it
trusts, and `plugin.py`, by which it is driven, among its plugins. What then comes in and goes out is told there.

usage: start.py HOST:PORT CERTIFICATE JID      (the password is the first line of the input; everything is in HOME)
"""
import json
import os
import pathlib
import shutil
import sqlite3
import sys
import traceback

# As of Gajim 1.7; a newer one brings it up to date by itself.
SETTINGS = """
    CREATE TABLE settings (name TEXT UNIQUE, settings TEXT);
    CREATE TABLE account_settings (account TEXT UNIQUE, settings TEXT);
    PRAGMA user_version=5;
"""
WORKSPACE = "00000000-0000-4000-8000-000000000000"


def first_line():
    # Byte by byte: what comes after it is for the plugin, and must not be taken into a buffer that ends with this program.
    line = b""
    while (byte := os.read(0, 1)) not in (b"\n", b""):
        line += byte
    return line.decode()


def settings(server, jid, password):
    host, port = server.rsplit(":", 1)
    name, domain = jid.split("@")
    app = {
        "use_keyring": False, "check_for_update": False, "sounds_on": False, "show_notifications": False,
        "show_trayicon": False, "confirm_on_window_delete": False, "positive_184_ack": True,
    }
    account = {
        "account_label": jid, "name": name, "hostname": domain, "password": password, "savepass": True, "active": True,
        "autoconnect": True, "resource": "gajim", "use_custom_host": True, "custom_host": host,
        "custom_port": int(port), "custom_type": "START TLS",
    }
    parts = {
        "app": app, "soundevents": {}, "status_presets": {}, "proxies": {}, "plugins": {"linnet": {"active": True}},
        "workspaces": {WORKSPACE: {}},
    }
    settings = {"account": account, "contact": {}, "group_chat": {}}
    return parts.items(), [(jid, settings)]


def main():
    server, certificate, jid = sys.argv[1:]
    home, here = pathlib.Path.home(), pathlib.Path(__file__).parent
    plugin, trusted = home / "plugins/linnet", home / "cert_store"
    for folder in (plugin, trusted):
        folder.mkdir(parents=True)
    shutil.copy(certificate, trusted / "server")
    shutil.copy(here / "plugin.py", plugin / "plugin.py")
    # Gajim takes the first class that it finds in the package, so there must be no other.
    (plugin / "__init__.py").write_text("from .plugin import LinnetPlugin\n")
    (plugin / "plugin-manifest.json").write_text(json.dumps({
        "name": "Linnet", "short_name": "linnet", "description": "Drives Gajim by JSON lines", "version": "1.0",
        "authors": [], "homepage": "", "config_dialog": False, "platforms": ["linux"], "requirements": ["gajim>=1.7"],
    }))
    with sqlite3.connect(home / "settings.sqlite") as file:
        file.executescript(SETTINGS)
        for table, rows in zip(("settings", "account_settings"), settings(server, jid, first_line())):
            file.executemany(f"INSERT INTO {table} VALUES (?, ?)", [(name, json.dumps(value)) for name, value in rows])
    file.close()
    become_gajim(home)


def become_gajim(home):
    try:
        import gi
        gi.require_versions({"Gdk": "3.0", "Gtk": "3.0", "GtkSource": "4"})
        from gajim.gajim import main as gajim
        from gajim.gtk import exception
    except (ImportError, ValueError) as error:
        sys.exit(f"Gajim can't be started ({error}): `cargo xtask setup` brings it")
    # Instead of a window with the error in it, which would wait for a person.
    exception.init = lambda: setattr(sys, "excepthook", fail)
    sys.argv = ["gajim", "--config-path", str(home)]
    gajim()


def fail(kind, error, trace):
    traceback.print_exception(kind, error, trace)
    os._exit(1)


main()
