"""Operations on Contributor Insights: they are turned on and off, and told; nothing is counted here.

How AWS answers was probed in 2026: ack-api-quirks DDB-TABLE-089 to -097, -112, -116, -341 to -344.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import attached, catalog
from millrace.dynamodb.catalog import Index, Table
from millrace.dynamodb.operations.tables import named
from millrace.storage.interface import Reader, Storage, Writer

_ALL_KEYS = "ACCESSED_AND_THROTTLED_KEYS"
_OFF: Mapping[str, Any] = {"enabled": False}


class ContributorInsights:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DescribeContributorInsights": self.describe_contributor_insights,
            "ListContributorInsights": self.list_contributor_insights,
            "UpdateContributorInsights": self.update_contributor_insights,
        }

    async def update_contributor_insights(self, context: Context, params: Params) -> Output:
        enable = params["ContributorInsightsAction"] == "ENABLE"
        now = self._clock.now()

        def update(writer: Writer) -> Output:
            table, index = _target(writer, context, params)
            if enable and index is not None and index.filling:
                raise validation_error(
                    "Table or Index is not in a valid state to update Key Access Insights: "
                    "IndexStatus must be ACTIVE to enable ContributorInsights."
                )
            before = _kept(writer, table, index)
            mode = (params.get("ContributorInsightsMode") or _ALL_KEYS) if enable else before.get("mode")
            if before["enabled"] is enable and before.get("mode") == mode:
                return {**_names(table, index), **_status(before)}
            made = {"enabled": enable, "mode": mode, "updated": now, "created": before.get("created") or now}
            if enable and not before["enabled"]:
                made["created"] = now
            attached.put(writer, table, _key(index), made)
            status = "ENABLING" if enable else "DISABLING"
            return {**_names(table, index), **_status(made), "ContributorInsightsStatus": status}

        return await self._storage.write(update)

    async def describe_contributor_insights(self, context: Context, params: Params) -> Output:
        def describe(reader: Reader) -> Output:
            table, index = _target(reader, context, params)
            kept = _kept(reader, table, index)
            told = {**_names(table, index), **_status(kept), "LastUpdateDateTime": kept.get("updated")}
            if kept["enabled"]:
                told["ContributorInsightsRuleList"] = _rules(table, index, kept)
            return told

        return await self._storage.read(describe)

    async def list_contributor_insights(self, context: Context, params: Params) -> Output:
        limit = params.get("MaxResults") or limits.contributor_insights_page_max
        after: str = params.get("NextToken") or ""

        def page(reader: Reader) -> list[tuple[str, Output]]:
            tables: Iterator[Table] = (
                iter([named(reader, context, params)])
                if params.get("TableName")
                else catalog.tables(reader, context.scope)
            )
            told = [entry for table in tables for entry in _listed(reader, table)]
            return [entry for entry in told if entry[0] > after][: limit + 1]

        found = await self._storage.read(page)
        return {
            "ContributorInsightsSummaries": [summary for _, summary in found[:limit]],
            "NextToken": found[limit - 1][0] if len(found) > limit else None,
        }


def _target(reader: Reader, context: Context, params: Params) -> tuple[Table, Index | None]:
    """The table, and its global index if one is named. Raises ResourceNotFoundException, also for local ones."""
    table = named(reader, context, params)
    name = params.get("IndexName")
    if name is None:
        return table, None
    index = table.index(name)
    if index is None or index.local:
        raise AwsError(
            "ResourceNotFoundException",
            f"Requested resource not found: Index: {name} not found for table: {table.name}",
        )
    return table, index


def _key(index: Index | None) -> str:
    """An index that is made again begins anew, so it is known by its id."""
    return "insights" if index is None else f"insights/{index.id}"


def _kept(reader: Reader, table: Table, index: Index | None) -> Mapping[str, Any]:
    return attached.get(reader, table, _key(index)) or _OFF


def _names(table: Table, index: Index | None) -> dict[str, Any]:
    return {"TableName": table.name, "IndexName": None if index is None else index.name}


def _status(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ContributorInsightsStatus": "ENABLED" if kept["enabled"] else "DISABLED",
        "ContributorInsightsMode": kept.get("mode"),
    }


def _rules(table: Table, index: Index | None, kept: Mapping[str, Any]) -> list[str]:
    """The CloudWatch rules that AWS makes: of partition keys (P) and sort keys (S), accessed (C) or throttled (T)."""
    schema = table.schema if index is None else index.schema
    name = table.name if index is None else f"{table.name}-{index.name}"
    kinds = [f"{key}K{what}" for what in ("CT" if kept["mode"] == _ALL_KEYS else "T") for key in "PS"]
    return [
        f"DynamoDBContributorInsights-{kind}-{name}-{int(kept['created'] * 1000)}"
        for kind in kinds
        if kind[0] == "P" or schema.range is not None
    ]


def _listed(reader: Reader, table: Table) -> list[tuple[str, Output]]:
    """What is on: the table first, then its indexes, each with the place it has in the list."""
    targets: list[Index | None] = [None, *(index for index in table.indexes if not index.local)]
    told = [(index, _kept(reader, table, index)) for index in targets]
    return sorted(
        (
            (f"{table.name} {'' if index is None else index.name}", {**_names(table, index), **_status(kept)})
            for index, kept in told
            if kept["enabled"]
        ),
        key=lambda entry: entry[0],
    )
