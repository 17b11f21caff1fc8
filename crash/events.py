"""Asynchronous invocations under test: what was accepted is handled, or in the dead-letter queue, whatever happens."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError

from crash.model import LostError

NAME = "events"
DEAD = "dead"
BAD = 5  # every so many-th event fails
HANDLER = f"""
import os

def handler(event, context):
    if event["n"] % {BAD} == 0:
        raise ValueError("a bad event")
    file = os.open(os.environ["FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (str(event["n"]) + "\\n").encode())
    os.close(file)
"""


class Events:
    """Invokes a function again and again; an event that fails is not tried again."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.sent = 0
        self.accepted: set[int] = set()
        self.dead: Counter[int] = Counter()

    async def run(self, client: Any) -> None:
        """Until the server is gone."""
        try:
            while True:
                self.sent += 1
                number = self.sent
                await asyncio.to_thread(
                    client.invoke,
                    FunctionName=NAME,
                    InvocationType="Event",
                    Payload=json.dumps({"n": number}),
                )
                self.accepted.add(number)
                await asyncio.sleep(0.01)
        except BotoCoreError:
            return

    def check(self, dead: list[dict[str, Any]]) -> None:
        """Hold everything so far to its end. `dead` are the messages that the dead-letter queue has got since."""
        self.dead.update(event["n"] for event in dead)
        handled = set(map(int, self.file.read_text().split())) if self.file.exists() else set[int]()
        good = {number for number in self.accepted if number % BAD}
        if good - handled:
            raise LostError(f"{NAME}: accepted, and never run: {sorted(good - handled)[:5]}")
        alien = [number for number in (*handled, *self.dead) if not 0 < number <= self.sent]
        wrong = [number for number, times in self.dead.items() if times > 1 or number % BAD]
        missing = self.accepted - good - self.dead.keys()
        if alien or wrong or missing:
            raise LostError(
                f"{NAME}: dead letters of good events, or twice {wrong[:5]}, missing {sorted(missing)[:5]}, "
                f"never sent {alien[:5]}"
            )
