"""Functions on a real server: made in one line, invoked in one line, and looked for among the machine's processes."""

import base64
import json
import os
import select
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tests.api.millrace_process import TRUST, Millrace, zipped

PROC = Path("/proc")


class Answer(NamedTuple):
    """What became of an invocation."""

    payload: Any
    error: str | None
    log: str
    request_id: str


class Functions:
    """Makes and invokes functions of one server, all with one role."""

    def __init__(self, server: Millrace) -> None:
        self.server = server
        self.lambda_ = server.client("lambda")
        role = server.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument=TRUST)
        self.role: str = role["Role"]["Arn"]

    def make(self, name: str, source: str, **settings: Any) -> str:
        self.lambda_.create_function(
            **{
                "FunctionName": name,
                "Runtime": f"python3.{sys.version_info.minor}",  # the one that is surely there
                "Role": self.role,
                "Handler": "handler.handle",
                "Code": {"ZipFile": zipped(source)},
                "Timeout": 60,  # nobody waits for it but who is stuck
                **settings,
            }
        )
        return name

    def invoke(self, name: str, event: object = None, **settings: Any) -> Answer:
        """The answer, with the end of its log; a payload that is not JSON as bytes."""
        answer = self.lambda_.invoke(
            FunctionName=name, Payload=json.dumps(event or {}), LogType="Tail", **settings
        )
        data = answer["Payload"].read()
        try:
            payload = json.loads(data)
        except ValueError:
            payload = data
        log = base64.b64decode(answer["LogResult"]).decode(
            "utf-8", "replace"
        )  # it may begin within a character
        return Answer(payload, answer.get("FunctionError"), log, answer["ResponseMetadata"]["RequestId"])


def carriers(mark: str) -> set[int]:
    """The processes whose environment or command names `mark`, as do all of a server that has it for its data."""
    found: set[int] = set()
    for path in PROC.glob("[0-9]*"):
        try:
            told = (path / "environ").read_bytes() + (path / "cmdline").read_bytes()
        except OSError:
            continue
        if mark.encode() in told and int(path.name) != os.getpid():
            found.add(int(path.name))
    return found


class Witness:
    """Sees the end of processes, also of those that are nobody's children here."""

    def __init__(self, *pids: int) -> None:
        self._ends = {pid: os.pidfd_open(pid) for pid in pids}

    def survivors(self, seconds: float = 60) -> set[int]:
        """Those that have not ended in this time. Returns as soon as all have."""
        left = dict(self._ends)
        while left:
            ended, _, _ = select.select(left.values(), [], [], seconds)
            if not ended:
                break
            left = {pid: end for pid, end in left.items() if end not in ended}
        for end in self._ends.values():
            os.close(end)
        return set(left)
