"""Reads a whole message archive (XEP-0313) with nothing of Linnet: the independent witness of the chaos harness.

A raw client over asyncio and expat: STARTTLS, SASL PLAIN, bind, then page after page until the server says that it is
complete. It sends no presence, so that it never gets a message meant for a device. Prints one JSON object a line, in
the archive's order: {"id", "time" (UTC milliseconds), "from", "to", "origin", "body"}.

usage: archive.py HOST PORT CA JID [--page N]      (the password comes on standard input)
"""
import argparse
import asyncio
import base64
import datetime
import json
import ssl
import sys
import xml.parsers.expat
from xml.sax.saxutils import escape, quoteattr

CLIENT = "jabber:client "
MAM = "urn:xmpp:mam:2 "
RSM = "http://jabber.org/protocol/rsm "
PATIENCE = 60


class Element:
    def __init__(self, name, attributes):
        self.name, self.attributes, self.children, self.text = name, attributes, [], ""

    def child(self, name):
        return next((child for child in self.children if child.name == name), None)

    def __getitem__(self, attribute):
        return self.attributes.get(attribute)


class Stream:
    """One XMPP stream; `take` yields its top-level elements in order."""

    def __init__(self, host, port, domain, context):
        self.host, self.port, self.domain, self.context = host, port, domain, context

    async def connect(self):
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        await self.open()
        self.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        answer = await self.take()
        if not answer.name.endswith(" proceed"):
            raise RuntimeError(f"no STARTTLS: {answer.name}")
        await self.writer.start_tls(self.context, server_hostname=self.domain)
        return await self.open()

    async def open(self):
        self.parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.started
        self.parser.EndElementHandler = self.ended
        self.parser.CharacterDataHandler = self.characters
        self.stack, self.depth, self.complete = [], 0, []
        self.send(
            f"<?xml version='1.0'?><stream:stream to={quoteattr(self.domain)} version='1.0' "
            "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
        )
        return await self.take()

    def started(self, name, attributes):
        element = Element(name, attributes)
        if self.stack:
            self.stack[-1].children.append(element)
        if self.depth > 0:
            self.stack.append(element)
        self.depth += 1

    def ended(self, _name):
        self.depth -= 1
        if self.stack:
            element = self.stack.pop()
            if not self.stack:
                self.complete.append(element)

    def characters(self, text):
        if self.stack:
            self.stack[-1].text += text

    def send(self, text):
        self.writer.write(text.encode())

    async def take(self):
        while not self.complete:
            data = await asyncio.wait_for(self.reader.read(65536), PATIENCE)
            if not data:
                raise EOFError("the server closed the stream")
            self.parser.Parse(data, False)
        return self.complete.pop(0)


async def sign_in(host, port, ca, jid, password):
    user, domain = jid.split("@")
    stream = Stream(host, port, domain, ssl.create_default_context(cafile=ca))
    await stream.connect()
    plain = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    stream.send(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>")
    answer = await stream.take()
    if not answer.name.endswith(" success"):
        raise RuntimeError(f"not signed in: {answer.name} {[child.name for child in answer.children]}")
    await stream.open()
    stream.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
    answer = await stream.take()
    if answer["type"] != "result":
        raise RuntimeError("not bound")
    return stream


def milliseconds(stamp):
    """XEP-0082, as servers write it."""
    return round(datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp() * 1000)


def message(result, jid):
    forwarded = result.child("urn:xmpp:forward:0 forwarded")
    stanza = forwarded.child(CLIENT + "message")
    origin = stanza.child("urn:xmpp:sid:0 origin-id")
    body = stanza.child(CLIENT + "body")
    return {
        "id": result["id"],
        "time": milliseconds(forwarded.child("urn:xmpp:delay delay")["stamp"]),
        "from": (stanza["from"] or jid).split("/")[0],
        "to": (stanza["to"] or jid).split("/")[0],
        "origin": origin["id"] if origin else None,
        "body": body.text if body else None,
    }


async def read(stream, jid, page):
    after, number = None, 0
    while True:
        number += 1
        ask = f"<max>{page}</max>" + (f"<after>{escape(after)}</after>" if after else "")
        stream.send(
            f"<iq type='set' id='page{number}'><query xmlns='urn:xmpp:mam:2' queryid='q{number}'>"
            f"<set xmlns='http://jabber.org/protocol/rsm'>{ask}</set></query></iq>"
        )
        while True:
            stanza = await stream.take()
            result = stanza.child(MAM + "result")
            if result is not None and result["queryid"] == f"q{number}":
                yield message(result, jid)
            elif stanza.name == CLIENT + "iq" and stanza["id"] == f"page{number}":
                break
        fin = stanza.child(MAM + "fin")
        if stanza["type"] != "result" or fin is None:
            raise RuntimeError(f"the archive refused page {number}")
        last = fin.child(RSM + "set").child(RSM + "last")
        if fin["complete"] == "true" or last is None:
            return
        if last.text == after:
            raise RuntimeError("the archive does not move forward")
        after = last.text


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("ca")
    parser.add_argument("jid")
    parser.add_argument("--page", type=int, default=100)
    options = parser.parse_args()
    password = sys.stdin.readline().rstrip("\n")
    stream = await sign_in(options.host, options.port, options.ca, options.jid, password)
    async for found in read(stream, options.jid, options.page):
        print(json.dumps(found))
    stream.send("</stream:stream>")
    await stream.writer.drain()


if __name__ == "__main__":
    asyncio.run(main())
