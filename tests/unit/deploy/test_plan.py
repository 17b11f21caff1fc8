from typing import Any

import pytest

from millrace.deploy.intrinsics import Unknown
from millrace.deploy.plan import changes


@pytest.mark.parametrize(
    ("wanted", "live", "expected"),
    [
        ({"Timeout": 5}, {"Timeout": 5, "Runtime": "python3.11"}, []),
        ({"Timeout": 5}, {"Timeout": 3}, ["Timeout: 3 → 5"]),
        (
            {"Environment": {"Variables": {"A": "1", "B": "2"}}},
            {"Environment": {"Variables": {"B": "3", "C": "4"}}},
            [
                "Environment.Variables.A: none → 1",
                "Environment.Variables.B: 3 → 2",
                "Environment.Variables.C: 4 → none",
            ],
        ),
        (
            {"GlobalSecondaryIndexes": [{"IndexName": "a", "Projection": {"ProjectionType": "ALL"}}]},
            {"GlobalSecondaryIndexes": [{"IndexName": "a", "Projection": {"ProjectionType": "KEYS_ONLY"}}]},
            ["GlobalSecondaryIndexes.a.Projection.ProjectionType: KEYS_ONLY → ALL"],
        ),
        (
            {"EventSourceArn": Unknown("Table.StreamArn")},
            {"EventSourceArn": "arn:old"},
            ["EventSourceArn: arn:old → (Table.StreamArn: known after deploy)"],
        ),
        (
            {"PolicyDocument": {"Statement": [{"Effect": "Deny"}]}},
            {"PolicyDocument": {"Statement": [{"Effect": "Allow"}]}},
            ['PolicyDocument: {"Statement": [{"Effect": "Allow"}]} → {"Statement": [{"Effect": "Deny"}]}'],
        ),
    ],
)
def test_only_what_differs_is_a_change(wanted: dict[str, Any], live: dict[str, Any], expected: list[str]):
    assert [str(change) for change in changes(wanted, live)] == expected
