"""The function of every mapping. One line of its file is one batch that was handled: written at once, or not at all.

It fails as its environment tells it: in FAILS of all batches, in part in PARTLY of them, and always when there is poison.
In a tumbling window its state is the numbers of all the window's records; the window's last call writes them.
"""

import json
import os
import random

SERVER = os.getppid()


def handler(event, context):
    records = [told(record) for record in event["Records"]]
    poison = int(os.environ["POISON"])
    if poison and any(is_poison(key, number, poison) for _, key, _, number in records):
        raise ValueError("poison")
    if random.random() < float(os.environ["FAILS"]):
        raise ValueError("a bad day")
    if event.get("isFinalInvokeForWindow"):
        _write({"server": SERVER, "shard": event["shardId"], "window": tally(event, records)})
        return {"state": {}}
    done = len(records)
    if random.random() < float(os.environ["PARTLY"]):
        done = random.randrange(len(records))
    if done:
        _write({"server": SERVER, "request": context.aws_request_id, "records": records[:done]})
    failed = records[done:]
    failures = [{"itemIdentifier": str(failed[0][0])}] if failed else []
    return {"batchItemFailures": failures, "state": {"numbers": tally(event, records[:done])}}


def tally(event, records):
    """The numbers of a window's records up to this batch."""
    return [*event.get("state", {}).get("numbers", []), *(record[0] for record in records)]


def told(record):
    change = record["dynamodb"]
    image = change.get("NewImage") or change["OldImage"]
    return [
        int(change["SequenceNumber"]),
        change["Keys"]["id"]["S"],
        record["eventName"],
        int(image["n"]["N"]),
    ]


def is_poison(key, number, every):
    return key.endswith("-0") and number % every == 0


def _write(batch):
    file = os.open(os.environ["FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (json.dumps(batch) + "\n").encode())
    os.close(file)
