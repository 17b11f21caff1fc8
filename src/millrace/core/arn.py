"""Amazon Resource Names, and the scope (partition, region, account) everything lives in."""

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a resource lives. Two scopes never see each other's resources."""

    account: str
    region: str
    partition: str = "aws"

    def arn(self, service: str, resource: str) -> str:
        """`arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`. IAM has no region, see `iam_arn`."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def iam_arn(self, resource: str) -> str:
        return f"arn:{self.partition}:iam::{self.account}:{resource}"

    def sts_arn(self, resource: str) -> str:
        return f"arn:{self.partition}:sts::{self.account}:{resource}"

    @property
    def path(self) -> str:
        """`account/region`: the front of every space and journal name of this scope."""
        return f"{self.account}/{self.region}"


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN in its six parts."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def scope(self) -> Scope:
        return Scope(self.account, self.region, self.partition)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


_ARN = re.compile(r"arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)", re.DOTALL)


@lru_cache(maxsize=1024)
def parse(text: str) -> Arn:
    """The parts of an ARN. Raises ValueError for what is not one."""
    match = _ARN.fullmatch(text)
    if match is None:
        raise ValueError(f"not an ARN: {text}")
    return Arn(*match.groups())
