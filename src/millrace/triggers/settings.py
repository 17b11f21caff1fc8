"""The parameters of a mapping: what may be asked for, and what is refused rather than ignored. Pure."""

from collections.abc import Mapping
from typing import Any, cast

from millrace.core import arn as arns
from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.functions.names import invalid
from millrace.triggers.filter import InvalidPatternError
from millrace.triggers.filter import check as check_pattern

# A parameter and the value at which it asks for nothing.
# The one metric that streams have: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
_METRICS = ("EventCount",)
# What may be told of failures: standard queues and topics, and buckets.
_DESTINATIONS = ("sqs", "sns", "s3")
_FIFO = ".fifo"
# Parameters of other sources than DynamoDB streams.
_FOREIGN = (
    "AmazonManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "LoggingConfig",
    "ProvisionedPollerConfig",
    "Queues",
    "ScalingConfig",
    "SelfManagedEventSource",
    "SelfManagedKafkaEventSourceConfig",
    "SourceAccessConfigurations",
    "StartingPositionTimestamp",
    "Topics",
)


def source(params: Mapping[str, Any]) -> str:
    """What a new mapping reads; AWS looks at this first."""
    _check_success(params)
    found: str | None = params.get("EventSourceArn")
    if found is None:
        raise invalid("Unrecognized event source.")
    return found


def is_stream(source: str) -> bool:
    """Whether it is a DynamoDB stream. Raises InvalidParameterValueException for what is no ARN."""
    try:
        parts = arns.parse(source)
    except ValueError:
        raise invalid("Unrecognized event source.") from None
    return parts.service == "dynamodb" and "/stream/" in parts.resource


def foreign(source: str) -> AwsError:
    """The refusal of all other sources, which AWS gives only once it has found the function."""
    return invalid(
        f"Unrecognized event source. millrace reads DynamoDB streams, and {source} is not the ARN of one."
    )


def stream_arn(params: Mapping[str, Any]) -> str:
    """The stream a new mapping reads; the mapping must say from where."""
    source = str(params["EventSourceArn"])
    position = params.get("StartingPosition")
    if position is None:
        raise invalid(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null."
        )
    if position == "AT_TIMESTAMP":
        raise invalid(f"Unsupported starting position for arn type: {source}")
    return source


def check(params: Mapping[str, Any]) -> None:
    """Raises InvalidParameterValueException for what is wrong, or is not built."""
    _check_success(params)
    check_windows(params.get("ParallelizationFactor") or 1, params.get("TumblingWindowInSeconds") or 0)
    for name in _FOREIGN:
        if params.get(name):
            raise invalid(
                f"Unsupported '{name[0].lower()}{name[1:]}' parameter for given event source mapping type."
            )
    for metric in _member(params, "MetricsConfig").get("Metrics") or ():
        if metric not in _METRICS:
            raise invalid(f"Unsupported metric {metric} for given event source mapping type.")
    age = params.get("MaximumRecordAgeInSeconds")
    if age is not None and 0 <= age < limits.mapping_record_age_seconds_min:
        raise invalid(
            f"1 validation error detected: Value '{age}' at 'maximumRecordAgeInSeconds' failed to satisfy "
            "constraint: Member must have value greater than or equal to 60"
        )
    _check_filters(params)
    _check_destination(params)


def check_windows(lanes: int, tumbling_seconds: int) -> None:
    """Raises InvalidParameterValueException for lanes with tumbling windows, in words reported of AWS."""
    if lanes > 1 and tumbling_seconds:
        raise invalid("Parallelization factor must be equal to 1 when tumbling window period is configured")


def changes(params: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `catalog.Mapping` that the parameters set."""
    fields = {
        "batch_size": params.get("BatchSize"),
        "window_seconds": params.get("MaximumBatchingWindowInSeconds"),
        "retry_attempts_max": params.get("MaximumRetryAttempts"),
        "record_age_seconds_max": params.get("MaximumRecordAgeInSeconds"),
        "bisect": params.get("BisectBatchOnFunctionError"),
        "lanes": params.get("ParallelizationFactor"),
        "enabled": params.get("Enabled"),
        "tumbling_seconds": params.get("TumblingWindowInSeconds"),
        "destination": _destination(params),
        "key_arn": params.get("KMSKeyArn"),
    }
    if params.get("MetricsConfig") is not None:
        fields["metrics"] = tuple(params["MetricsConfig"].get("Metrics") or ())
    if params.get("FunctionResponseTypes") is not None:
        fields["response_types"] = tuple(params["FunctionResponseTypes"])
    if params.get("FilterCriteria") is not None:
        fields["filters"] = _patterns(params["FilterCriteria"])
    return {name: value for name, value in fields.items() if value is not None}


def _check_success(params: Mapping[str, Any]) -> None:
    if _member(params, "DestinationConfig").get("OnSuccess"):
        raise invalid("Unsupported DestinationConfig parameter for given event source mapping type.")


def _check_destination(params: Mapping[str, Any]) -> None:
    failure = _member(params, "DestinationConfig").get("OnFailure")
    if failure is None:
        return
    if failure.get("Destination") is None:
        raise invalid("The Destination field is required for an OnFailure configuration.")
    if failure["Destination"]:
        _check_failure(failure["Destination"])


def _check_failure(destination: str) -> None:
    try:
        target = arns.parse(destination)
    except ValueError:
        raise invalid_destination(destination) from None
    if target.service not in _DESTINATIONS or target.resource.endswith(_FIFO):
        raise invalid_destination(destination)


def invalid_destination(destination: str) -> AwsError:
    """What Lambda says of destinations that it cannot use, or does not find."""
    return invalid(f"The destination ARN {destination} is invalid.")


def _destination(params: Mapping[str, Any]) -> str | None:
    """The new destination, empty to have none any more; None to leave it as it is."""
    if params.get("DestinationConfig") is None:
        return None
    return str(_member(params["DestinationConfig"], "OnFailure").get("Destination") or "")


def _check_filters(params: Mapping[str, Any]) -> None:
    patterns = _patterns(_member(params, "FilterCriteria"))
    if len(patterns) > limits.mapping_filters_max:
        raise AwsError(
            "ValidationException",
            "1 validation error detected: Value at 'filterCriteria.filters' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limits.mapping_filters_max}",
            status=400,
        )
    try:
        for pattern in patterns:
            check_pattern(pattern)
    except InvalidPatternError:
        raise invalid("Invalid filter pattern definition.") from None


def _member(params: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", params.get(name) or {})


def _patterns(criteria: Mapping[str, Any]) -> tuple[str, ...]:
    filters = cast("list[Mapping[str, str]]", criteria.get("Filters") or [])
    return tuple(one.get("Pattern", "") for one in filters)
