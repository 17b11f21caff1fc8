"""The policies AWS provides ready-made, as far as tables, streams, functions and logs need them.

They are data: `aws_managed.json`.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class AwsPolicy:
    """One policy of AWS's. `path` is part of its ARN: `arn:aws:iam::aws:policy` + path + name."""

    name: str
    path: str
    document: str
    description: str

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::aws:policy{self.path}{self.name}"


@cache
def aws_policies() -> Mapping[str, AwsPolicy]:
    """The policies of AWS's that are known here, by ARN."""
    rows = orjson.loads(Path(__file__).with_suffix(".json").read_bytes())
    policies = [
        AwsPolicy(
            row["name"],
            row["path"],
            orjson.dumps({"Version": "2012-10-17", "Statement": row["statements"]}).decode(),
            row["description"],
        )
        for row in rows
    ]
    return {policy.arn: policy for policy in policies}
