"""The function that the trigger rows run: it tells the time of its first line and the keys it was given.

It tells them in one datagram to the port in BENCHMARK_PORT, so that the measure does not wait for logs.
"""

import json
import os
import socket
import time

PORT = int(os.environ["BENCHMARK_PORT"])
SENDER = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def handler(event, _context):
    now = time.time()
    keys = [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]
    SENDER.sendto(json.dumps({"at": now, "keys": keys}).encode(), ("127.0.0.1", PORT))
