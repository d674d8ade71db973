"""Reads a whole message archive (XEP-0313) with slixmpp, as a program in Python would, and keeps it in SQLite.

Prints one JSON object, {"messages", "seconds"}: the time from the first query to the commit.

usage: catchup_slixmpp.py HOST PORT CA JID PAGE      (the password comes on standard input)
"""
import asyncio
import json
import sqlite3
import sys
import time

import slixmpp

host, port, ca, address, page = sys.argv[1:]


class Client(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(address, sys.stdin.readline().rstrip("\n"))
        self.ca_certs = ca
        self.register_plugin("xep_0313")
        self.add_event_handler("session_start", self.read)

    async def read(self, _event):
        database = sqlite3.connect(":memory:")
        database.execute("CREATE TABLE message (id TEXT PRIMARY KEY, time TEXT, sender TEXT, body TEXT)")
        begun, messages = time.monotonic(), 0
        async for message in self["xep_0313"].iterate(rsm={"max": int(page)}):
            result = message["mam_result"]
            inner = result["forwarded"]["stanza"]
            stamp = str(result["forwarded"]["delay"]["stamp"])
            row = (result["id"], stamp, str(inner["from"]), inner["body"])
            database.execute("INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?)", row)
            messages += 1
        database.commit()
        print(json.dumps({"messages": messages, "seconds": time.monotonic() - begun}), flush=True)
        await self.disconnect()


async def main():
    client = Client()
    client.connect(host, int(port))
    await asyncio.wait_for(client.disconnected, 300)


asyncio.get_event_loop().run_until_complete(main())
