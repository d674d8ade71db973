"""Reads a whole message archive (XEP-0313) as fast as a script can: the bound that `cargo xtask bench catchup` holds
Linnet against. A raw client over asyncio and expat that parses every stanza and keeps nothing. With `managed` it has
stream management (XEP-0198), as every client must that loses nothing: the server then keeps a copy of each stanza, which
costs it a third more time. With `bare` it has not.

Acknowledges TCP segments at once (TCP_QUICKACK): a server that leaves Nagle's algorithm on would otherwise stall about
40 ms a page. Prints one JSON object, {"messages", "seconds"}: the time from the first query to the last page's end.

usage: catchup_raw.py HOST PORT CA JID PAGE managed|bare      (the password comes on standard input)
"""
import asyncio
import base64
import json
import ssl
import sys
import time
import xml.parsers.expat

TCP_QUICKACK = 12


class Stream:
    def __init__(self, host, port, domain, context):
        self.host, self.port, self.domain, self.context = host, port, domain, context
        self.elements = asyncio.Queue()

    async def connect(self):
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
        await self.open()
        self.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        await self.take("proceed")
        self.pumping.cancel()
        try:
            await self.pumping
        except asyncio.CancelledError:
            pass
        await self.writer.start_tls(self.context, server_hostname=self.domain)
        await self.open()

    async def open(self):
        self.restart()
        self.pumping = asyncio.create_task(self.pump())
        self.header()
        await self.take("features")

    def restart(self):
        self.parser = xml.parsers.expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.started
        self.parser.EndElementHandler = self.ended
        self.parser.CharacterDataHandler = self.characters
        self.stack, self.depth = [], 0

    def header(self):
        self.send(
            f"<?xml version='1.0'?><stream:stream to='{self.domain}' version='1.0' xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams'>"
        )

    async def pump(self):
        while data := await self.reader.read(65536):
            # Not lasting: the system forgets it after some segments.
            self.writer.get_extra_info("socket").setsockopt(6, TCP_QUICKACK, 1)
            self.parser.Parse(data, False)
        self.elements.put_nowait(["end", {}, [], ""])

    def started(self, name, attributes):
        element = [name, attributes, [], ""]
        if self.depth > 0:
            if self.stack:
                self.stack[-1][2].append(element)
            self.stack.append(element)
        self.depth += 1

    def ended(self, _name):
        self.depth -= 1
        if self.depth >= 1:
            element = self.stack.pop()
            if self.depth == 1:
                self.elements.put_nowait(element)

    def characters(self, text):
        if self.stack:
            self.stack[-1][3] += text

    def send(self, text):
        self.writer.write(text.encode())

    async def take(self, name=None):
        while True:
            element = await self.elements.get()
            if element[0] == "end":
                raise EOFError("the server closed the stream")
            if name is None or element[0].split(":")[-1] == name:
                return element

    async def manage(self):
        self.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
        await self.take("enabled")

    async def sign_in(self, user, password):
        await self.connect()
        secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self.send(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>")
        if (await self.take())[0] != "success":
            raise RuntimeError("not signed in")
        self.restart()
        self.header()
        await self.take("features")
        self.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
        await self.take("iq")

    async def archive(self, page):
        messages, after, number, asked = 0, "", 0, False
        while True:
            self.send(
                f"<iq type='set' id='m{number}'><query xmlns='urn:xmpp:mam:2' queryid='q{number}'>"
                "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field></x>"
                f"<set xmlns='http://jabber.org/protocol/rsm'><max>{page}</max>{after}</set></query></iq>"
            )
            while (element := await self.take())[0] != "iq":
                if element[0] == "message":
                    messages += 1
                elif element[0] == "r":
                    asked = True
            if asked:
                # Every page ends with one more stanza: the answer.
                self.send(f"<a xmlns='urn:xmpp:sm:3' h='{messages + number + 1}'/>")
                asked = False
            if element[1]["type"] != "result":
                raise RuntimeError(f"no archive: {element}")
            fin = element[2][0]
            if fin[1].get("complete") == "true":
                return messages
            last = next(child[3] for child in fin[2][0][2] if child[0] == "last")
            after, number = f"<after>{last}</after>", number + 1


async def main(host, port, ca, address, page, kind):
    user, domain = address.split("@")
    stream = Stream(host, int(port), domain, ssl.create_default_context(cafile=ca))
    await stream.sign_in(user, sys.stdin.readline().rstrip("\n"))
    if kind == "managed":
        await stream.manage()
    begun = time.monotonic()
    messages = await stream.archive(int(page))
    print(json.dumps({"messages": messages, "seconds": time.monotonic() - begun}))


asyncio.run(main(*sys.argv[1:]))
