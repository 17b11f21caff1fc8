"""The function that the trigger rows run: it tells the time of its first line and the keys it was given.

It tells them in datagrams to the port in BENCHMARK_PORT, so that the measure does not wait for logs, and then
waits for BENCHMARK_PAUSE seconds, as a function does that asks somebody else.
"""

import json
import os
import socket
import time

PORT = int(os.environ["BENCHMARK_PORT"])
PAUSE = float(os.environ.get("BENCHMARK_PAUSE", "0"))
DATAGRAM_KEYS = 1_000
SENDER = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def handler(event, _context):
    now = time.time()
    keys = [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]
    for start in range(0, len(keys), DATAGRAM_KEYS):
        told = {"at": now, "keys": keys[start : start + DATAGRAM_KEYS]}
        SENDER.sendto(json.dumps(told).encode(), ("127.0.0.1", PORT))
    if PAUSE:
        time.sleep(PAUSE)
