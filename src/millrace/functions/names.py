"""The many ways to name a function: name, partial ARN, full ARN, each with or without a qualifier."""

import re
from dataclasses import dataclass

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.errors import AwsError

LATEST = "$LATEST"

# AWS prints this pattern in its refusals, so it stands here as it is printed.
PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?"
    r"(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
_REFERENCE = re.compile(
    r"(?:arn:[a-z-]+:lambda:)?(?:(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?"
    r"(?:function:)?(?P<name>[a-zA-Z0-9_-]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9_-]+))?"
)
_ALIAS = re.compile(r"(?!\d+$)[a-zA-Z0-9-_]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A function, and the qualifier it was asked for with (None: none was given)."""

    name: str
    qualifier: str | None = None

    @property
    def unqualified(self) -> "Reference":
        """The function itself."""
        return Reference(self.name)

    @property
    def text(self) -> str:
        """`name` or `name:qualifier`."""
        return f"{self.name}:{self.qualifier}" if self.qualifier else self.name

    def arn(self, scope: Scope) -> str:
        """The ARN as the caller would write it: with a qualifier only if one was given."""
        return function_arn(scope, self.name, self.qualifier)


def function_arn(scope: Scope, name: str, qualifier: str | None = None) -> str:
    return scope.arn("lambda", f"function:{name}" + (f":{qualifier}" if qualifier else ""))


def is_version(qualifier: str) -> bool:
    """Whether a qualifier is the number of a version. $LATEST has none, and no alias is a number."""
    return qualifier.isdecimal()


def invalid(message: str) -> AwsError:
    """Lambda's answer to a parameter it cannot use."""
    return AwsError("InvalidParameterValueException", message, members={"Type": "User"})


def not_found(what: str, *, prefix: str = "Function not found: ") -> AwsError:
    return AwsError("ResourceNotFoundException", prefix + what, members={"Type": "User"})


def resolve(scope: Scope, text: str, qualifier: str | None = None) -> Reference:
    """What `text` names in this scope.

    Raises ValidationException for what is no name, ResourceNotFoundException for another region,
    AccessDeniedException for another account, and InvalidParameterValueException when the qualifier in
    the name contradicts `qualifier`. A name that no function may have is one that none has (see `check_new`).
    """
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{text}' at 'functionName' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {PATTERN}",
            status=400,
        )
    region, account, name, derived = match.group("region", "account", "name", "qualifier")
    if region is not None and region != scope.region:
        raise not_found(
            "", prefix=f"Functions from '{region}' are not reachable in this region ('{scope.region}')"
        )
    if account is not None and account != scope.account:
        raise AwsError("AccessDeniedException", None, status=403)
    if derived and qualifier and derived != qualifier:
        raise invalid("The derived qualifier from the function name does not match the specified qualifier.")
    return Reference(name, qualifier or derived)


def check_new(name: str) -> None:
    """Raises InvalidParameterValueException for a name that is too long for a new function."""
    if len(name) > limits.function_name_chars_max:
        raise invalid(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limits.function_name_chars_max}"
        )


def is_alias(qualifier: str) -> bool:
    """Whether a qualifier can be an alias's name: `$latest` cannot."""
    return _ALIAS.fullmatch(qualifier) is not None
