"""Operations on a table's Kinesis data streams.

There is no Kinesis here, so no stream exists. As on AWS, where enabling one that does not exist is accepted and
fails at once in the background, what is enabled is then told as ENABLE_FAILED and can be enabled again. Probed in
2026: ack-api-quirks DDB-TABLE-268, -299 to -302, -318.
"""

from collections.abc import Mapping

from millrace.core import arn as arns
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import attached
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.operations.tables import named
from millrace.storage.interface import Reader, Storage, Writer

_SETTING = "kinesis"
_CONFIGURATION = "EnableKinesisStreamingConfiguration"
_UPDATED = "UpdateKinesisStreamingConfiguration"


class Kinesis:
    """The operations, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DescribeKinesisStreamingDestination": self.describe_kinesis_streaming_destination,
            "DisableKinesisStreamingDestination": self.disable_kinesis_streaming_destination,
            "EnableKinesisStreamingDestination": self.enable_kinesis_streaming_destination,
            "UpdateKinesisStreamingDestination": self.update_kinesis_streaming_destination,
        }

    async def describe_kinesis_streaming_destination(self, context: Context, params: Params) -> Output:
        def describe(reader: Reader) -> Output:
            table = named(reader, context, params)
            kept = _kept(reader, table)
            return {
                "TableName": table.name,
                "KinesisDataStreamDestinations": [
                    {
                        "StreamArn": arn,
                        "DestinationStatus": "ENABLE_FAILED",
                        "DestinationStatusDescription": reason,
                    }
                    for arn, reason in reversed(kept.items())
                ],
            }

        return await self._storage.read(describe)

    async def enable_kinesis_streaming_destination(self, context: Context, params: Params) -> Output:
        arn: str = params["StreamArn"]

        def enable(writer: Writer) -> Output:
            table = named(writer, context, params)
            kept = _kept(writer, table)
            kept.pop(arn, None)
            attached.put(writer, table, _SETTING, {**kept, arn: _failure(context, arn)})
            return {
                "TableName": table.name,
                "StreamArn": arn,
                "DestinationStatus": "ENABLING",
                _CONFIGURATION: params.get(_CONFIGURATION) or {},
            }

        return await self._storage.write(enable)

    async def disable_kinesis_streaming_destination(self, context: Context, params: Params) -> Output:
        if params.get(_CONFIGURATION):
            raise validation_error(f"Stream cannot be disabled using {_CONFIGURATION} parameters")
        await self._storage.read(lambda reader: named(reader, context, params))
        raise _wrong_state("KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.")

    async def update_kinesis_streaming_destination(self, context: Context, params: Params) -> Output:
        arn: str = params["StreamArn"]
        if not params.get(_UPDATED):
            raise validation_error(
                f"Streaming destination cannot be updated with given parameters: {_UPDATED} cannot be null or "
                "contain only null values"
            )

        def update(reader: Reader) -> Output:
            table = named(reader, context, params)
            if arn not in _kept(reader, table):
                raise _wrong_state(
                    f"No streaming destination with streamArn: {arn} found for table with tableName: {table.name}"
                )
            raise _wrong_state(
                "Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. "
                f"TableName: {table.name}, kdsArn: {arn}"
            )

        return await self._storage.read(update)


def _kept(reader: Reader, table: Table) -> dict[str, str]:
    """The streams that were enabled, the newest last, each with why that failed."""
    return attached.get(reader, table, _SETTING) or {}


def _failure(context: Context, arn: str) -> str:
    """Why a stream could not be enabled, as AWS says it."""
    try:
        region = arns.parse(arn).region
    except ValueError:
        region = context.scope.region
    if region != context.scope.region:
        return (
            "The kinesis Arn used to enable kinesis replication belongs to a stream which is not in the current "
            "region"
        )
    return "User does not have a permission to use kinesis stream"


def _wrong_state(sentence: str) -> AwsError:
    return validation_error(
        f"Table is not in a valid state to enable Kinesis Streaming Destination: {sentence}"
    )
