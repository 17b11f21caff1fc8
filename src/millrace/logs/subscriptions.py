"""What hangs on a log group and sends its events on: nothing can be hung there yet, so the lists are empty.

Who looks before deleting a group, or shows all of its settings, gets AWS's answer for a group without any.
"""

from functools import partial

from millrace.core.context import Context, Operation, Output, Params
from millrace.logs.catalog import get_group
from millrace.logs.log import Logs


def subscription_operations(logs: Logs) -> dict[str, Operation]:
    return {
        "DescribeMetricFilters": partial(describe_filters, logs, "metricFilters"),
        "DescribeSubscriptionFilters": partial(describe_filters, logs, "subscriptionFilters"),
    }


async def describe_filters(logs: Logs, member: str, context: Context, params: Params) -> Output:
    """Raises ResourceNotFoundException for a group that is not there."""
    name = params.get("logGroupName")
    if name is not None:
        await logs.storage.read(lambda reader: get_group(reader, context.scope, name))
    return {member: []}
