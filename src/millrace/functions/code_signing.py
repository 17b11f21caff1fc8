"""Code signing configurations: whose signatures functions are to carry, and which functions ask for one.

Nothing here can read a signature, so all code is unsigned: what a configuration enforces refuses it, what it warns of
is taken. https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from millrace.core.arn import Scope
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Writer

ENFORCE = "Enforce"
WARN = "Warn"
_KIND = "code-signing-config:"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSigning:
    """One configuration. `modified` is in epoch seconds, `publishers` are the ARNs of signing profile versions."""

    id: str
    publishers: Sequence[str]
    modified: float
    policy: str = WARN
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def arn(self, scope: Scope) -> str:
        return scope.arn("lambda", _KIND + self.id)


def is_one(resource: str) -> bool:
    """Whether this is the ARN of a code signing configuration, whether or not there is one."""
    return f":{_KIND}" in resource


def find(reader: Reader, scope: Scope, arn: str) -> CodeSigning | None:
    """The configuration of that ARN, if it is this scope's."""
    raw = reader.get(_space(scope), arn.rpartition(":")[2].encode())
    found = None if raw is None else CodeSigning(**orjson.loads(raw))
    return found if found is not None and found.arn(scope) == arn else None


def get(reader: Reader, scope: Scope, arn: str) -> CodeSigning:
    """What `find` finds, or ResourceNotFoundException, which comes without a Type: recorded of AWS."""
    found = find(reader, scope, arn)
    if found is None:
        raise AwsError(
            "ResourceNotFoundException",
            f"The Lambda code signing configuration {arn} can not be found.",
            members={"Type": None},
        )
    return found


def get_for_function(reader: Reader, scope: Scope, arn: str) -> CodeSigning:
    """The same where a function is to have it: CodeSigningConfigNotFoundException."""
    found = find(reader, scope, arn)
    if found is None:
        raise AwsError(
            "CodeSigningConfigNotFoundException",
            "The code signing configuration cannot be found. "
            f"Check that the provided configuration is not deleted: {arn}.",
            members={"Type": "User"},
        )
    return found


def every(reader: Reader, scope: Scope, after: str) -> Iterator[CodeSigning]:
    """All of a scope with ids after `after`, in the order of their ids."""
    for _, raw in reader.range(_space(scope), after.encode() + b"\0"):
        yield CodeSigning(**orjson.loads(raw))


def put(writer: Writer, scope: Scope, made: CodeSigning) -> None:
    writer.put(_space(scope), made.id.encode(), orjson.dumps(made))


def remove(writer: Writer, scope: Scope, gone: CodeSigning) -> None:
    writer.delete(_space(scope), gone.id.encode())


def of_function(reader: Reader, scope: Scope, function: str) -> str | None:
    """The ARN of what a function asks for; None if it asks for nothing."""
    raw = reader.get(_functions(scope), function.encode())
    return None if raw is None else raw.decode()


def attach(writer: Writer, scope: Scope, function: str, arn: str) -> None:
    writer.put(_functions(scope), function.encode(), arn.encode())


def detach(writer: Writer, scope: Scope, function: str) -> None:
    writer.delete(_functions(scope), function.encode())


def users(reader: Reader, scope: Scope, arn: str) -> Iterator[str]:
    """The names of the functions that ask for it, in order."""
    for name, raw in reader.range(_functions(scope)):
        if raw.decode() == arn:
            yield name.decode()


def check_code(reader: Reader, scope: Scope, function: str, arn: str | None) -> None:
    """Whether a function with this configuration may get new code, which is unsigned.

    Raises CodeVerificationFailedException.
    """
    found = None if arn is None else find(reader, scope, arn)
    if found is not None and found.policy == ENFORCE:
        raise AwsError(
            "CodeVerificationFailedException",
            "Lambda cannot deploy the function. The function or layer might be signed using a signature that the "
            f"client is not configured to accept. Check the provided signature for {function}.",
            members={"Type": "User"},
        )


def _space(scope: Scope) -> str:
    return f"functions/{scope.path}/code-signing"


def _functions(scope: Scope) -> str:
    return f"functions/{scope.path}/code-signing-of"
