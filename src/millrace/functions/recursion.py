"""Which functions may run in loops, and the refusal of the others.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html. Kept by function, not by version.
"""

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Writer

ALLOW = "Allow"
TERMINATE = "Terminate"
LOOP = "RecursiveInvocationException"


def _space(scope: Scope) -> str:
    return f"functions/{scope.path}/recursion"


def mode(reader: Reader, scope: Scope, name: str) -> str:
    """RecursiveLoop: Allow, or Terminate, which is the default."""
    return TERMINATE if reader.get(_space(scope), name.encode()) is None else ALLOW


def put(writer: Writer, scope: Scope, name: str, chosen: str) -> None:
    if chosen == ALLOW:
        writer.put(_space(scope), name.encode(), b"")
    else:
        writer.delete(_space(scope), name.encode())


def remove(writer: Writer, scope: Scope, name: str) -> None:
    """The function is gone: another of its name begins with the default."""
    writer.delete(_space(scope), name.encode())


def is_loop(runs: int) -> bool:
    """Whether a function that has run so often again in one chain of requests goes round in circles."""
    return runs >= limits.function_chain_runs_max


def stopped() -> AwsError:
    """The refusal, in the words of Lambda's API reference."""
    return AwsError(
        LOOP,
        "Lambda has detected your function being invoked in a recursive loop with other AWS resources "
        "and stopped your function's invocation.",
        members={"Type": "User"},
    )
