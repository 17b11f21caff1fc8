"""Whatever is done to tables in whatever order, they are what a plain dict of items would be."""

import asyncio

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.examples import examples
from tests.unit.tables.calls import Calls, schema
from tests.unit.tables.plain_table import PlainIndex, PlainTable, comparable

from millrace.core.clock import ManualClock
from millrace.storage.memory import MemoryStorage

texts = st.sampled_from(["a", "ab", "b", "é", "\U0001f980"]).map(lambda text: {"S": text})
numbers = st.sampled_from(["-10", "-1", "0", "1", "2.5", "10"]).map(lambda text: {"N": text})
binaries = st.sampled_from(["AA==", "AP8=", "/w=="]).map(lambda text: {"B": text})
OF_TYPE = {"S": texts, "N": numbers, "B": binaries}
tests = st.sampled_from(["", "=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"])
TABLE = "plain"
NAMES = ("p", "s", "g", "h", "x", "y")  # keys of the table, keys of indexes, others


def sort_test(sign, low, high):
    """What a sort key must be."""
    return {
        "": lambda _: True,
        "=": lambda value: value == low,
        "<": lambda value: value < low,
        "<=": lambda value: value <= low,
        ">": lambda value: value > low,
        ">=": lambda value: value >= low,
        "BETWEEN": lambda value: low <= value <= high,
        "begins_with": lambda value: value.startswith(low),
    }[sign]


def written(sign):
    match sign:
        case "":
            return ""
        case "BETWEEN":
            return " AND #s BETWEEN :low AND :high"
        case "begins_with":
            return " AND begins_with(#s, :low)"
    return f" AND #s {sign} :low"


def listed(rows):
    return sorted(sorted(map(repr, row.items())) for row in rows)


class TableMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.storage = MemoryStorage()
        self.runner.run(self.storage.__aenter__())
        self.calls = Calls(self.storage, ManualClock())

    def teardown(self):
        self.runner.run(self.storage.__aexit__(None, None, None))
        self.runner.close()

    def call(self, operation, **params):
        return self.runner.run(self.calls(operation, TableName=TABLE, **params))

    @initialize(data=st.data())
    def create(self, data):
        self.types = {name: data.draw(st.sampled_from("SNB"), name) for name in NAMES}
        keys = data.draw(st.sampled_from([("p",), ("p", "s")]), "keys")
        self.indexes = self.drawn_indexes(data, keys)
        self.plain = PlainTable(keys, tuple(self.indexes))
        used = sorted({*keys, *(name for index in self.indexes for name in index.keys)})
        forms = {"Global": [], "Local": []}
        for index in self.indexes:
            forms["Local" if index.name == "local" else "Global"].append(form(index))
        self.call(
            "CreateTable",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=schema(*keys),
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": self.types[name]} for name in used
            ],
            **{f"{scope}SecondaryIndexes": given for scope, given in forms.items() if given},
        )

    def drawn_indexes(self, data, keys):
        """Any of a global index, one that is sparse in two ways, and a local one."""
        projections = st.sampled_from([None, frozenset(), frozenset({"x"})])
        possible = [("global", ("g",)), ("sparse", ("g", "h")), ("turned", ("h", "p"))]
        if len(keys) == 2:
            possible.append(("local", ("p", "h")))
        chosen = data.draw(st.lists(st.sampled_from(possible), unique=True, max_size=3), "indexes")
        return [PlainIndex(name, of, data.draw(projections)) for name, of in chosen]

    def item(self, data, names):
        return {name: data.draw(OF_TYPE[self.types[name]], name) for name in names}

    def key(self, data):
        return self.item(data, self.plain.keys)

    def whole(self, data):
        others = [name for name in NAMES if name not in self.plain.keys]
        return self.item(data, (*self.plain.keys, *data.draw(st.lists(st.sampled_from(others), unique=True))))

    @rule(data=st.data(), fresh=st.booleans())
    def put(self, data, fresh):
        item = self.whole(data)
        old = self.plain.get(item)
        if fresh and old is not None:
            refused = self.runner.run(
                self.calls.refused(
                    "PutItem", TableName=TABLE, Item=item, ConditionExpression="attribute_not_exists(p)"
                )
            )
            assert refused == ("ConditionalCheckFailedException", "The conditional request failed")
            return
        params = {"ConditionExpression": "attribute_not_exists(p)"} if fresh else {}
        answer = self.call("PutItem", Item=item, ReturnValues="ALL_OLD", **params)
        self.plain.put(item)
        assert answer.get("Attributes") == old

    @rule(data=st.data())
    def delete(self, data):
        key = self.key(data)
        answer = self.call("DeleteItem", Key=key, ReturnValues="ALL_OLD")
        assert answer.get("Attributes") == self.plain.delete(key)

    @rule(data=st.data(), name=st.sampled_from("ghxy"), removes=st.booleans())
    def update(self, data, name, removes):
        key = self.key(data)
        old = self.plain.get(key)
        params = (
            {"UpdateExpression": f"REMOVE {name}"} if removes else {"UpdateExpression": f"SET {name} = :v"}
        )
        new = dict(old or key)
        new.pop(name, None)
        if not removes:
            new |= self.item(data, name)
            params["ExpressionAttributeValues"] = {":v": new[name]}
        answer = self.call("UpdateItem", Key=key, ReturnValues="ALL_NEW", **params)
        if removes and old is None:  # nothing comes of removing something from nothing
            assert "Attributes" not in answer
            return
        self.plain.put(new)
        assert answer["Attributes"] == new

    @rule(data=st.data(), count=st.integers(1, 6))
    def batch(self, data, count):
        writes, places = [], set()
        for _ in range(count):
            item = self.whole(data)
            if self.plain.place(item) in places:
                continue
            places.add(self.plain.place(item))
            if data.draw(st.booleans(), "deletes"):
                key = {name: item[name] for name in self.plain.keys}
                writes.append({"DeleteRequest": {"Key": key}})
                self.plain.delete(key)
            else:
                writes.append({"PutRequest": {"Item": item}})
                self.plain.put(item)
        answer = self.runner.run(self.calls("BatchWriteItem", RequestItems={TABLE: writes}))
        assert answer["UnprocessedItems"] == {}

    @rule(data=st.data(), count=st.integers(1, 4))
    def transaction(self, data, count):
        """All of its writes, or none when the one that wants a new item finds an old one."""
        items = {self.plain.place(item): item for item in (self.whole(data) for _ in range(count))}
        first, *others = items.values()
        writes = [
            {"Put": {"TableName": TABLE, "Item": first, "ConditionExpression": "attribute_not_exists(p)"}}
        ]
        for item in others:
            key = {name: item[name] for name in self.plain.keys}
            writes.append({"Delete": {"TableName": TABLE, "Key": key}})
        if self.plain.get(first) is not None:
            code, _ = self.runner.run(self.calls.refused("TransactWriteItems", TransactItems=writes))
            assert code == "TransactionCanceledException"
            return
        self.runner.run(self.calls("TransactWriteItems", TransactItems=writes))
        self.plain.put(first)
        for item in others:
            self.plain.delete(item)

    @rule(data=st.data(), count=st.integers(1, 6))
    def batch_get(self, data, count):
        keys = {self.plain.place(key): key for key in (self.key(data) for _ in range(count))}
        answer = self.runner.run(
            self.calls("BatchGetItem", RequestItems={TABLE: {"Keys": list(keys.values())}})
        )
        expected = [item for key in keys.values() if (item := self.plain.get(key)) is not None]
        assert listed(answer["Responses"][TABLE]) == listed(expected)

    @rule(data=st.data(), sign=tests, backwards=st.booleans(), limit=st.none() | st.integers(1, 3))
    def query(self, data, sign, backwards, limit):
        index = data.draw(st.sampled_from([None, *self.indexes]), "index")
        keys = self.plain.keys if index is None else index.keys
        values = {":p": data.draw(OF_TYPE[self.types[keys[0]]])}
        names = {"#p": keys[0]}
        low = high = None
        if len(keys) == 1 or (sign == "begins_with" and self.types[keys[1]] == "N"):
            sign = ""
        if sign:
            names["#s"] = keys[1]
            bounds = sorted((data.draw(OF_TYPE[self.types[keys[1]]]) for _ in "12"), key=comparable)
            values[":low"] = bounds[0]
            if sign == "BETWEEN":
                values[":high"] = bounds[1]
            low, high = map(comparable, bounds)
        rows = self.pages(
            "Query",
            index,
            limit,
            KeyConditionExpression=f"#p = :p{written(sign)}",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ScanIndexForward=not backwards,
        )
        expected = self.plain.found(index, values[":p"], sort_test(sign, low, high), backwards=backwards)
        assert listed(rows) == listed(expected)
        if len(keys) == 2:
            assert [row[keys[1]] for row in rows] == [row[keys[1]] for row in expected]

    @rule(data=st.data(), limit=st.none() | st.integers(1, 3), segments=st.integers(1, 3))
    def scan(self, data, limit, segments):
        index = data.draw(st.sampled_from([None, *self.indexes]), "index")
        rows = []
        for segment in range(segments):
            rows += self.pages("Scan", index, limit, Segment=segment, TotalSegments=segments)
        assert listed(rows) == listed(self.plain.rows(index))

    def pages(self, operation, index, limit, **params):
        """All rows, a page at a time."""
        if index is not None:
            params["IndexName"] = index.name
        if limit is not None:
            params["Limit"] = limit
        rows = []
        while True:
            page = self.call(operation, **params)
            assert page["Count"] == page["ScannedCount"] == len(page["Items"])
            assert limit is None or page["Count"] <= limit
            rows += page["Items"]
            if "LastEvaluatedKey" not in page:
                return rows
            params["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    @invariant()
    def the_table_holds_the_items(self):
        if hasattr(self, "plain"):
            assert listed(self.pages("Scan", None, None)) == listed(self.plain.rows(None))


def form(index):
    if index.projected is None:
        projection = {"ProjectionType": "ALL"}
    elif index.projected:
        projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": sorted(index.projected)}
    else:
        projection = {"ProjectionType": "KEYS_ONLY"}
    return {"IndexName": index.name, "KeySchema": schema(*index.keys), "Projection": projection}


TestTables = TableMachine.TestCase
TestTables.settings = settings(max_examples=examples(30), stateful_step_count=25)
