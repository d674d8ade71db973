"""slixmpp as somebody Linnet talks to, or as a second device of a Linnet account.

JSON lines in: {"do": "send", "to", "body"}, {"do": "correct", "to", "id", "body"}, {"do": "displayed", "to", "id"},
{"do": "profile", "nick", "png" (base64)}.
JSON lines out: {"online": true}, {"sent": ID}, and what comes: {"message": {"from", "id", "body", "replace", "receipt",
"markable"}}, {"receipt": ID, "from"}, {"displayed": ID, "from"}, {"carbon": "sent" or "received", "from", "to", "body"},
{"picture": its hash as announced or null, "from", "type", "sha1" (of what was fetched)}, {"nick", "from"}.
A requested receipt (XEP-0184) is sent by itself.

usage: peer.py HOST:PORT CA JID      (the password is the first line of the input)
"""
import asyncio
import base64
import hashlib
import json
import logging
import sys

import slixmpp


def tell(**what):
    print(json.dumps(what), flush=True)


class Peer(slixmpp.ClientXMPP):
    def __init__(self, ca, jid, password):
        super().__init__(jid, password)
        self.ca_certs = ca
        self.enable_direct_tls, self.enable_starttls, self.enable_plaintext = False, True, False
        for plugin in ("xep_0085", "xep_0184", "xep_0198", "xep_0280", "xep_0308", "xep_0333", "xep_0359",
                       "xep_0084", "xep_0172"):
            self.register_plugin(plugin)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("message", self.message)
        self.add_event_handler("receipt_received", lambda m: self.told(m, receipt=m["receipt"]))
        self.add_event_handler("marker_displayed", lambda m: self.told(m, displayed=m["displayed"]["id"]))
        self.add_event_handler("carbon_sent", lambda m: self.carbon("sent", m["carbon_sent"]))
        self.add_event_handler("carbon_received", lambda m: self.carbon("received", m["carbon_received"]))
        self.add_event_handler("avatar_metadata_publish", self.avatar)
        self.add_event_handler("user_nick_publish", self.nick)
        self.add_event_handler("presence", self.presence)
        self.add_event_handler("failed_auth", lambda _: tell(error="refused"))

    async def started(self, _):
        await self["xep_0280"].enable()
        await self.get_roster()
        self.send_presence()
        tell(online=True)

    def message(self, message):
        if not message["body"]:
            return
        replace = message["replace"]["id"] if message.get_plugin("replace", check=True) else None
        tell(message={
            "from": message["from"].bare, "id": message["id"], "body": message["body"], "replace": replace,
            "receipt": bool(message["request_receipt"]), "markable": bool(message["markable"]),
        })

    async def avatar(self, message):
        owner = message["from"].bare
        found = message["pubsub_event"]["items"]["item"]["avatar_metadata"]["items"]
        info = next(iter(found), None)
        if info is None:
            return tell(picture=None, **{"from": owner})
        answer = await self["xep_0084"].retrieve_avatar(owner, info["id"])
        data = answer["pubsub"]["items"]["item"]["avatar_data"]["value"]
        tell(picture=info["id"], type=info["type"], sha1=hashlib.sha1(data).hexdigest(), **{"from": owner})

    def presence(self, presence):
        if presence["from"].bare != self.boundjid.bare and presence["type"] not in ("subscribe", "subscribed"):
            told = {"show": presence["type"], "status": presence["status"]}
            tell(presence=told, **{"from": presence["from"].bare})

    def nick(self, message):
        nick = message["pubsub_event"]["items"]["item"]["nick"]["nick"]
        tell(nick=nick, **{"from": message["from"].bare})

    async def profile(self, nick, png):
        file = base64.b64decode(png)
        info = {"id": hashlib.sha1(file).hexdigest(), "type": "image/png", "bytes": str(len(file))}
        await self["xep_0084"].publish_avatar(file)
        await self["xep_0084"].publish_avatar_metadata([info])
        await self["xep_0172"].publish_nick(nick)
        tell(published=info["id"])

    def told(self, message, **what):
        tell(**what, **{"from": message["from"].bare})

    def carbon(self, way, message):
        tell(carbon=way, to=message["to"].bare, body=message["body"], **{"from": message["from"].bare})

    def do(self, command):
        if command["do"] == "profile":
            self.working = asyncio.ensure_future(self.profile(command["nick"], command["png"]))
            return
        if command["do"] == "presence":
            self.send_presence(pshow=command["show"], pstatus=command["status"])
            return
        if command["do"] == "send":
            message = self.make_message(mto=command["to"], mbody=command["body"], mtype="chat")
            message["markable"] = True
            message["request_receipt"] = True
        elif command["do"] == "correct":
            message = self.make_message(mto=command["to"], mbody=command["body"], mtype="chat")
            message["replace"]["id"] = command["id"]
        elif command["do"] == "displayed":
            message = self.make_message(mto=command["to"], mtype="chat")
            message["displayed"]["id"] = command["id"]
        else:
            raise ValueError(command)
        if not message["id"]:
            message["id"] = self.new_id()
        message.send()
        tell(sent=message["id"])


async def main():
    server, ca, jid = sys.argv[1:]
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    password = (await lines.readline()).decode().rstrip("\n")
    peer = Peer(ca, jid, password)
    host, port = server.rsplit(":", 1)
    peer.connect(host, int(port))
    while line := await lines.readline():
        peer.do(json.loads(line))


logging.basicConfig(level=logging.WARNING)
asyncio.run(main())
