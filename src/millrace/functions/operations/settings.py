"""From the parameters of CreateFunction and UpdateFunctionConfiguration to a function's settings.

It decides what AWS would refuse and what millrace does not do yet; it reads and writes nothing.
"""

import re
from collections.abc import Mapping
from typing import Any

from millrace.core import limits
from millrace.core.context import Params
from millrace.core.errors import AwsError
from millrace.functions import runtimes, variables
from millrace.functions.catalog import Function
from millrace.functions.names import LATEST, Reference, invalid

# Settings that would change what a function does. To accept and ignore them would be a lie.
_NOT_YET = {
    "CapacityProviderConfig": "capacity providers",
    "DurableConfig": "durable functions",
    "FileSystemConfigs": "file systems",
    "ImageConfig": "container images",
    "TenancyConfig": "tenancy",
}


_DEAD_LETTERS = re.compile(r"arn:[a-z-]+:(sqs|sns):[a-z0-9-]+:[0-9]{12}:.+")


def settings(params: Params, before: Function | None = None) -> dict[str, Any]:
    """What `params` sets, by the names of `catalog.Function`'s fields. `before` is the function that is changed.

    Raises InvalidParameterValueException.
    """
    refuse_unsupported(params)
    found: dict[str, Any] = {}
    for member, name in _PLAIN.items():
        if params.get(member) is not None:
            found[name] = params[member]
    if "runtime" in found:
        runtimes.check(found["runtime"])
    _check_ranges(found)
    if "\0" in found.get("handler", ""):
        raise invalid("The Handler contains null characters, which no process can be given.")
    if params.get("Environment") is not None:
        found["environment"] = dict(params["Environment"].get("Variables") or {})
        variables.check(found["environment"])
    if params.get("Layers") is not None:
        found["layers"] = params["Layers"]  # ARNs: what a function keeps of them is the catalog's to say
    if params.get("EphemeralStorage"):
        found["storage_mb"] = params["EphemeralStorage"]["Size"]
    letters: Mapping[str, str | None] = params.get("DeadLetterConfig") or {}
    target = letters.get("TargetArn")
    if target is not None:  # nothing at all changes nothing, an empty one is none: recorded on AWS
        found["dead_letter"] = _dead_letter(target)
    if params.get("TracingConfig"):
        found["tracing"] = params["TracingConfig"].get("Mode", "PassThrough")
    if params.get("SnapStart"):
        found["snap_start"] = params["SnapStart"].get("ApplyOn", "None")
    _check_snap_start(found, before)
    if params.get("VpcConfig") is not None:
        found["vpc"] = _vpc(params["VpcConfig"])
    if params.get("LoggingConfig") is not None:
        found |= logging(params["LoggingConfig"], before)
    return found


_PLAIN = {
    "Description": "description",
    "Handler": "handler",
    "KMSKeyArn": "key_arn",
    "MemorySize": "memory_mb",
    "Role": "role",
    "Runtime": "runtime",
    "Timeout": "timeout_seconds",
}


def refuse_unsupported(params: Params) -> None:
    for member, what in _NOT_YET.items():
        value = params.get(member)
        if value:
            raise invalid(f"{member} is not supported: millrace does not do {what} yet.")
    if params.get("PackageType", "Zip") != "Zip":
        raise invalid("PackageType Image is not supported: millrace does not do container images yet.")
    if params.get("PublishTo"):
        raise invalid("PublishTo is not supported: millrace does not do capacity providers yet.")


def _check_ranges(found: Mapping[str, Any]) -> None:
    """The ranges of ordinary functions; AWS's model allows more, for capacity providers."""
    if found.get("timeout_seconds", 1) > limits.function_timeout_seconds_max:
        raise invalid(
            f"1 validation error detected: Value '{found['timeout_seconds']}' at 'timeout' failed to satisfy "
            f"constraint: Member must have value less than or equal to {limits.function_timeout_seconds_max}"
        )
    if found.get("memory_mb", limits.function_memory_mb_min) > limits.function_memory_mb_max:
        raise invalid(
            f"'MemorySize' value failed to satisfy constraint: "
            f"Member must have value less than or equal to {limits.function_memory_mb_max}"
        )


def _dead_letter(target: str) -> str | None:
    """The ARN of a queue or a topic, which are all that a function's dead letters may go to."""
    if target and not _DEAD_LETTERS.match(target):
        raise invalid(f"The dead letter target {target} is not the ARN of an SQS queue or an SNS topic.")
    return target or None


def _vpc(config: Mapping[str, Any]) -> dict[str, Any]:
    """Kept and shown, also if it is empty: recorded on AWS. Functions reach whatever the machine reaches."""
    members = {name: list(config.get(name) or []) for name in ("SubnetIds", "SecurityGroupIds")}
    return {**members, "Ipv6AllowedForDualStack": bool(config.get("Ipv6AllowedForDualStack"))}


def _check_snap_start(found: Mapping[str, Any], before: Function | None) -> None:
    """Raises InvalidParameterValueException where AWS has no snapshots of a runtime, as of March 2025."""
    applied = found.get("snap_start") or (before and before.snap_start)
    runtime = found.get("runtime") or (before and before.runtime)
    if applied == "PublishedVersions" and runtime and not runtimes.has_snapshots(runtime):
        raise invalid(f"{runtime} is not supported for SnapStart enabled functions.")


def logging(config: Mapping[str, Any], before: Function | None = None) -> dict[str, Any]:
    """What a LoggingConfig changes: members that are left out stay as they were. Text has no levels.

    Raises InvalidParameterValueException for levels without JSON.
    """
    log_format = config.get("LogFormat") or ("Text" if before is None else before.log_format)
    levels = {"application_log_level": "ApplicationLogLevel", "system_log_level": "SystemLogLevel"}
    if log_format == "Text" and any(config.get(member) for member in levels.values()):
        raise invalid("To set ApplicationLogLevel or SystemLogLevel, the LogFormat must be JSON.")
    found: dict[str, Any] = {"log_format": log_format}
    for name, member in levels.items():
        kept = None if before is None else getattr(before, name)
        found[name] = (config.get(member) or kept or "INFO") if log_format == "JSON" else None
    if config.get("LogGroup"):
        found["log_group"] = config["LogGroup"]
    return found


def check_tags(tags: Mapping[str, str]) -> None:
    if len(tags) > limits.function_tags_max:
        raise invalid("Number of tags exceeds resource tag limit.")


def wrong_revision(told_by: str = "GetFunction/GetAlias") -> AwsError:
    return AwsError(
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        f"Call the {told_by} API to retrieve the latest Revision Id",
        members={"Type": "User"},
    )


def latest_only(reference: Reference) -> Reference:
    """For what changes a function: published versions stay as they are. The sentence is AWS's."""
    if reference.qualifier not in {None, LATEST}:
        raise invalid(
            "Current operation does not support versions other than $LATEST. "
            "Please set the version to $LATEST or do not set a version in your request."
        )
    return reference.unqualified


def function_only(reference: Reference) -> Reference:
    """For what is of the function as a whole. The sentence is AWS's."""
    if reference.qualifier is not None:
        raise invalid(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support "
            "this operation. Please specify either a function name or an unqualified function ARN."
        )
    return reference
