"""DescribeEndpoints: where clients shall send their requests. Here it is the address they have found already."""

from collections.abc import Mapping

from millrace.core import limits
from millrace.core.context import Context, Operation, Output, Params


class Endpoints:
    """The operation: nothing is kept."""

    def operations(self) -> Mapping[str, Operation]:
        return {"DescribeEndpoints": self.describe_endpoints}

    async def describe_endpoints(self, context: Context, _params: Params) -> Output:
        """An address without its scheme, as AWS tells it: clients go on with the one they came by."""
        address = context.reached_at.partition("://")[2] or f"dynamodb.{context.scope.region}.amazonaws.com"
        return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": limits.endpoint_cache_minutes}]}
