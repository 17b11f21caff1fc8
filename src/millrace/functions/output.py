"""From the bytes an environment writes to the events of its log stream.

What a handler prints and what it logs come up one pipe, in the order it happened. Prints are split into
lines; log records arrive in frames (A5 5A, kind, length, microseconds) and stay whole, as on AWS. What the
platform has to say goes between. Where events are kept is the sink's business.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock, iso_milliseconds
from millrace.functions.platform_log import PlatformLog, Report

_FRAME_START = b"\xa5\x5a\x00"
_FRAME_HEAD = 16  # kind 4, length 4, microseconds 8


@dataclass(frozen=True, slots=True)
class LogTarget:
    """A log stream."""

    scope: Scope
    group: str
    stream: str


# Takes events (epoch milliseconds, message) and must not block.
LogSink = Callable[[LogTarget, Sequence[tuple[int, str]]], None]


class Splitter:
    """Cuts a stream of bytes into messages; keeps what is not yet complete."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[str]:
        """The messages that `data` completes. Text keeps its line's end."""
        rest = self._rest
        rest += data
        messages: list[str] = []
        start = 0
        while start < len(rest):
            end = self._frame_end(start) if rest.startswith(_FRAME_START, start) else self._text_end(start)
            if end is None:
                break
            first = start + _FRAME_HEAD if rest.startswith(_FRAME_START, start) else start
            messages.extend(_pieces(bytes(rest[first:end])))
            start = end
        del rest[:start]
        return messages

    def flush(self) -> list[str]:
        """What is left without an end."""
        rest, self._rest = bytes(self._rest), bytearray()
        if rest.startswith(_FRAME_START):
            rest = rest[_FRAME_HEAD:]
        return _pieces(rest) if rest else []

    def _frame_end(self, start: int) -> int | None:
        head = self._rest[start : start + _FRAME_HEAD]
        if len(head) < _FRAME_HEAD:
            return None
        end = start + _FRAME_HEAD + int.from_bytes(head[4:8], "big")
        if end - start > limits.function_output_bytes_max:  # no frame after all
            return min(len(self._rest), start + limits.function_output_line_bytes_max)
        return end if end <= len(self._rest) else None

    def _text_end(self, start: int) -> int | None:
        """After the line's end, or where a frame begins: a print without a newline is an event then."""
        line = self._rest.find(b"\n", start)
        stop = len(self._rest) if line < 0 else line
        frame = self._rest.find(_FRAME_START, start, stop)
        if frame >= 0:
            return frame
        if line >= 0:
            return line + 1
        too_long = stop - start > limits.function_output_line_bytes_max
        return start + limits.function_output_line_bytes_max if too_long else None


def _pieces(message: bytes) -> list[str]:
    """A message as text, in pieces that an event can hold; no character is cut."""
    size = limits.function_output_line_bytes_max - limits.log_event_overhead_bytes
    text = message.decode("utf-8", "replace")
    if len(message) * 3 <= size:  # what is no text takes three bytes for each of its own
        return [text]
    data = text.encode()
    pieces: list[str] = []
    start = 0
    while start < len(data):
        end = min(start + size, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[start:end].decode())
        start = end
    return pieces


class Output:
    """One environment's log: collects events and hands them to the sink when told to.

    An event's time is when it was read, by the clock of millrace, which may have been moved; a frame
    carries the time of the process, which was not. The pipe keeps the order either way.
    """

    def __init__(self, clock: Clock, target: LogTarget, sink: LogSink, platform: PlatformLog) -> None:
        self._clock = clock
        self._platform = platform
        self._target = target
        self._sink = sink
        self._splitter = Splitter()
        self._events: list[tuple[int, str]] = []
        self._bytes = 0
        self._tail = bytearray()

    def feed(self, data: bytes) -> None:
        """Take what the process wrote. Beyond the limit of one invocation it is dropped, and that is said."""
        before, most = self._bytes, limits.function_output_bytes_max
        self._bytes += len(data)
        if self._bytes <= most:
            self._add(self._splitter.feed(data))
        elif before <= most:
            self._add([*self._splitter.feed(data[: most - before]), *self._splitter.flush(), _dropped()])

    def begin(self, request_id: str) -> None:
        """An invocation starts; its tail begins here."""
        self._add(self._splitter.flush())
        self._bytes = 0
        self._tail.clear()
        self._add(self._platform.start(request_id))

    def end(self, report: Report, *, last_words: str = "") -> bytes:
        """An invocation is over: hand all of it to the sink and answer its tail."""
        self._add(self._splitter.flush())
        if last_words:
            self._add([last_words])
        self._add(self._platform.end(report))
        tail = bytes(self._tail[-limits.invoke_log_tail_bytes_max :])
        self.hand_over()
        return tail

    def init_start(self, note: str | None) -> None:
        """The process starts; `note` is millrace's own remark on that."""
        self._add(self._platform.init_start())
        if note is not None:
            self._add([f"{note}\n"])

    def init_done(self, init_ms: float) -> None:
        """The handler is loaded."""
        self._add(self._splitter.flush())
        self._add(self._platform.init_done(init_ms))

    def init_failed(self, init_ms: float, error_type: str) -> None:
        """The handler could not be loaded."""
        self._add(self._splitter.flush())
        self._add(self._platform.init_failed(init_ms, error_type))

    def hand_over(self) -> None:
        if self._events:
            events, self._events = self._events, []
            self._sink(self._target, events)

    def close(self) -> None:
        self._add(self._splitter.flush())
        self.hand_over()

    def _add(self, messages: Sequence[str]) -> None:
        if not messages:
            return
        now = int(self._clock.now() * 1000)
        for message in messages:
            self._events.append((now, message))
            self._tail += message.encode()
            if not message.endswith("\n"):
                self._tail += b"\n"
        if len(self._tail) > 16 * limits.invoke_log_tail_bytes_max:
            del self._tail[: -limits.invoke_log_tail_bytes_max]


def time_text(clock: Clock) -> str:
    """The time as the platform writes it."""
    return iso_milliseconds(clock.now()) + "Z"


def _dropped() -> str:
    return (
        f"[millrace: this invocation wrote more than {limits.function_output_bytes_max} bytes; "
        "the rest is dropped]\n"
    )
