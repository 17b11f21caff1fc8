"""Operations beside the data: tags, and what tools ask of every table whether it is used or not."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from millrace.core import limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import catalog
from millrace.dynamodb.catalog import Table
from millrace.storage.interface import Reader, Storage, Writer


class Account:
    """The operations, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DescribeLimits": self.describe_limits,
            "ListTagsOfResource": self.list_tags_of_resource,
            "TagResource": self.tag_resource,
            "UntagResource": self.untag_resource,
        }

    async def describe_limits(self, _context: Context, _params: Params) -> Output:
        return {
            "AccountMaxReadCapacityUnits": limits.account_capacity_units_max,
            "AccountMaxWriteCapacityUnits": limits.account_capacity_units_max,
            "TableMaxReadCapacityUnits": limits.provisioned_table_units_max,
            "TableMaxWriteCapacityUnits": limits.provisioned_table_units_max,
        }

    async def list_tags_of_resource(self, context: Context, params: Params) -> Output:
        table = await self._storage.read(lambda reader: _tagged(reader, context, params))
        return {"Tags": [{"Key": key, "Value": value} for key, value in table.tags.items()]}

    async def tag_resource(self, context: Context, params: Params) -> Output:
        given = {tag["Key"]: tag["Value"] for tag in params["Tags"]}
        await self._retag(context, params, lambda tags: {**tags, **given})
        return {}

    async def untag_resource(self, context: Context, params: Params) -> Output:
        gone = set(params["TagKeys"])
        await self._retag(
            context,
            params,
            lambda tags: {key: value for key, value in tags.items() if key not in gone},
        )
        return {}

    async def _retag(
        self, context: Context, params: Params, change: Callable[[dict[str, str]], dict[str, str]]
    ) -> None:
        def write(writer: Writer) -> None:
            table = _tagged(writer, context, params)
            tags = change(table.tags)
            if len(tags) > limits.table_tags_max:
                raise validation_error("One or more parameter values were invalid: Too many tags")
            catalog.save(writer, replace(table, tags=tags))

        await self._storage.write(write)


def _tagged(reader: Reader, context: Context, params: Params) -> Table:
    arn: str = params["ResourceArn"]
    if not arn.startswith("arn:"):
        raise validation_error(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    try:
        return catalog.find(reader, context.scope, arn)
    except AwsError as error:
        raise AwsError(
            "ResourceNotFoundException", f"Requested resource not found: ResourcArn: {arn} not found"
        ) from error
