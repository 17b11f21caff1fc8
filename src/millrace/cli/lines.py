"""How a live event looks as a line of a terminal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.markup import escape

from millrace.cli.columns import one_line

COLOURS = {"INSERT": "green", "MODIFY": "yellow", "REMOVE": "red"}


def line(event: Mapping[str, Any], *, width: int | None = None) -> str | None:
    """One line of rich markup, or None for what a person need not see. `width` shortens log lines."""
    if event["kind"] == "change":
        text = _change(event)
    elif event["kind"] == "log":
        text = _log(event, width)
    elif event["kind"] == "delivery":
        text = _delivery(event)
    else:
        return None
    return f"[dim]{_time(event['time'])}[/] {text}"


def _time(epoch: float) -> str:
    moment = datetime.fromtimestamp(epoch)  # noqa: DTZ006 -- a person reads local time
    return moment.strftime("%H:%M:%S.%f")[:-3]


def _change(event: Mapping[str, Any]) -> str:
    colour = COLOURS.get(event["event"], "white")
    keys = ", ".join(
        f"{name}={one_line(str(next(iter(value.values()))))}" for name, value in event["keys"].items()
    )
    return f"[bold]{escape(event['table'])}[/] [{colour}]{event['event']}[/] {escape(keys)}"


def _log(event: Mapping[str, Any], width: int | None) -> str:
    text = event["message"].rstrip("\t\n").replace("\xa0", " ").replace("\t", "  ")
    if width is not None:
        text = "\n".join(part if len(part) <= width else f"{part[: width - 1]}…" for part in text.split("\n"))
    text = text.replace("\n", "\n" + " " * 15)
    return f"  [cyan]{escape(event['function'])}[/] [dim]│[/] {escape(text)}"


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"


def _delivery(event: Mapping[str, Any]) -> str:
    function = f"[magenta]→ {escape(event['function'])}[/]"
    what = event["event"]
    records = _records(event.get("records", 0))
    if what == "batch_started":
        attempt = event.get("attempt", 1)
        return f"{function} {records}" + ("" if attempt == 1 else f", attempt {attempt}")
    if what == "batch_succeeded":
        return f"{function} [green]done[/] {records}"
    if what == "attempt_failed":
        again = event.get("retry_in")
        then = "" if again is None else f", again in {again:g} s"
        return (
            f"{function} [red]attempt {event['attempt']} failed[/]: {escape(one_line(event['error']))}{then}"
        )
    if what == "discarded":
        return f"{function} [red]discarded[/] {records}: {escape(event['reason'])}"
    if what == "destination_told":
        whom = f"{escape(event['destination'])} of {records}"
        error = event["error"]
        return (
            f"{function} told {whom}"
            if error is None
            else f"{function} [red]could not tell[/] {whom}: {escape(one_line(error))}"
        )
    if what == "filtered":
        return f"{function} [dim]filtered out {records}[/]"
    if what == "stopped":
        return f"{function} [red]stopped[/]: {escape(event['reason'])}"
    return f"{function} {escape(what.replace('_', ' '))}"
