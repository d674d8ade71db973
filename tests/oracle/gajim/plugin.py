"""Hands and eyes for Gajim: types into its window, and tells what the window shows.

JSON lines in: {"do": "open", "to": JID} opens a chat, {"do": "send", "body"} types a text and sends it, {"do":
"correct", "body"} edits the last one in its place, {"do": "look", "at": true or false} gives the keyboard to Gajim's
window or to another one, {"do": "tell"} does nothing. What is typed goes through Gajim's own input and actions: what
becomes of it, and what is answered to which message when, is Gajim's own affair.
JSON lines out: {"online": true} when it has signed in and caught up with its archive; {"looks": whether its window has
the keyboard, "unread": how many messages of the open chat, "shows": the chat's lines} after each of the above, and
each time that it is something new. A line names who wrote, and has ` (edited)`, ` ✓✓` (a receipt, XEP-0184) or ` ✓✓
read` (a marker, XEP-0333) after the text, as Gajim shows it. Gajim ends when its input does.
"""
import json
import os

from gi.repository import GLib, Gtk
from nbxmpp.protocol import JID

from gajim.common import app, ged
from gajim.plugins import GajimPlugin

LOOK_AGAIN_MS = 50


def tell(**what):
    # Gajim prints too, with buffers of its own: a line goes out whole.
    os.write(1, (json.dumps(what) + "\n").encode())


class LinnetPlugin(GajimPlugin):
    def init(self):
        self.events_handlers = {"account-connected": (ged.POSTGUI, self.connected)}
        self.unread = b""
        self.told = None
        self.online = False

    def activate(self):
        GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, self.input)

    def connected(self, _event):
        # Something else to look at. There is no window manager: it is us who say which window has the keyboard.
        self.other = Gtk.Window(title="another window")
        self.other.show_all()
        GLib.timeout_add(LOOK_AGAIN_MS, self.observe)

    @property
    def account(self):
        return app.settings.get_active_accounts()[0]

    def input(self, _source, _condition):
        read = os.read(0, 65536)
        if not read:
            app.app.quit()
            return False
        *lines, self.unread = (self.unread + read).split(b"\n")
        for line in lines:
            self.do(json.loads(line))
        return True

    def do(self, command):
        stack = app.window.get_chat_stack()
        if command["do"] == "open":
            app.window.add_chat(self.account, JID.from_string(command["to"]), "contact", select=True)
        elif command["do"] == "send":
            stack.get_message_input().insert_text(command["body"])
            app.window.activate_action("send-message", None)
        elif command["do"] == "correct":
            app.window.activate_action("correct-message", None)
            entry = stack.get_message_input()
            entry.get_buffer().set_text(command["body"])
            app.window.activate_action("send-message", None)
        elif command["do"] == "look":
            window = app.window if command["at"] else self.other
            window.get_window().focus(0)
        elif command["do"] != "tell":
            raise ValueError(command)
        self.told = None

    def observe(self):
        archive = app.get_client(self.account).get_module("MAM")
        own = app.get_jid_from_account(self.account)
        if not self.online and (not archive.available or archive.is_catch_up_finished(own)):
            self.online = True
            tell(online=True)
        seen = {"looks": app.window.is_active(), **self.chat()}
        if seen != self.told:
            self.told = seen
            tell(**seen)
        return True

    def chat(self):
        control = app.window.get_control()
        if not control.has_active_chat():
            return {"unread": 0, "shows": []}
        contact = control.contact
        rows = [row for row in control._scrolled_view.iter_rows() if row.type == "chat"]
        return {
            "unread": app.window.get_chat_unread_count(self.account, contact.jid, include_silent=True),
            "shows": [self.line(row, contact.jid.localpart) for row in rows],
        }

    def line(self, row, other):
        who = app.settings.get_account_setting(self.account, "name") if row.kind == "outgoing" else other
        icons = row._message_icons
        edited = " (edited)" if icons._correction_image.get_visible() else ""
        read = " ✓✓ read" if row.has_displayed else " ✓✓" if icons._marker_image.get_visible() else ""
        return f"{who}: {row.get_text()}{edited}{read}"
