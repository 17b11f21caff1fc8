"""What may hang on a log group on AWS and does not here: the lists are empty, and names are checked."""

import asyncio

import pytest

from millrace.core.arn import Scope
from millrace.core.clock import ManualClock
from millrace.core.context import Context, Principal
from millrace.core.errors import AwsError
from millrace.logs.log import Logs
from millrace.logs.operations import logs_service

SCOPE = Scope("123456789012", "us-east-1")
ROOT = Principal("123456789012", "arn:aws:iam::123456789012:root", "123456789012")


def on(storage, test):
    async def run():
        async with storage, Logs(storage, ManualClock()) as logs:
            operations = logs_service(logs).operations

            async def call(operation, **params):
                return await operations[operation](Context(SCOPE, ROOT, "r"), params)

            await call("CreateLogGroup", logGroupName="g")
            await test(call)

    asyncio.run(run())


def test_a_group_has_neither_subscriptions_nor_metrics(storage):
    async def test(call):
        assert await call("DescribeSubscriptionFilters", logGroupName="g") == {"subscriptionFilters": []}
        assert await call("DescribeMetricFilters") == {"metricFilters": []}
        with pytest.raises(AwsError, match="The specified log group does not exist"):
            await call("DescribeSubscriptionFilters", logGroupName="h")

    on(storage, test)


@pytest.mark.parametrize("operation", ["PutLogEvents", "DescribeLogStreams", "DeleteLogGroup"])
def test_a_name_that_is_too_long_is_refused_wherever_it_stands(storage, operation):
    async def test(call):
        with pytest.raises(AwsError, match="both must have length less than or equal to 512"):
            await call(operation, logGroupName="g" * 513)

    on(storage, test)
