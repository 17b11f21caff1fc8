"""What a table has by operations of its own: Time to Live, recovery, insights, and the policies of table and stream."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from millrace.deploy.aws import Aws, unless_missing
from millrace.deploy.resources import access_policy
from millrace.deploy.resources.table_shape import STREAM_POLICY

_INSIGHTS = "ContributorInsightsSpecification"
_NO_INSIGHTS: Mapping[str, Any] = {"Enabled": False}
_ON = frozenset({"ENABLED", "ENABLING"})
_NO_POLICY = "PolicyNotFoundException"


def read(aws: Aws, table: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of DescribeTable's `table` with these settings."""
    name = table["TableName"]
    insights = _insights(aws, name)
    expiry = aws.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    recovery = aws.dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    stream = table["LatestStreamArn"] if table.get("StreamSpecification") else None
    return {
        **properties,
        "TimeToLiveSpecification": _expiry(expiry),
        "PointInTimeRecoverySpecification": _recovery(recovery["PointInTimeRecoveryDescription"]),
        _INSIGHTS: insights.get("", _NO_INSIGHTS),
        "GlobalSecondaryIndexes": [
            {**index, _INSIGHTS: insights.get(index["IndexName"], _NO_INSIGHTS)}
            for index in properties["GlobalSecondaryIndexes"]
        ],
        "ResourcePolicy": _policy(aws, table["TableArn"]),
        STREAM_POLICY: None if stream is None else _policy(aws, stream),
    }


def apply(aws: Aws, name: str, wanted: Mapping[str, Any]) -> None:
    """Make them what is wanted, of a table that is active. What it has no word for stays."""
    table = aws.dynamodb.describe_table(TableName=name)["Table"]
    before = {"GlobalSecondaryIndexes": wanted["GlobalSecondaryIndexes"]}
    live = read(aws, table, before)
    _expire(aws, name, wanted["TimeToLiveSpecification"], live["TimeToLiveSpecification"])
    recovery = "PointInTimeRecoverySpecification"
    if recovery in wanted and wanted[recovery] != live[recovery]:
        aws.dynamodb.update_continuous_backups(TableName=name, **{recovery: wanted[recovery]})
    for target, insights in _insight_changes(wanted, live):
        mode = {"ContributorInsightsMode": insights["Mode"]} if insights["Enabled"] else {}
        action = "ENABLE" if insights["Enabled"] else "DISABLE"
        aws.dynamodb.update_contributor_insights(
            TableName=name, **target, ContributorInsightsAction=action, **mode
        )
    _permit(aws, table["TableArn"], wanted["ResourcePolicy"], live["ResourcePolicy"])
    if wanted["StreamSpecification"] is not None:
        _permit(aws, table["LatestStreamArn"], wanted[STREAM_POLICY], live[STREAM_POLICY])


def _insights(aws: Aws, name: str) -> dict[str, dict[str, Any]]:
    """What is on, by the name of the index, "" for the table itself."""
    # A table and its indexes fit on one page.
    listed = aws.dynamodb.list_contributor_insights(TableName=name)["ContributorInsightsSummaries"]
    return {
        each.get("IndexName", ""): {"Enabled": True, "Mode": each["ContributorInsightsMode"]}
        for each in listed
        if each["ContributorInsightsStatus"] in _ON
    }


def _insight_changes(
    wanted: Mapping[str, Any], live: Mapping[str, Any]
) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Whose insights change, and to what."""
    if wanted[_INSIGHTS] != live[_INSIGHTS]:
        yield {}, wanted[_INSIGHTS]
    both = zip(wanted["GlobalSecondaryIndexes"], live["GlobalSecondaryIndexes"], strict=True)
    for index, before in both:
        if index[_INSIGHTS] != before[_INSIGHTS]:
            yield {"IndexName": index["IndexName"]}, index[_INSIGHTS]


def _expiry(description: Mapping[str, Any]) -> dict[str, Any]:
    if description["TimeToLiveStatus"] not in _ON:
        return {"Enabled": False}
    return {"AttributeName": description["AttributeName"], "Enabled": True}


def _expire(aws: Aws, name: str, wanted: Mapping[str, Any], live: Mapping[str, Any]) -> None:
    """Time to Live on, off, or of another attribute: which is off, then on."""
    if wanted == live:
        return
    if live["Enabled"]:
        aws.dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification={**live, "Enabled": False})
    if wanted["Enabled"]:
        aws.dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)


def _recovery(description: Mapping[str, Any]) -> dict[str, Any]:
    if description["PointInTimeRecoveryStatus"] not in _ON:
        return {"PointInTimeRecoveryEnabled": False}
    return {
        "PointInTimeRecoveryEnabled": True,
        "RecoveryPeriodInDays": description["RecoveryPeriodInDays"],
    }


def _policy(aws: Aws, arn: str) -> dict[str, Any] | None:
    answer = unless_missing(lambda: aws.dynamodb.get_resource_policy(ResourceArn=arn), _NO_POLICY)
    if answer is None:
        return None
    return {"PolicyDocument": access_policy.canonical(json.loads(answer["Policy"]))}


def _permit(aws: Aws, arn: str, wanted: Mapping[str, Any] | None, live: Mapping[str, Any] | None) -> None:
    if wanted == live:
        return
    if wanted is None:
        aws.dynamodb.delete_resource_policy(ResourceArn=arn)
    else:
        document = json.dumps(wanted["PolicyDocument"])
        aws.dynamodb.put_resource_policy(ResourceArn=arn, Policy=document)
