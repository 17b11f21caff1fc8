"""What `millrace status` prints, in a pipe and in narrow and wide terminals."""

import io
from typing import Any

from rich.console import Console

from millrace.cli.status import report

MAPPING: dict[str, Any] = {
    "table": "badges-Plays",
    "function": "badges-BadgeFunction-in-a-long-name",
    "qualifier": None,
    "stream_arn": "arn:aws:dynamodb:eu-central-1:000000000000:table/badges-Plays/stream/2026-01-01T00:00:00.000",
    "role": "arn:aws:iam::000000000000:role/r",
    "state": "Enabled",
    "delivered": 12345,
    "filtered": 0,
    "discarded": {"RetryAttemptsExhausted": 2, "trimmed": 0},
    "pending": 3,
    "lag_seconds": 61.0,
    "told": {"error": None},
    "destination": None,
    "missing": None,
    "attempts": 1,
    "retry_in_seconds": 4.0,
    "last_error": "ValueError: first line\nsecond line",
}
LONG = {
    **MAPPING,
    "table": "t" * 255,
    "function": "f" * 64,
    "qualifier": "live",
    "attempts": 0,
    "discarded": {},
}


def printed(*mappings: dict[str, Any], width: int = 80, terminal: bool = False) -> list[str]:
    out = io.StringIO()
    report(
        Console(file=out, width=width, force_terminal=terminal, color_system=None, soft_wrap=True), mappings
    )
    return out.getvalue().splitlines()


def test_a_pipe_gets_one_line_of_each_trigger_however_long_its_names_are():
    for width in (80, 200):
        titles, first, second, *reasons = printed(LONG, MAPPING, width=width)
        assert titles.split() == [
            "Table", "Function", "State", "Delivered", "Filtered", "Discarded", "Pending", "Lag",
        ]  # fmt: skip
        assert first.split()[:4] == [
            "badges-Plays",
            "badges-BadgeFunction-in-a-long-name",
            "Enabled",
            "12345",
        ]
        assert second.split()[:2] == ["t" * 255, "f" * 64 + ":live"]
        assert reasons == [
            "badges-Plays → badges-BadgeFunction-in-a-long-name: discarded 2: RetryAttemptsExhausted",
            "badges-Plays → badges-BadgeFunction-in-a-long-name: 1 attempt failed, next in 4.0 s: "
            "ValueError: first line second line",
        ]


def test_a_narrow_terminal_gets_the_names_and_below_them_the_counts():
    assert printed(MAPPING, terminal=True)[:4] == [
        "Table → Function",
        "  State    Delivered  Filtered  Discarded  Pending    Lag",
        "badges-Plays → badges-BadgeFunction-in-a-long-name",
        "  Enabled      12345         0          2        3  1 min",
    ]
    assert printed(MAPPING, width=200, terminal=True)[0].startswith("Table         Function  ")


def test_triggers_of_several_regions_are_told_apart():
    elsewhere = {**MAPPING, "stream_arn": MAPPING["stream_arn"].replace("eu-central-1", "us-east-1")}

    _, first, second, *_ = printed(elsewhere, MAPPING)

    assert first.startswith("badges-Plays (eu-central-1)  badges-")
    assert second.startswith("badges-Plays (us-east-1)     badges-")
