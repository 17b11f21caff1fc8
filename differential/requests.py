"""Random requests on the tables: most are right, some are wrong in the ways that people get them wrong."""

from base64 import b64encode
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from differential.expressions import Expressions
from differential.statements import Statements
from differential.tables import KEY_BYTES, KEY_NUMBERS, KEY_TEXTS, TABLES, Table
from differential.values import PLAIN, Value, value

Params = dict[str, Any]

KEY_VALUES: dict[str, list[Value]] = {
    "S": [{"S": text} for text in KEY_TEXTS],
    "N": [{"N": number} for number in KEY_NUMBERS],
    "B": [{"B": b64encode(data).decode()} for data in KEY_BYTES],
}


class Request(NamedTuple):
    """An operation and its parameters."""

    operation: str
    params: Params


class Requests:
    """Makes one request after the other; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._makers: list[tuple[int, Callable[[Table], Request]]] = [
            (20, self.put),
            (20, self.update),
            (6, self.delete),
            (8, self.get),
            (14, self.query),
            (8, self.scan),
            (4, self.batch_write),
            (4, self.batch_get),
            (8, self.transact_write),
            (3, self.transact_get),
            (6, self.legacy_update),
            (4, self.legacy_query),
            (10, self.statement),
            (3, self.statements),
            (3, self.paged_scan),
        ]

    def next(self) -> Request:
        weights = [weight for weight, _ in self._makers]
        maker = self.random.choices([maker for _, maker in self._makers], weights)[0]
        return maker(self.random.choice(TABLES))

    def put(self, table: Table) -> Request:
        params = {"TableName": table.name, "Item": table.item(self.random)}
        return Request(
            "PutItem", {**params, **self._conditioned(table), **self._returns(("NONE", "ALL_OLD"))}
        )

    def delete(self, table: Table) -> Request:
        params = {"TableName": table.name, "Key": self._key(table)}
        return Request(
            "DeleteItem", {**params, **self._conditioned(table), **self._returns(("NONE", "ALL_OLD"))}
        )

    def update(self, table: Table) -> Request:
        written = self._expressions(table)
        params: Params = {"TableName": table.name, "Key": self._key(table)}
        params["UpdateExpression"] = written.update()
        if self.random.random() < 0.4:
            params["ConditionExpression"] = written.condition()
        every = ("NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW")
        return Request("UpdateItem", {**params, **written.members(), **self._returns(every)})

    def get(self, table: Table) -> Request:
        params: Params = {"TableName": table.name, "Key": self._key(table)}
        return Request("GetItem", {**params, **self._projected(table), **self._consumed()})

    def query(self, table: Table) -> Request:
        index = self.random.choice((None, *table.indexes))
        keys = table.keys if index is None else table.indexes[index]
        written = self._expressions(table)
        one_of = {name: KEY_VALUES[kind] for name, kind in table.types.items()}
        params: Params = {"TableName": table.name}
        if index is not None:
            params["IndexName"] = index
        params["KeyConditionExpression"] = written.key_condition(keys, one_of)
        if self.random.random() < 0.4:
            params["FilterExpression"] = written.condition()
        if self.random.random() < 0.2:
            params["ProjectionExpression"] = written.projection()
        if self.random.random() < 0.3:
            params["ScanIndexForward"] = self.random.random() < 0.5
        if self.random.random() < 0.2:
            params["Limit"] = self.random.randint(1, 3)
        return Request("Query", {**params, **written.members(), **self._consumed()})

    def scan(self, table: Table) -> Request:
        params: Params = {"TableName": table.name}
        if table.indexes and self.random.random() < 0.3:
            params["IndexName"] = self.random.choice(list(table.indexes))
        written = self._expressions(table)
        if self.random.random() < 0.6:
            params["FilterExpression"] = written.condition()
        if self.random.random() < 0.2:
            params["ProjectionExpression"] = written.projection()
        return Request("Scan", {**params, **written.members(), **self._consumed()})

    def paged_scan(self, table: Table) -> Request:
        """A scan whose pages are few items each; rounds go through all of them."""
        params: Params = {"TableName": table.name, "Limit": self.random.randint(1, 4)}
        if table.indexes and self.random.random() < 0.6:
            params["IndexName"] = self.random.choice(list(table.indexes))
        return Request("Scan", params)

    def batch_write(self, _table: Table) -> Request:
        asked: Params = {}
        for table in self.random.sample(TABLES, self.random.choice((1, 1, 2, 3))):
            forms = asked[table.name] = []
            for _ in range(self.random.randint(1, 4)):
                if self.random.random() < 0.7:
                    forms.append({"PutRequest": {"Item": table.item(self.random)}})
                else:
                    forms.append({"DeleteRequest": {"Key": self._key(table)}})
        return Request("BatchWriteItem", {"RequestItems": asked})

    def batch_get(self, _table: Table) -> Request:
        asked: Params = {}
        for table in self.random.sample(TABLES, self.random.choice((1, 1, 2, 3))):
            keys = [self._key(table) for _ in range(self.random.randint(1, 4))]
            asked[table.name] = {"Keys": keys, **self._projected(table)}
        return Request("BatchGetItem", {"RequestItems": asked})

    def statement(self, table: Table) -> Request:
        return Request("ExecuteStatement", Statements(self.random, table).any())

    def statements(self, _table: Table) -> Request:
        """A batch that reads or writes, as all of its statements have to; some do not."""
        made: list[Params] = []
        reading = self.random.random() < 0.5
        # Each of another table: of two writes of one item the peer makes the first, and then refuses both.
        for table in self.random.sample(TABLES, self.random.randint(1, 3)):
            one = Statements(self.random, table)
            made.append(one.read() if reading == (self.random.random() < 0.95) else one.write())
        return Request("BatchExecuteStatement", {"Statements": made})

    def transact_write(self, _table: Table) -> Request:
        parts = [self._part(self.random.choice(TABLES)) for _ in range(self.random.randint(1, 4))]
        return Request("TransactWriteItems", {"TransactItems": parts})

    def transact_get(self, _table: Table) -> Request:
        gets: list[Params] = []
        for _ in range(self.random.randint(1, 3)):
            table = self.random.choice(TABLES)
            gets.append({"Get": {"TableName": table.name, "Key": self._key(table), **self._projected(table)}})
        return Request("TransactGetItems", {"TransactItems": gets})

    def legacy_update(self, table: Table) -> Request:
        """UpdateItem as it was before expressions."""
        updates = {
            name: {"Action": self.random.choice(("PUT", "ADD", "DELETE")), "Value": value(self.random, 1)}
            for name in self.random.sample(PLAIN, 2)
        }
        params: Params = {"TableName": table.name, "Key": self._key(table), "AttributeUpdates": updates}
        if self.random.random() < 0.4:
            params["Expected"] = {self.random.choice(PLAIN): self._constraint()}
        return Request("UpdateItem", {**params, **self._returns(("NONE", "ALL_NEW", "UPDATED_NEW"))})

    def legacy_query(self, table: Table) -> Request:
        """Query or Scan as they were before expressions."""
        name = table.keys[0]
        wanted = self.random.choice(KEY_VALUES[table.types[name]])
        operator = "EQ" if self.random.random() < 0.9 else "GT"
        conditions = {self.random.choice(PLAIN): self._constraint()}
        if self.random.random() < 0.5:
            return Request("Scan", {"TableName": table.name, "ScanFilter": conditions})
        params: Params = {
            "TableName": table.name,
            "KeyConditions": {name: {"ComparisonOperator": operator, "AttributeValueList": [wanted]}},
        }
        if self.random.random() < 0.5:
            params["QueryFilter"] = conditions
        return Request("Query", params)

    def _constraint(self) -> Params:
        operators = [
            "EQ",
            "NE",
            "LE",
            "LT",
            "GE",
            "GT",
            "NOT_NULL",
            "NULL",
            "CONTAINS",
            "NOT_CONTAINS",
            "BEGINS_WITH",
            "IN",
            "BETWEEN",
        ]
        operator = self.random.choice(operators)
        count = {"NOT_NULL": 0, "NULL": 0, "BETWEEN": 2, "IN": 2}.get(operator, 1)
        if self.random.random() < 0.03:
            count += 1
        constraint: Params = {"ComparisonOperator": operator}
        if count:
            constraint["AttributeValueList"] = [value(self.random, 0) for _ in range(count)]
        return constraint

    def _part(self, table: Table) -> Params:
        written = self._expressions(table)
        kind = self.random.choice(("Put", "Update", "Delete", "ConditionCheck"))
        params: Params = {"TableName": table.name}
        params |= {"Item": table.item(self.random)} if kind == "Put" else {"Key": self._key(table)}
        if kind == "Update":
            # One that only removes would part the servers' items (see `differences`), unseen until the round's end.
            params["UpdateExpression"] = written.update(("SET", "ADD"))
        if kind == "ConditionCheck" or self.random.random() < 0.3:
            params["ConditionExpression"] = written.condition()
        return {kind: {**params, **written.members()}}

    def _key(self, table: Table) -> dict[str, Value]:
        """Mostly right; now and then of a wrong type, or with an attribute too many or too few."""
        key = table.key(self.random)
        chance = self.random.random()
        if chance < 0.01:
            key[self.random.choice(table.keys)] = {"BOOL": True}
        elif chance < 0.02:
            key["more"] = {"S": "more"}
        elif chance < 0.03:
            key.popitem()
        return key

    def _conditioned(self, table: Table) -> Params:
        if self.random.random() < 0.5:
            return {}
        written = self._expressions(table)
        return {"ConditionExpression": written.condition(), **written.members()}

    def _projected(self, table: Table) -> Params:
        if self.random.random() < 0.5:
            return {}
        written = self._expressions(table)
        return {"ProjectionExpression": written.projection(), **written.members()}

    def _returns(self, choices: tuple[str, ...]) -> Params:
        return {"ReturnValues": self.random.choice(choices), **self._consumed()}

    def _consumed(self) -> Params:
        choice = self.random.choice((None, None, "TOTAL", "INDEXES"))
        return {} if choice is None else {"ReturnConsumedCapacity": choice}

    def _expressions(self, table: Table) -> Expressions:
        return Expressions(self.random, tuple(table.types))
