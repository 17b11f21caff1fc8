"""KeyConditions: which partition a Query reads, and which range of its sort keys."""

from collections.abc import Mapping
from typing import Any

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb.expressions.key_condition import Demand, KeyCondition, KeyDemands
from millrace.dynamodb.keys import KeySchema
from millrace.dynamodb.legacy.comparison import tests_of

_INDEXABLE = {
    "BEGINS_WITH": "begins_with",
    "BETWEEN": "BETWEEN",
    "EQ": "=",
    "GE": ">=",
    "GT": ">",
    "LE": "<=",
    "LT": "<",
}


_PLAIN_MAX = 2  # attributes of a key that is not composite


def _wrong_count() -> AwsError:
    return validation_error("Conditions can be of length 1 or 2 only")


class _Demands(KeyDemands):
    """With operators that no key can be searched by, which AWS tells of only once it knows the keys."""

    __slots__ = ()

    def match(self, schema: KeySchema) -> KeyCondition:
        if type(schema) is KeySchema and len(self.demands) > _PLAIN_MAX:
            raise _wrong_count()
        for name in schema.names:
            demand = self.demands.get(name)
            if demand is None:
                break
            if demand.operator not in _INDEXABLE.values():
                raise validation_error("Attempted conditional constraint is not an indexable operation")
        return super().match(schema)


def key_demands(conditions: Mapping[str, Mapping[str, Any]], *, index: bool = False) -> KeyDemands:
    """What KeyConditions ask of the keys, for a table that is not known yet.

    The key of an `index` may have more than two attributes.
    """
    tests = tests_of(conditions)
    if not tests or (len(tests) > _PLAIN_MAX and not index):
        raise _wrong_count()
    return _Demands(
        {test.attribute: Demand(_INDEXABLE.get(test.operator, test.operator), test.values) for test in tests}
    )
