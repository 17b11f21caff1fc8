"""Operations beside the data: tags, and what tools ask of every table whether it is used or not."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from millrace.core import limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, access_denied, validation_error
from millrace.dynamodb import catalog, tags
from millrace.storage.interface import Storage, Writer

# Nobody on AWS has this account: what is not there of it is for AWS somebody else's, whose tags it does not tell
# (recorded by dynamodb-conformance, tests/tier2/tags). In all other accounts it is not found.
_NOBODY = "000000000000"


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
        arn: str = params["ResourceArn"]
        try:
            table = await self._storage.read(lambda reader: tags.table(reader, context.scope, arn))
        except AwsError as error:
            if error.code == "ResourceNotFoundException" and context.scope.account == _NOBODY:
                raise access_denied(
                    f"User: {context.principal.arn} is not authorized to perform: dynamodb:ListTagsOfResource on "
                    f"resource: {arn} because no resource-based policy allows the dynamodb:ListTagsOfResource "
                    "action"
                ) from error
            raise
        return {"Tags": [{"Key": key, "Value": value} for key, value in table.tags.items()]}

    async def tag_resource(self, context: Context, params: Params) -> Output:
        given = tags.of(params["Tags"])
        if not given:
            raise validation_error("Atleast one Tag needs to be provided as Input.")
        await self._retag(context, params, lambda known: {**known, **given})
        return {}

    async def untag_resource(self, context: Context, params: Params) -> Output:
        gone = set(params["TagKeys"])
        if not gone:
            raise validation_error("Atleast one Tag Key needs to be provided as Input.")
        for key in params["TagKeys"]:
            tags.check_key(key)
        await self._retag(
            context,
            params,
            lambda known: {key: value for key, value in known.items() if key not in gone},
        )
        return {}

    async def _retag(
        self, context: Context, params: Params, change: Callable[[dict[str, str]], dict[str, str]]
    ) -> None:
        def write(writer: Writer) -> None:
            table = tags.table(writer, context.scope, params["ResourceArn"])
            changed = change(table.tags)
            tags.check_count(changed)
            catalog.save(writer, replace(table, tags=changed))

        await self._storage.write(write)
