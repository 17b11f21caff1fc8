"""What Lambda itself writes into a function's log: START, END and REPORT, or records of JSON.

https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html has the records, and
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html the level of each.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from millrace.core import limits

_LEVELS = ("DEBUG", "INFO", "WARN")
_INIT = {"initializationType": "on-demand", "phase": "init"}


@dataclass(frozen=True, slots=True)
class Instance:
    """An execution environment, as its log tells of it. `id` is the log stream with the function's name."""

    id: str
    function: str
    function_arn: str
    version: str
    memory_mb: int
    runtime_version: str
    runtime_version_arn: str


@dataclass(frozen=True, slots=True)
class Report:
    """How an invocation went. `status` is success, error or timeout; what a handler raised is a success."""

    request_id: str
    duration_ms: float
    memory_mb: int
    memory_used_mb: int
    init_ms: float | None = None
    status: str = "success"
    error_type: str | None = None
    produced_bytes: int = 0

    @property
    def billed_ms(self) -> int:
        return math.ceil(self.duration_ms)


class PlatformLog(Protocol):
    """The events of an environment's life; each call gives those to be logged, in order."""

    def init_start(self) -> list[str]: ...
    def init_done(self, init_ms: float) -> list[str]: ...
    def init_failed(self, init_ms: float, error_type: str) -> list[str]: ...
    def start(self, request_id: str) -> list[str]: ...
    def end(self, report: Report) -> list[str]: ...


class TextLog:
    """`LogFormat` Text, which has no levels."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def init_start(self) -> list[str]:
        version, arn = self._instance.runtime_version, self._instance.runtime_version_arn
        return [f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {arn}\n"]

    def init_done(self, init_ms: float) -> list[str]:  # noqa: ARG002 -- REPORT tells it
        return []

    def init_failed(self, init_ms: float, error_type: str) -> list[str]:  # noqa: ARG002 -- so does it of this
        return []

    def start(self, request_id: str) -> list[str]:
        return [f"START RequestId: {request_id} Version: {self._instance.version}\n"]

    def end(self, report: Report) -> list[str]:
        init = "" if report.init_ms is None else f"Init Duration: {report.init_ms:.2f} ms\t"
        status = "" if report.status == "success" else f"Status: {report.status}"
        error = "" if report.error_type is None else f"\tError Type: {report.error_type}"
        return [
            f"END RequestId: {report.request_id}\n",
            f"REPORT RequestId: {report.request_id}\tDuration: {report.duration_ms:.2f} ms\t"
            f"Billed Duration: {report.billed_ms} ms\tMemory Size: {report.memory_mb} MB\t"
            f"Max Memory Used: {report.memory_used_mb} MB\t{init}{status}{error}\n",
        ]


class JsonLog:
    """`LogFormat` JSON: one object an event, those that `level` (`SystemLogLevel`) lets through."""

    def __init__(self, instance: Instance, level: str, now: Callable[[], str]) -> None:
        self._instance = instance
        self._least = _LEVELS.index(level)
        self._now = now

    def init_start(self) -> list[str]:
        instance = self._instance
        record = {
            **_INIT,
            "runtimeVersion": instance.runtime_version,
            "runtimeVersionArn": instance.runtime_version_arn,
            "functionName": instance.function,
            "functionVersion": instance.version,
            "instanceId": instance.id,
            "instanceMaxMemory": instance.memory_mb * limits.MIB,
        }
        return self._event("INFO", "initStart", record)

    def init_done(self, init_ms: float) -> list[str]:
        return self._init_over("DEBUG", init_ms, {"status": "success"})

    def init_failed(self, init_ms: float, error_type: str) -> list[str]:
        return self._init_over("WARN", init_ms, {"status": "error", "errorType": error_type})

    def _init_over(self, level: str, init_ms: float, outcome: Mapping[str, str]) -> list[str]:
        done = {**_INIT, **outcome}
        metrics = {"durationMs": _milliseconds(init_ms)}
        return [
            *self._event(level, "initRuntimeDone", done),
            *self._event(level, "initReport", {**done, "metrics": metrics}),
        ]

    def start(self, request_id: str) -> list[str]:
        record = {
            "requestId": request_id,
            "functionArn": self._instance.function_arn,
            "version": self._instance.version,
        }
        return self._event("INFO", "start", record)

    def end(self, report: Report) -> list[str]:
        """There is no `platform.end`; that the runtime is done matters when it is not well."""
        well = report.status == "success"
        outcome = {"status": report.status}
        if report.error_type is not None:
            outcome["errorType"] = report.error_type
        duration_ms = _milliseconds(report.duration_ms)
        done = {"durationMs": duration_ms, "producedBytes": report.produced_bytes}
        metrics = {
            "durationMs": duration_ms,
            "billedDurationMs": report.billed_ms,
            "memorySizeMB": report.memory_mb,
            "maxMemoryUsedMB": report.memory_used_mb,
        }
        if report.init_ms is not None:
            metrics["initDurationMs"] = _milliseconds(report.init_ms)
        identity = {"requestId": report.request_id}
        return [
            *self._event(
                "DEBUG" if well else "WARN", "runtimeDone", {**identity, **outcome, "metrics": done}
            ),
            *self._event("INFO" if well else "WARN", "report", {**identity, "metrics": metrics, **outcome}),
        ]

    def _event(self, level: str, kind: str, record: Mapping[str, Any]) -> list[str]:
        if _LEVELS.index(level) < self._least:
            return []
        event = {"time": self._now(), "type": f"platform.{kind}", "record": record}
        return [orjson.dumps(event).decode()]


def _milliseconds(duration: float) -> float:
    """AWS's records have three decimals."""
    return round(duration, 3)
