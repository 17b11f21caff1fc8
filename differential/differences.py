"""The differences that are right: AWS's documents, or what was recorded of AWS, say what millrace says.

`holds` is asked for a request, our answer and the peer's. Each difference has its reason and where that is from; the
list is printed by `python -m differential --known`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from differential.answers import Answer
from differential.requests import Request
from differential.tables import PROJECTIONS


@dataclass(frozen=True)
class Difference:
    """A difference that may be: its name, why we are right, and how to know it."""

    name: str
    reason: str
    holds: Callable[[Request, Answer, Answer], bool]


def known(request: Request, ours: Answer, theirs: Answer) -> Difference | None:
    """The listed difference that this one is; None if it is none of them."""
    return next((one for one in KNOWN if one.holds(request, ours, theirs)), None)


def _without(answer: Answer, member: str) -> dict[str, Any]:
    return {name: value for name, value in answer.body.items() if name != member}


def _same_but_capacity(ours: Answer, theirs: Answer) -> bool:
    both_well = ours.status == theirs.status == 200
    return both_well and _without(ours, "ConsumedCapacity") == _without(theirs, "ConsumedCapacity")


def _empty_read(request: Request, ours: Answer, theirs: Answer) -> bool:
    units = theirs.body.get("ConsumedCapacity", {}).get("CapacityUnits")
    return request.operation in ("Query", "Scan") and _same_but_capacity(ours, theirs) and units == 0


def _unasked_capacity(request: Request, ours: Answer, theirs: Answer) -> bool:
    return "ReturnConsumedCapacity" not in request.params and _same_but_capacity(ours, theirs)


def _both(*patterns: str) -> Callable[[Request, Answer, Answer], bool]:
    """Both refuse, with messages that are the same once what is in `patterns` is taken out."""

    def holds(_request: Request, ours: Answer, theirs: Answer) -> bool:
        told = [re.sub("|".join(patterns), "", answer.message) for answer in (ours, theirs)]
        return ours.code == theirs.code != "" and told[0] == told[1]

    return holds


def _mixed_batch(request: Request, ours: Answer, theirs: Answer) -> bool:
    told = re.search("Duplicate identifiers in select clause|Invalid returning clause", str(ours.body))
    return request.operation == "BatchExecuteStatement" and bool(told) and "Read and write" in theirs.message


def _messages(mine: str, other: str) -> Callable[[Request, Answer, Answer], bool]:
    """Our message begins like this, and the peer's like that; `.*` stands for anything."""

    def holds(_request: Request, ours: Answer, theirs: Answer) -> bool:
        return bool(ours.code and re.match(mine, ours.message) and re.match(other, theirs.message))

    return holds


def _only_removes(request: Request, ours: Answer, theirs: Answer) -> bool:
    if re.match("(REMOVE|DELETE) ", request.params.get("UpdateExpression", "")) and _same_but_capacity(
        ours, theirs
    ):
        return True
    asked = request.operation in ("GetItem", "UpdateItem")
    both_well = asked and ours.status == theirs.status == 200
    left = _without(ours, "ConsumedCapacity"), _without(theirs, "ConsumedCapacity")
    return both_well and not left[0] and bool(left[1])


def _filter_not_projected(request: Request, ours: Answer, theirs: Answer) -> bool:
    if not {"IndexName", "FilterExpression"} <= request.params.keys() or ours.status != 200:
        return False
    whole = PROJECTIONS[request.params["IndexName"]] == "ALL"
    return "does not project" in theirs.message or (theirs.status == 200 and not whole)


def _order_of_equals(request: Request, ours: Answer, theirs: Answer) -> bool:
    if "IndexName" not in request.params or not ours.status == theirs.status == 200:
        return False
    return "Limit" in request.params or _in_order(ours) == _in_order(theirs)


def _parts_of_attributes(request: Request, ours: Answer, theirs: Answer) -> bool:
    if " RETURNING MODIFIED " in request.params.get("Statement", ""):
        return ours.status == theirs.status == 200
    if not str(request.params.get("ReturnValues")).startswith("UPDATED"):
        return False
    told = ours.body.get("Attributes", {}), theirs.body.get("Attributes", {})
    return ours.status == theirs.status == 200 and all(
        one == told[1].get(name) or type(next(iter(one.values()))) in (dict, list)
        for name, one in told[0].items()
    )


def _index_never_entered(request: Request, ours: Answer, theirs: Answer) -> bool:
    one, other = (answer.body.get("ConsumedCapacity", {}) for answer in (ours, theirs))
    more = other.get("CapacityUnits", 0) > one.get("CapacityUnits", 0)
    return more and request.operation == "PutItem" and _same_but_capacity(ours, theirs)


def _wrong_index_key_taken(_request: Request, ours: Answer, theirs: Answer) -> bool:
    told = "Type mismatch for Index Key|index key to unsupported type|TransactionCanceled|cancelled"
    return theirs.status == 200 and bool(re.search(told, ours.message))


def _each_told_alike(request: Request, ours: Answer, theirs: Answer) -> bool:
    """Each statement of a batch went the same way, whatever was told of it."""
    if request.operation != "BatchExecuteStatement" or not ours.status == theirs.status == 200:
        return False
    return _ways(ours) == _ways(theirs)


def _index_in_a_batch(request: Request, ours: Answer, theirs: Answer) -> bool:
    texts = [one["Statement"] for one in request.params.get("Statements", ())]
    named = any(re.search(r'FROM "\w+"\."', text) for text in texts)
    return named and "must specify the primary key" in str(ours.body) and theirs.status == 200


def _ways(answer: Answer) -> list[Any]:
    """Codes of errors and numbers of attributes: a part of an attribute has its own name only here."""
    return [one.get("Error", {}).get("Code") or len(one.get("Item", ())) for one in answer.body["Responses"]]


def _in_order(answer: Answer) -> list[str]:
    return sorted(map(str, answer.body.get("Items", [])))


def _nothing_projected(request: Request, ours: Answer, theirs: Answer) -> bool:
    responses = [{} if one == {"Item": {}} else one for one in theirs.body.get("Responses", [])]
    return request.operation == "TransactGetItems" and ours.body.get("Responses") == responses


def _reasons_of_all(_request: Request, ours: Answer, theirs: Answer) -> bool:
    if "TransactionCanceledException" not in (ours.code, theirs.code):
        return False
    return ours.code in ("TransactionCanceledException", "ValidationException") and theirs.code in (
        "TransactionCanceledException",
        "ValidationException",
    )


def _another_fault(_request: Request, ours: Answer, theirs: Answer) -> bool:
    codes = {"ValidationException", "ConditionalCheckFailedException"}
    return ours.code == "ValidationException" and theirs.code in codes and ours.message != theirs.message


KNOWN = [
    Difference(
        "units of an empty read",
        "AWS counts at least half a unit for every Query and Scan, also when nothing is found (recorded in "
        "dynamodb-conformance); the peer counts none.",
        _empty_read,
    ),
    Difference(
        "capacity that nobody asked for",
        "The peer tells ConsumedCapacity of DeleteItem without ReturnConsumedCapacity; AWS does not (API reference).",
        _unasked_capacity,
    ),
    Difference(
        "an update that only removes",
        "REMOVE, or a DELETE from a set, does not make an item that was not there: recorded on AWS in Alternator's "
        "test_update_item_non_existent. The peer makes it.",
        _only_removes,
    ),
    Difference(
        "a filter on what an index does not project",
        "AWS takes the attribute for missing; the peer refuses the query, or looks into the table.",
        _filter_not_projected,
    ),
    Difference(
        "the order of equals in an index",
        "AWS promises no order of items with equal index keys; here it is that of the table's keys.",
        _order_of_equals,
    ),
    Difference(
        "an item with nothing that is asked for",
        "TransactGetItems gives no Item where a projection finds nothing (recorded in Alternator's test_transact); the "
        "peer gives an empty one.",
        _nothing_projected,
    ),
    Difference(
        "the paths that overlap",
        "Of paths that overlap, AWS names both; the peer always names the last path of the expression as the second.",
        _both(r"path two: .*"),
    ),
    Difference(
        "the operand that is wrong",
        "Of several operands of a wrong type the first is told; the peer goes through them in no order.",
        _both(r"operand type: .*", r"lower bound operand: .*", r"operator or function: \S+ "),
    ),
    Difference(
        "the order of a set of names",
        "attribute_type tells its types in the order recorded on AWS; the peer's order is another one.",
        _both(r"valid types: .*"),
    ),
    Difference(
        "names of types in old parameters",
        "AWS names types as the wire does (recorded in dynalite's tests); the peer writes them out.",
        _both(r"for the type \w+", r"for \w+ AttributeValue type"),
    ),
    Difference(
        "keys that do not fit",
        "AWS's sentences on keys, with names and types, were recorded in dynalite's and dynamodb-conformance's tests; "
        "the peer has shorter ones of its own.",
        _messages(
            "The provided key element does not match the schema|One or more parameter values were invalid: "
            "(Type mismatch for|Missing the key|Cannot update)",
            "The number of conditions on the keys is invalid|Invalid attribute value type|"
            "One of the required keys was not given a value|One or more parameter values were invalid: Type mismatch",
        ),
    ),
    Difference(
        "parts of an attribute",
        "UPDATED_OLD and UPDATED_NEW give the elements that a path names, recorded on AWS in Alternator's "
        "test_update_item_returnvalues_nested; the peer gives the whole map or list.",
        _parts_of_attributes,
    ),
    Difference(
        "an index that an item never was in",
        "A put counts the rows that it writes in indexes (recorded by dynoxide's authors); the peer counts an index "
        "whose keys the item has in part.",
        _index_never_entered,
    ),
    Difference(
        "an index's key of a wrong type",
        "An update that would give an index's key another type is refused (recorded in dynalite's tests); the peer "
        "takes many of them.",
        _wrong_index_key_taken,
    ),
    Difference(
        "a filter of a statement on what an index does not project",
        "A statement that reads an index by its key is refused for it (recorded by dynoxide's authors on AWS); the "
        "peer takes the attribute for missing.",
        _messages(".*does not project one or more filter attributes", ""),
    ),
    Difference(
        "names of errors in statements",
        "An item that is there is a DuplicateItemException by AWS's model; the peer cuts the name.",
        lambda _, ours, theirs: (ours.code, theirs.code) == ("DuplicateItemException", "DuplicateItem"),
    ),
    Difference(
        "a statement of a batch that is none",
        "What is no statement is neither a read nor a write of its batch (recorded by dynoxide's authors); the peer "
        "counts one that is only wrong in what it returns.",
        _mixed_batch,
    ),
    Difference(
        "an index in a batch of statements",
        "It cannot be read there (recorded by dynoxide's authors); the peer reads it if its key is the table's, too.",
        _index_in_a_batch,
    ),
    Difference(
        "what is told of the statements of a batch",
        "The sentences, of which errors the table is told, and the names of parts of attributes were recorded by "
        "dynoxide's authors; the peer has others.",
        _each_told_alike,
    ),
    Difference(
        "too many digits",
        "AWS's sentence was recorded in dynalite's tests, and for sums in Alternator's; the peer has one of its own.",
        _messages(
            "(.*: )?(Attempting to store more than 38 significant digits|Number overflow)",
            "(.*: )?DynamoDB only supports precision up to 38 digits",
        ),
    ),
    Difference(
        "reasons of a transaction",
        "AWS gives a reason for each part of a transaction, in order (API reference); the peer tells only one, or "
        "refuses the whole request for what AWS tells as a reason.",
        _reasons_of_all,
    ),
    Difference(
        "another of several faults",
        "Both refuse. What can be told without the item is told first, in the order recorded in dynalite's and "
        "dynamodb-conformance's tests of AWS; the peer looks at the item or at its key before.",
        _another_fault,
    ),
]
