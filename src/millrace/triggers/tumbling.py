"""Tumbling windows: which records belong together, and when a window is over. Pure.

Windows follow one another without a gap, counted from the epoch. A record belongs to the window of the time it was
written; the first record opens a window, and its end has one call without records.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
"""

from dataclasses import replace

from millrace.core import limits
from millrace.triggers.delivery import Config, Record, State, Window


def window_of(state: State, record: Record) -> Window | None:
    """The window that a record is delivered in: the open one, or its own. None if there are no windows."""
    return state.checkpoint.window or _own(state.config, record)


def _own(config: Config, record: Record) -> Window | None:
    seconds = config.tumbling_seconds
    if not seconds:
        return None
    start = int(record.created) // seconds * seconds
    return Window(start, start + seconds)


def within(window: Window, records: tuple[Record, ...]) -> int:
    """How many of the records, from the first, come before the window's end."""
    return next((place for place, record in enumerate(records) if record.created >= window.end), len(records))


def is_over(state: State, now: float) -> bool:
    """Whether nothing more can come into the open window, so that its last call is due."""
    window = state.checkpoint.window
    if window is None:
        return False
    if window.early:
        return True
    if state.buffer:
        return state.buffer[0].created >= window.end
    if state.behind or state.reading:
        return False
    return now >= window.end or (state.end is not None and state.checkpoint.position >= state.end)


def learn(window: Window, text: str) -> Window:
    """The window after the function returned a state."""
    early = len(text.encode()) > limits.mapping_window_state_bytes_max
    return replace(window, state=text, early=early)


def frame_bytes(window: Window | None) -> int:
    """What an event needs besides its records, at most."""
    if window is None:
        return limits.mapping_event_frame_bytes
    return limits.mapping_window_frame_bytes_max + len(window.state.encode())
