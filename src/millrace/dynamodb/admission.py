"""What may be asked of a table that is going through something, in AWS's words where not.

AWS admits by what is changed, not by state: deletion protection may be set while capacity changes, a stream may not.
The sentences were probed on AWS in October 2026: ack-api-quirks DDB-TABLE-063, -149, -150, -163, -175, -286, -370,
-375, -376, -444.
"""

from collections.abc import Callable, Mapping
from typing import Any

from millrace.core.context import Params
from millrace.core.errors import AwsError
from millrace.dynamodb.catalog import Index, Table
from millrace.dynamodb.vectors.index import VectorIndex

_Form = Mapping[str, Any]


def in_use(detail: str) -> AwsError:
    return AwsError("ResourceInUseException", f"Attempt to change a resource which is still in use: {detail}")


def check_there(table: Table) -> None:
    """Refuse to change a table that is being created or deleted."""
    if table.closed:
        done = "created" if table.status == "CREATING" else "deleted"
        raise in_use(f"Table is being {done}: {table.name}")


def check_delete(table: Table) -> None:
    """Refuse to delete a table that is busy."""
    check_there(table)
    if any(index.status != "ACTIVE" for index in table.all_indexes):
        raise in_use("Cannot delete table while indexes are being created, updated, or deleted.")
    if _changes(table, "STREAM"):
        raise in_use("Cannot delete table while stream is being enabled/disabled.")
    if table.pending is not None or table.sealing is not None or table.capacity.warming is not None:
        raise in_use(f"Table: {table.name} is in the process of being updated.")


def check_update(table: Table, params: Params) -> None:
    """Refuse a change that the one under way is in the way of."""
    check_there(table)
    for name, check in _CHECKS.items():
        if params.get(name) is not None:
            check(table, params)
    for name in ("GlobalSecondaryIndexUpdates", "VectorIndexUpdates"):
        for update in params.get(name) or ():
            _check_index(table, update)


def _check_capacity(table: Table, params: Params) -> None:
    if params.get("ProvisionedThroughput") is None and params.get("BillingMode") == table.billing:
        return
    if _changes(table, "IOPS"):
        raise in_use(f"Table IOPS are currently being updated. Table: {table.name}")
    _check_stream_rests(table, "Can't change table IOPS")
    _check_class_rests(table, "Can't change table IOPS")
    _check_indexes_rest(table, "Can't change table IOPS")


def _check_stream(table: Table, _params: Params) -> None:
    if _changes(table, "STREAM"):
        raise in_use(f"A stream status change is currently in progress. {_stream(table)}")
    _check_capacity_rests(table, "Can't enable or disable stream")
    _check_class_rests(table, "Can't enable or disable stream")
    _check_indexes_rest(table, "Can't change stream status")


def _check_class(table: Table, _params: Params) -> None:
    _check_class_rests(table, "Can't update table class")
    _check_capacity_rests(table, "Can't update table class")
    _check_stream_rests(table, "Can't update table class")
    _check_indexes_rest(table, "Can't update table class")


def _check_encryption(table: Table, _params: Params) -> None:
    if table.sealing is not None:
        raise in_use("Server-Side Encryption is still being updated")


def _check_on_demand(table: Table, _params: Params) -> None:
    words = {"IOPS": "BillingMode update", "STREAM": "stream status update", "CLASS": "TableClass update"}
    for what, text in words.items():
        if _changes(table, what):
            raise in_use(f"OnDemandThroughput cannot be updated while {text} is in progress")
    for status, text in (("CREATING", "creation"), ("DELETING", "deletion")):
        if names := _busy(table, status):
            raise in_use(
                f"OnDemandThroughput cannot be updated while index {text} is in progress for indexes: [{names}]"
            )


_CHECKS: Mapping[str, Callable[[Table, Params], None]] = {
    "ProvisionedThroughput": _check_capacity,
    "BillingMode": _check_capacity,
    "StreamSpecification": _check_stream,
    "TableClass": _check_class,
    "SSESpecification": _check_encryption,
    "OnDemandThroughput": _check_on_demand,
}


def _check_index(table: Table, update: _Form) -> None:
    form: _Form = update.get("Update") or update.get("Create") or update.get("Delete") or {}
    known = next((index for index in table.all_indexes if index.name == form.get("IndexName")), None)
    if known is not None:
        _check_known(table, known, update)
    if update.get("Update") is not None:
        return
    # Capacity has a word order of its own.
    if _changes(table, "IOPS"):
        raise in_use(
            f"Can't create or delete indexes while table IOPS are being updated. Table: {table.name}"
        )
    _check_stream_rests(table, "Can't create or delete an index")
    _check_class_rests(table, "Can't create or delete an index")


def _check_known(table: Table, index: Index | VectorIndex, update: _Form) -> None:
    where = f"Table: {table.name} Index: {index.name}"
    if index.status == "DELETING":
        raise in_use(f"Index is being deleted. {where}")
    if index.status == "UPDATING":
        raise in_use(f"Index is being updated. {where}")
    if not index.is_allocating or update.get("Create") is not None:
        return
    if update.get("Delete") is not None:
        raise in_use(
            "Index creation is in resource allocation phase. Retry deletion during backfilling phase or when "
            f"the index is active. {where}"
        )
    raise in_use(f"Index is being created but is not backfilling yet.  {where}")


def _check_capacity_rests(table: Table, refused: str) -> None:
    if _changes(table, "IOPS"):
        raise in_use(f"{refused} while table IOPS are being updated. Table: {table.name}")


def _check_stream_rests(table: Table, refused: str) -> None:
    if _changes(table, "STREAM"):
        raise in_use(f"{refused} when stream status is being updated. {_stream(table)}")


def _check_class_rests(table: Table, refused: str) -> None:
    if _changes(table, "CLASS"):
        raise in_use(
            f"{refused} when a table class update is in progress. Table: {table.name} "
            f"TableClassUpdateInProgress: {table.table_class}"
        )


def _check_indexes_rest(table: Table, refused: str) -> None:
    """An index that has its resources and is only being filled is in nobody's way."""
    for status, text in (("CREATING", "created"), ("DELETING", "deleted")):
        if names := _busy(table, status):
            raise in_use(f"{refused} when an index is being {text}. Table: {table.name} Indexes: [{names}]")


def _busy(table: Table, status: str) -> str:
    return ", ".join(
        index.name
        for index in table.all_indexes
        if index.status == status and (status != "CREATING" or index.is_allocating)
    )


def _changes(table: Table, what: str) -> bool:
    return table.pending is not None and table.pending.what == what


def _stream(table: Table) -> str:
    operation = "DISABLE" if table.view is None else "ENABLE"
    return f"Table: {table.name} Stream: {table.stream_label} Operation: {operation}"
