"""How requests name log groups and how answers show them."""

from typing import Any

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.context import Params
from millrace.core.errors import AwsError
from millrace.logs.catalog import Group, Stream


def invalid_parameter(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message, status=400)


def validation_error(message: str) -> AwsError:
    return AwsError("ValidationException", message, status=400)


def group_name(params: Params) -> str:
    """The group a request names by `logGroupName`, or by `logGroupIdentifier`: a name or an ARN."""
    name, identifier = params.get("logGroupName"), params.get("logGroupIdentifier")
    if name is not None and identifier is not None:
        raise validation_error("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
    if name is None and identifier is None:
        raise validation_error("Either logGroupName or logGroupIdentifier must be specified.")
    return str(name) if identifier is None else name_of_identifier(str(identifier))


def name_of_identifier(identifier: str) -> str:
    """The name in `arn:aws:logs:R:A:log-group:NAME` or `…:NAME:*`; a bare name as it is."""
    if not identifier.startswith("arn:"):
        return identifier
    name = identifier.partition(":log-group:")[2]
    return name.removesuffix(":*")


def check_name(name: str) -> str:
    if len(name) > limits.log_name_characters_max:
        raise invalid_parameter(
            "Invalid LogGroup or LogStream, both must have length less than or equal to "
            f"{limits.log_name_characters_max}."
        )
    return name


def group_arn(scope: Scope, name: str) -> str:
    return scope.arn("logs", f"log-group:{name}")


def stream_arn(scope: Scope, group: str, stream: str) -> str:
    return scope.arn("logs", f"log-group:{group}:log-stream:{stream}")


def show_group(scope: Scope, group: Group) -> dict[str, Any]:
    arn = group_arn(scope, group.name)
    return {
        "logGroupName": group.name,
        "creationTime": group.created,
        "retentionInDays": group.retention,
        "metricFilterCount": 0,
        "arn": f"{arn}:*",
        "storedBytes": 0,
        "logGroupClass": group.group_class,
        "logGroupArn": arn,
        "deletionProtectionEnabled": False,
    }


def show_stream(scope: Scope, group: Group, stream: Stream) -> dict[str, Any]:
    token = None if stream.last is None else sequence_token(stream)
    return {
        "logStreamName": stream.name,
        "creationTime": stream.created,
        "firstEventTimestamp": stream.first,
        "lastEventTimestamp": stream.last,
        "lastIngestionTime": stream.ingested,
        "uploadSequenceToken": token,
        "arn": stream_arn(scope, group.name, stream.name),
        "storedBytes": 0,
    }


def sequence_token(stream: Stream) -> str:
    """56 digits that grow; nobody has to give them back since 2023."""
    return f"{stream.id:028d}{stream.count:028d}"
