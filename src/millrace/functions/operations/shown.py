"""A function as Lambda's answers show it."""

from collections.abc import Mapping
from typing import Any

from millrace.core.arn import Scope
from millrace.core.clock import iso_milliseconds
from millrace.functions.catalog import Function
from millrace.functions.names import LATEST
from millrace.functions.runtimes import version_arn

ACTIVE: Mapping[str, str] = {"State": "Active", "LastUpdateStatus": "Successful"}
PENDING: Mapping[str, str] = {
    "State": "Pending",
    "StateReason": "The function is being created.",
    "StateReasonCode": "Creating",
}
UPDATING: Mapping[str, str] = {
    "State": "Active",
    "LastUpdateStatus": "InProgress",
    "LastUpdateStatusReason": "The function is being created.",
    "LastUpdateStatusReasonCode": "Creating",
}


def show(
    function: Function,
    scope: Scope,
    state: Mapping[str, str],
    *,
    qualifier: str | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    """FunctionConfiguration. `note` is what people should know of its runtime here: the reason of a state has room
    for it, and no tool takes it for a setting.

    Lists give no state, and no build of the runtime either.
    """
    environment = function.environment
    return {
        "Architectures": [function.architecture],
        "CodeSha256": function.code_sha256,
        "CodeSize": function.code_size,
        "DeadLetterConfig": None if function.dead_letter is None else {"TargetArn": function.dead_letter},
        "Description": function.description,
        "Environment": None if environment is None else {"Variables": dict(environment)},
        "EphemeralStorage": {"Size": function.storage_mb},
        "FunctionArn": function.arn(scope, qualifier),
        "FunctionName": function.name,
        "Handler": function.handler,
        "KMSKeyArn": function.key_arn,
        "LastModified": iso_milliseconds(function.modified) + "+0000",
        "Layers": [{"Arn": layer["arn"], "CodeSize": layer["size"]} for layer in function.layers] or None,
        "LoggingConfig": logging_config(function),
        "MemorySize": function.memory_mb,
        "PackageType": "Zip",
        "RevisionId": function.shown_revision,
        "Role": function.role,
        "Runtime": function.runtime,
        "RuntimeVersionConfig": {"RuntimeVersionArn": version_arn(scope, function.runtime)}
        if state
        else None,
        "SnapStart": _snap_start(function),
        "Timeout": function.timeout_seconds,
        "TracingConfig": {"Mode": function.tracing},
        "Version": function.version,
        "VpcConfig": None
        if function.vpc is None
        else {"Ipv6AllowedForDualStack": False, **function.vpc, "VpcId": ""},
        **state,
        **({} if note is None else {"StateReason": note}),
    }


def _snap_start(function: Function) -> dict[str, str]:
    """Versions that were published with it say that it is on; there are no snapshots here."""
    on = function.snap_start == "PublishedVersions" and function.version != LATEST
    return {"ApplyOn": function.snap_start, "OptimizationStatus": "On" if on else "Off"}


def logging_config(function: Function) -> dict[str, str | None]:
    return {
        "ApplicationLogLevel": function.application_log_level,
        "LogFormat": function.log_format,
        "LogGroup": function.log_group,
        "SystemLogLevel": function.system_log_level,
    }
