"""slixmpp comes back online: the peer of `bench reconnect`, over the same delayed network.

Signs in with stream management (XEP-0198), then does what each line of its input says: `go` connects anew and resumes.
Prints JSON lines: {"online": true}, {"resumed": bool}, {"message": BODY}, {"lost": true} for a connection that ended.

usage: reconnect.py PORT CA JID      (the password is the first line of the input)
"""
import asyncio
import json
import logging
import sys

import slixmpp


def tell(**what):
    print(json.dumps(what), flush=True)


class Peer(slixmpp.ClientXMPP):
    def __init__(self, port, ca, jid, password):
        super().__init__(jid, password)
        self.port, self.ca_certs = port, ca
        # As Linnet here: TLS from the first byte, and a session that outlives its connection.
        self.enable_direct_tls, self.enable_starttls, self.enable_plaintext = True, False, False
        self.end_session_on_disconnect = False
        self.register_plugin("xep_0198")
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("session_resumed", lambda _: tell(resumed=True))
        self.add_event_handler("message", lambda message: tell(message=message["body"]))
        self.add_event_handler("disconnected", lambda _: tell(lost=True))
        self.add_event_handler("failed_auth", lambda _: tell(error="refused"))

    async def started(self, _):
        self.send_presence()
        await self.get_roster()
        tell(online=True)

    def go(self):
        self.connect("127.0.0.1", self.port)


async def main():
    port, ca, jid = sys.argv[1:]
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    password = (await lines.readline()).decode().rstrip("\n")
    peer = Peer(int(port), ca, jid, password)
    peer.go()
    while await lines.readline():
        peer.go()


logging.basicConfig(level=logging.CRITICAL)
asyncio.run(main())
