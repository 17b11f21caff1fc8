"""The parameters of a mapping: what may be asked for, and what is refused rather than ignored. Pure."""

from collections.abc import Mapping
from typing import Any, cast

from millrace.core import arn as arns
from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.functions.names import invalid
from millrace.triggers.filter import InvalidPatternError, compile_filters

# A parameter and the value at which it asks for nothing.
_NOT_BUILT: Mapping[str, Any] = {"TumblingWindowInSeconds": 0}
# Parameters of other sources than DynamoDB streams, and of what millrace does not have.
_FOREIGN = (
    "AmazonManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "KMSKeyArn",
    "LoggingConfig",
    "MetricsConfig",
    "ProvisionedPollerConfig",
    "Queues",
    "ScalingConfig",
    "SelfManagedEventSource",
    "SelfManagedKafkaEventSourceConfig",
    "SourceAccessConfigurations",
    "StartingPositionTimestamp",
    "Topics",
)


def stream_arn(params: Mapping[str, Any]) -> str:
    """The stream a new mapping reads, and that it says from where; AWS looks at these first."""
    _check_destination(params)
    source = params.get("EventSourceArn")
    if source is None:
        raise invalid("Unrecognized event source.")
    _check_source(source)
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
    _check_destination(params)
    for name, nothing in _NOT_BUILT.items():
        if params.get(name) not in (None, nothing):
            raise invalid(f"millrace does not support {name} other than {nothing} yet.")
    for name in _FOREIGN:
        if params.get(name):
            raise invalid(f"millrace does not support {name} for DynamoDB streams.")
    age = params.get("MaximumRecordAgeInSeconds")
    if age is not None and 0 <= age < limits.mapping_record_age_seconds_min:
        raise invalid(
            f"1 validation error detected: Value '{age}' at 'maximumRecordAgeInSeconds' failed to satisfy "
            "constraint: Member must have value greater than or equal to 60"
        )
    _check_filters(params)


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
    }
    if params.get("FunctionResponseTypes") is not None:
        fields["response_types"] = tuple(params["FunctionResponseTypes"])
    if params.get("FilterCriteria") is not None:
        fields["filters"] = _patterns(params["FilterCriteria"])
    return {name: value for name, value in fields.items() if value is not None}


def _check_source(source: str) -> None:
    try:
        parts = arns.parse(source)
    except ValueError:
        raise invalid("Unrecognized event source.") from None
    if parts.service != "dynamodb" or "/stream/" not in parts.resource:
        raise invalid(
            f"Unrecognized event source. millrace reads DynamoDB streams, and {source} is not the ARN of one."
        )


def _check_destination(params: Mapping[str, Any]) -> None:
    destinations = _member(params, "DestinationConfig")
    if destinations.get("OnSuccess"):
        raise invalid("Unsupported DestinationConfig parameter for given event source mapping type.")
    if _member(destinations, "OnFailure").get("Destination"):
        raise invalid("millrace does not support DestinationConfig.OnFailure.Destination yet.")


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
        compile_filters(patterns)
    except InvalidPatternError:
        raise invalid("Invalid filter pattern definition.") from None


def _member(params: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", params.get(name) or {})


def _patterns(criteria: Mapping[str, Any]) -> tuple[str, ...]:
    filters = cast("list[Mapping[str, str]]", criteria.get("Filters") or [])
    return tuple(one.get("Pattern", "") for one in filters)
