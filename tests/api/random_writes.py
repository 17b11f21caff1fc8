"""Random changes of one table by every operation that writes items; some are refused, as people's are."""

import random  # noqa: TID251 -- its seeds are the test's own
from typing import Any

from botocore.exceptions import ClientError
from tests.api.fresh_tables import FreshTable, Item

REFUSED = {
    "ConditionalCheckFailedException",
    "DuplicateItemException",
    "TransactionCanceledException",
    "ValidationException",
}


class RandomWrites:
    """`one()` makes one request; items have the keys p and r, and some of the attributes g, s and n."""

    def __init__(self, table: FreshTable, seed: int) -> None:
        self.chance = random.Random(seed)
        self.client = table.client
        self.table = table.name
        self._makers = [
            self.put,
            self.update,
            self.legacy_update,
            self.delete,
            self.batch,
            self.transaction,
            self.statement,
            self.statements,
            self.statement_transaction,
        ]
        self.refused = 0

    def one(self) -> None:
        try:
            self.chance.choice(self._makers)()
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSED:
                raise
            self.refused += 1

    def key(self) -> Item:
        return {
            "p": {"S": self.chance.choice("abc")},
            "r": {"N": self.chance.choice(["-2", "0", "1.50", "1e1", "7"])},
        }

    def attributes(self) -> Item:
        chances: Item = {
            "g": {"S": self.chance.choice("xyz")},
            "s": {"N": str(self.chance.randrange(-3, 3))},
            "n": {"N": self.chance.choice(["0", "12345678901234567890.5", "-1e-5"])},
            "m": {"M": {"list": {"L": [{"SS": ["b", "a"]}, {"NULL": True}]}}},
        }
        return {name: value for name, value in chances.items() if self.chance.random() < 0.6}

    def put(self) -> None:
        new = self.key() | self.attributes()
        condition = self.chance.choice([{}, {"ConditionExpression": "attribute_not_exists(p)"}])
        self.client.put_item(TableName=self.table, Item=new, **condition)

    def update(self) -> None:
        self.client.update_item(TableName=self.table, **self._update())

    def _update(self) -> dict[str, Any]:
        expression, value = self.chance.choice(
            [
                ("SET g = :v", {"S": "z"}),
                ("SET s = if_not_exists(s, :v)", {"N": "2"}),
                ("ADD n :v", {"N": "0.5"}),
                ("REMOVE g SET n = :v", {"N": "3"}),
                ("SET m.list[5] = :v", {"S": "end"}),
                ("REMOVE m.list[0] SET s = s + :v", {"N": "1"}),
            ]
        )
        values = {"ExpressionAttributeValues": {":v": value}}
        return {"Key": self.key(), "UpdateExpression": expression, **values}

    def legacy_update(self) -> None:
        updates = {
            "n": {"Action": "ADD", "Value": {"N": "1"}},
            "g": self.chance.choice([{"Action": "DELETE"}, {"Action": "PUT", "Value": {"S": "y"}}]),
        }
        self.client.update_item(TableName=self.table, Key=self.key(), AttributeUpdates=updates)

    def delete(self) -> None:
        self.client.delete_item(TableName=self.table, Key=self.key())

    def batch(self) -> None:
        writes = [
            self.chance.choice(
                [
                    {"PutRequest": {"Item": self.key() | self.attributes()}},
                    {"DeleteRequest": {"Key": self.key()}},
                ]
            )
            for _ in range(self.chance.randint(1, 3))
        ]
        assert self.client.batch_write_item(RequestItems={self.table: writes})["UnprocessedItems"] == {}

    def transaction(self) -> None:
        check = {"ConditionExpression": "attribute_not_exists(s) OR s < :s"}
        checked = {**check, "ExpressionAttributeValues": {":s": {"N": "2"}}}
        parts = [
            {"Put": {"Item": self.key() | self.attributes()}},
            {"Update": self._update()},
            {"Delete": {"Key": self.key()}},
            {"ConditionCheck": {"Key": self.key(), **checked}},
        ]
        for part in parts:
            next(iter(part.values()))["TableName"] = self.table
        chosen = self.chance.sample(parts, self.chance.randint(1, 3))
        self.client.transact_write_items(TransactItems=chosen)

    def statement(self) -> None:
        self.client.execute_statement(**self._statement())

    def statements(self) -> None:
        self.client.batch_execute_statement(Statements=[self._statement() for _ in range(2)])

    def statement_transaction(self) -> None:
        self.client.execute_transaction(TransactStatements=[self._statement() for _ in range(2)])

    def _statement(self) -> dict[str, Any]:
        key = self.key()
        where = 'WHERE "p" = ? AND "r" = ?'
        text, first = self.chance.choice(
            [
                (f'UPDATE "{self.table}" SET s = ? {where}', [{"N": "1"}]),
                (f'UPDATE "{self.table}" SET g = ? REMOVE n {where}', [{"S": "x"}]),
                (f'DELETE FROM "{self.table}" {where}', []),
                (f"INSERT INTO \"{self.table}\" VALUE {{'g': ?, 'p': ?, 'r': ?}}", [{"S": "y"}]),
            ]
        )
        return {"Statement": text, "Parameters": [*first, key["p"], key["r"]]}
