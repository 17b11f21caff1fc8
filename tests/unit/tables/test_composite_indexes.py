"""Global indexes whose keys have several attributes: their tables, their items, their pages."""

import orjson
from tests.unit.tables.calls import SCOPE, n, run, s

from millrace.dynamodb import catalog
from millrace.dynamodb.keys import KeyAttribute, KeySchema

INVALID = "One or more parameter values were invalid: "


def _keys(*kinds):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds]


def _form(key_schema, name="several"):
    return {"IndexName": name, "KeySchema": key_schema, "Projection": {"ProjectionType": "ALL"}}


def _definitions(key_schema):
    return dict.fromkeys(("id", *(element["AttributeName"] for element in key_schema)), "S")


SEVERAL = _keys(("h1", "HASH"), ("h2", "HASH"), ("r1", "RANGE"), ("r2", "RANGE"))


def test_describe_table_tells_all_key_attributes_in_order():
    async def test(calls):
        eight = _keys(*((f"h{i}", "HASH") for i in range(4)), *((f"r{i}", "RANGE") for i in range(4)))
        await calls.table(attributes=_definitions(eight), GlobalSecondaryIndexes=[_form(eight)])
        told = (await calls("DescribeTable", TableName="orders"))["Table"]["GlobalSecondaryIndexes"][0]

        assert told["KeySchema"] == eight

    run(test)


def test_a_key_schema_of_several_attributes_has_its_limits_and_its_order():
    async def test(calls):
        for key_schema, sentence in (
            (
                _keys(*((f"h{i}", "HASH") for i in range(5))),
                INVALID + "The KeySchema exceeds the maximum allowed number of HASH key attributes",
            ),
            (
                _keys(("h", "HASH"), *((f"r{i}", "RANGE") for i in range(5))),
                INVALID + "The KeySchema exceeds the maximum allowed number of RANGE key attributes",
            ),
            (
                _keys(("h", "HASH"), ("r", "RANGE"), ("g", "HASH")),
                INVALID + "All HASH key attributes must precede RANGE key attributes in the KeySchema",
            ),
            (
                _keys(("h", "HASH"), ("h", "HASH")),
                "The KeySchema contains multiple key attributes with the same name",
            ),
            (
                _keys(("r", "RANGE"), ("h", "HASH"), ("g", "HASH")),
                "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
            ),
        ):
            refused = await calls.refused(
                "CreateTable",
                TableName="orders",
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[
                    {"AttributeName": name, "AttributeType": kind}
                    for name, kind in _definitions(key_schema).items()
                ],
                KeySchema=_keys(("id", "HASH")),
                GlobalSecondaryIndexes=[_form(key_schema)],
            )

            assert refused == ("ValidationException", sentence)

    run(test)


def test_local_indexes_have_one_sort_attribute():
    async def test(calls):
        local = _keys(("id", "HASH"), ("a", "RANGE"), ("b", "RANGE"))
        code, message = await calls.refused(
            "CreateTable",
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "a", "b")],
            KeySchema=_keys(("id", "HASH"), ("a", "RANGE")),
            LocalSecondaryIndexes=[_form(local)],
        )

        assert code == "ValidationException"
        assert "Member must have length less than or equal to 2" in message

    run(test)


def test_an_item_is_in_the_index_while_it_has_all_attributes():
    async def test(calls):
        await calls.table(attributes=_definitions(SEVERAL), GlobalSecondaryIndexes=[_form(SEVERAL)])
        whole = {name: s("x") for name in ("id", "h1", "h2", "r1", "r2")}
        await calls("PutItem", TableName="orders", Item=whole)

        async def found():
            return (await calls("Scan", TableName="orders", IndexName="several"))["Items"]

        assert await found() == [whole]
        await calls("UpdateItem", TableName="orders", Key={"id": s("x")}, UpdateExpression="REMOVE r2")
        assert await found() == []
        refused = await calls.refused("PutItem", TableName="orders", Item={**whole, "h2": n(1)})
        assert (
            refused[1] == INVALID + "Type mismatch for Index Key h2 Expected: S Actual: N IndexName: several"
        )

    run(test)


def test_an_index_of_several_attributes_is_filled_with_what_is_there():
    async def test(calls):
        await calls.table()
        await calls(
            "PutItem", TableName="orders", Item={"id": s("1"), "h1": s("a"), "h2": s("b"), "r1": s("c")}
        )
        await calls("PutItem", TableName="orders", Item={"id": s("2"), "h1": s("a"), "r1": s("c")})
        key_schema = SEVERAL[:3]
        await calls(
            "UpdateTable",
            TableName="orders",
            AttributeDefinitions=[
                {"AttributeName": one["AttributeName"], "AttributeType": "S"} for one in key_schema
            ],
            GlobalSecondaryIndexUpdates=[{"Create": _form(key_schema)}],
        )

        assert (await calls("Scan", TableName="orders", IndexName="several"))["Count"] == 1

    run(test)


def test_older_parameters_can_ask_for_several_attributes():
    async def test(calls):
        await calls.table(attributes=_definitions(SEVERAL), GlobalSecondaryIndexes=[_form(SEVERAL)])
        for number in "123":
            item = {"id": s(number), "h1": s("a"), "h2": s("b"), "r1": s("c"), "r2": s(number)}
            await calls("PutItem", TableName="orders", Item=item)
        asked = {"h1": ("EQ", "a"), "h2": ("EQ", "b"), "r1": ("EQ", "c"), "r2": ("LE", "2")}
        page = await calls(
            "Query",
            TableName="orders",
            IndexName="several",
            KeyConditions={
                name: {"ComparisonOperator": compare, "AttributeValueList": [s(value)]}
                for name, (compare, value) in asked.items()
            },
        )

        assert [item["id"] for item in page["Items"]] == [s("1"), s("2")]

    run(test)


def test_statements_are_not_for_such_an_index():
    async def test(calls):
        await calls.table(attributes=_definitions(SEVERAL), GlobalSecondaryIndexes=[_form(SEVERAL)])

        assert await calls.refused("ExecuteStatement", Statement='SELECT * FROM "orders"."several"') == (
            "ValidationException",
            "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute "
            "RANGE keys.",
        )

    run(test)


def test_tables_stored_before_there_were_such_keys_are_still_read():
    old = KeySchema(KeyAttribute("id", "S"))

    async def test(calls):
        await calls.table(
            keys=("id", "at"),
            attributes={"x": "S"},
            GlobalSecondaryIndexes=[_form(_keys(("x", "HASH"), ("at", "RANGE")))],
        )
        raw = await calls.storage.read(lambda reader: reader.get(catalog.space(SCOPE), b"orders"))
        row = orjson.loads(raw)
        for schema in (row["schema"], row["indexes"][0]["schema"]):
            assert set(schema) == {"hash", "range"}
        row["schema"]["range"] = None

        assert catalog.decode(orjson.dumps(row)).schema == old

    run(test)
