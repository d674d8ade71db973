"""slixmpp as somebody Linnet talks to, or as a second device of a Linnet account.

JSON lines in: {"do": "send", "to", "body"}, {"do": "correct", "to", "id", "body"}, {"do": "displayed", "to", "id"},
{"do": "profile", "nick", "png" (base64)}, {"do": "tell", "fn", "email"}, {"do": "look", "of"}, {"do": "inspect", "of"}: a device, by its
full JID.
JSON lines out: {"online": true}, {"sent": ID}, and what comes: {"message": {"from", "id", "body", "replace", "receipt",
"markable"}}, {"receipt": ID, "from"}, {"displayed": ID, "from"}, {"carbon": "sent" or "received", "from", "to", "body"},
{"vcard": {"fn", "note", "email", "url"}, "older": {"fn", "note", "email", "url", "photo" (its sha1)}}, each null if there
is none; {"told": true}; {"hash": of a picture in the vCard, as presence tells it (XEP-0153), "from"};
{"picture": its hash as announced or null, "from", "type", "sha1" (of what was fetched)}, {"nick", "from"}.
{"program", "zone", "kind"}: what a device is, each null if it doesn't tell.
A requested receipt (XEP-0184) is sent by itself.

usage: peer.py HOST:PORT CA JID      (the password is the first line of the input)
"""
import asyncio
import base64
import hashlib
import json
import logging
import sys
import xml.etree.ElementTree as ET

import slixmpp
from slixmpp.exceptions import IqError
from slixmpp.plugins.xep_0292.stanza import VCard4


def tell(**what):
    print(json.dumps(what), flush=True)


class Peer(slixmpp.ClientXMPP):
    def __init__(self, ca, jid, password):
        super().__init__(jid, password)
        self.ca_certs = ca
        self.enable_direct_tls, self.enable_starttls, self.enable_plaintext = False, True, False
        for plugin in ("xep_0085", "xep_0184", "xep_0198", "xep_0280", "xep_0308", "xep_0333", "xep_0359",
                       "xep_0084", "xep_0172", "xep_0054", "xep_0060", "xep_0292"):
            self.register_plugin(plugin)
        self.register_plugin("xep_0092", {"software_name": "Oracle", "version": "7", "os": "Plan 9"})
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("message", self.message)
        self.add_event_handler("receipt_received", lambda m: self.told(m, receipt=m["receipt"]))
        self.add_event_handler("marker_displayed", lambda m: self.told(m, displayed=m["displayed"]["id"]))
        self.add_event_handler("carbon_sent", lambda m: self.carbon("sent", m["carbon_sent"]))
        self.add_event_handler("carbon_received", lambda m: self.carbon("received", m["carbon_received"]))
        self.add_event_handler("avatar_metadata_publish", self.avatar)
        self.add_event_handler("user_nick_publish", self.nick)
        self.add_event_handler("presence", self.presence)
        self.add_event_handler("presence_available", self.hash)
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

    def hash(self, presence):
        photo = presence.xml.find("{vcard-temp:x:update}x/{vcard-temp:x:update}photo")
        if photo is not None:
            tell(hash=photo.text or "", **{"from": presence["from"].bare})

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

    async def tell_vcard(self, name, email):
        vcard = VCard4()
        vcard["full_name"] = name
        vcard.add_email(email)
        await self["xep_0060"].publish(self.boundjid.bare, "urn:xmpp:vcard4", id="current", payload=vcard.xml)
        tell(told=True)

    async def look(self, of):
        """What both forms say, as they came."""
        def text(element, *path):
            found = element.find("/".join(path))
            return found is not None and found.text or None

        vcard = older = None
        try:
            answer = await self["xep_0060"].get_items(of, "urn:xmpp:vcard4")
            card = answer.xml.find(".//{urn:ietf:params:xml:ns:vcard-4.0}vcard")
            new = "{urn:ietf:params:xml:ns:vcard-4.0}%s"
            if card is not None:
                vcard = {name: text(card, new % name, new % value) for name, value in
                         (("fn", "text"), ("note", "text"), ("email", "text"), ("url", "uri"))}
        except IqError:
            pass
        try:
            card = (await self["xep_0054"].get_vcard(of, cached=False)).xml.find("{vcard-temp}vCard")
            old = "{vcard-temp}%s"
            if card is not None:
                photo = text(card, old % "PHOTO", old % "BINVAL")
                older = {"fn": text(card, old % "FN"), "note": text(card, old % "DESC") or text(card, old % "NOTE"),
                         "email": text(card, old % "EMAIL", old % "USERID"), "url": text(card, old % "URL"),
                         "photo": photo and hashlib.sha1(base64.b64decode(photo)).hexdigest()}
        except IqError:
            pass
        tell(vcard=vcard, older=older)

    async def inspect(self, of):
        """What a device is, as it says itself."""
        program = zone = kind = None
        try:
            program = (await self["xep_0092"].get_version(of))["software_version"]["name"]
        except IqError:
            pass
        try:
            # By hand: slixmpp 1.17's own way (XEP-0202) can neither read nor write a zone.
            question = self.make_iq_get(ito=of)
            question.append(ET.Element("{urn:xmpp:time}time"))
            zone = (await question.send()).xml.find("{urn:xmpp:time}time/{urn:xmpp:time}tzo").text
        except IqError:
            pass
        try:
            info = await self["xep_0030"].get_info(of, cached=False)
            kind = next(iter(info["disco_info"]["identities"]))[1]
        except IqError:
            pass
        tell(program=program, zone=zone, kind=kind)

    def told(self, message, **what):
        tell(**what, **{"from": message["from"].bare})

    def carbon(self, way, message):
        tell(carbon=way, to=message["to"].bare, body=message["body"], **{"from": message["from"].bare})

    def do(self, command):
        if command["do"] == "profile":
            self.working = asyncio.ensure_future(self.profile(command["nick"], command["png"]))
            return
        if command["do"] == "tell":
            self.working = asyncio.ensure_future(self.tell_vcard(command["fn"], command["email"]))
            return
        if command["do"] == "look":
            self.working = asyncio.ensure_future(self.look(command["of"]))
            return
        if command["do"] == "inspect":
            self.working = asyncio.ensure_future(self.inspect(command["of"]))
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
