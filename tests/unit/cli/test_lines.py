"""Live events as lines of a terminal."""

from typing import Any

from rich.text import Text

from millrace.cli.lines import line

TOLD: dict[str, Any] = {
    "kind": "delivery",
    "time": 0.0,
    "function": "ship",
    "event": "destination_told",
    "records": 2,
    "destination": "arn:aws:sqs:eu-central-1:000000000000:lost",
    "error": None,
}


def shown(event: dict[str, Any]) -> str:
    return Text.from_markup(line(event) or "").plain.partition("→ ")[2]


def test_a_destination_that_was_told_is_named_and_one_that_was_not_says_why():
    assert shown(TOLD) == "ship told arn:aws:sqs:eu-central-1:000000000000:lost of 2 records"
    assert shown({**TOLD, "error": "it is gone"}) == (
        "ship could not tell arn:aws:sqs:eu-central-1:000000000000:lost of 2 records: it is gone"
    )


def test_a_key_and_an_error_of_several_lines_stay_on_one():
    change = {
        "kind": "change",
        "time": 0.0,
        "table": "orders",
        "event": "INSERT",
        "keys": {"id": {"S": "a\nb"}},
    }
    failed = {**TOLD, "event": "attempt_failed", "attempt": 1, "retry_in": 0.25, "error": "no\nno"}

    assert Text.from_markup(line(change) or "").plain.endswith("orders INSERT id=a b")
    assert shown(failed) == "ship attempt 1 failed: no no, again in 0.25 s"
