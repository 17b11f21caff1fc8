"""The names of Lambda's runtimes: which ones functions and layers may be made for, and which have been retired.

Whether a runtime runs on this machine is known by `programs`.
"""

import hashlib
import re
import sys

from millrace.core.arn import Scope
from millrace.functions.names import invalid

# In the order in which Lambda's refusals list them: recorded from AWS in January 2026.
LISTED = (
    "nodejs20.x",
    "python3.14",
    "provided.al2023",
    "python3.12",
    "python3.13",
    "nodejs24.x",
    "nodejs22.x",
    "java25",
    "python3.10",
    "python3.11",
    "java21",
    "ruby3.3",
    "ruby3.4",
    "ruby3.2",
    "python3.8",
    "python3.9",
    "java17",
    "nodejs16.x",
    "dotnet10",
    "dotnet8",
    "java11",
    "dotnet6",
    "nodejs18.x",
    "provided.al2",
    "java8.al2",
)
# In the model since.
_TAKEN_TOO = frozenset(
    {
        "java11.al2023",
        "java17.al2023",
        "java8.al2023",
        "nodejs26.x",
        "python3.15",
        "ruby4.0",
    }
)
TAKEN = frozenset(LISTED) | _TAKEN_TOO
# Those AWS's model still names and no function can be made with any more.
_RETIRED = frozenset(
    {
        "dotnetcore1.0",
        "dotnetcore2.0",
        "dotnetcore2.1",
        "dotnetcore3.1",
        "go1.x",
        "java8",
        "nodejs",
        "nodejs10.x",
        "nodejs12.x",
        "nodejs14.x",
        "nodejs4.3",
        "nodejs4.3-edge",
        "nodejs6.10",
        "nodejs8.10",
        "provided",
        "python2.7",
        "python3.6",
        "python3.7",
        "ruby2.5",
        "ruby2.7",
    }
)
# What SnapStart begins with: Java 11, Python 3.12, .NET 8.
_SNAPSHOTS_FROM = {"java": 11, "python": 12, "dotnet": 8}
_FAMILY = re.compile(r"[a-z]+")
_MINOR = re.compile(r"(?<=java)\d+|(?<=python3\.)\d+|(?<=dotnet)\d+")
# The highest Python and Node that Lambda has.
PYTHON_MINOR_MAX = 15

# The runtime of the Python that millrace itself runs on: it needs no other to be there.
OWN = f"python3.{min(sys.version_info.minor, PYTHON_MINOR_MAX)}"


def check(runtime: str) -> None:
    """Raises InvalidParameterValueException for what AWS does not know, and for what it has retired."""
    if runtime in TAKEN:
        return
    if runtime in _RETIRED:
        raise invalid(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda "
            f"functions. We recommend you use a supported runtime while creating or updating functions."
        )
    raise invalid(
        f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
        f"[{', '.join(LISTED)}] or be a valid ARN"
    )


def known(runtime: str) -> bool:
    """Whether AWS knows it, retired or not."""
    return runtime in TAKEN or runtime in _RETIRED


def has_snapshots(runtime: str) -> bool:
    """Whether SnapStart knows it: https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html#snapstart-runtimes"""
    family, version = _FAMILY.match(runtime), _MINOR.search(runtime)
    least = _SNAPSHOTS_FROM.get(family[0]) if family else None
    return least is not None and version is not None and int(version[0]) >= least


def version_arn(scope: Scope, runtime: str) -> str:
    """The ARN AWS shows for the build of a runtime; here the same for as long as the runtime is."""
    digest = hashlib.sha256(runtime.encode()).hexdigest()
    return f"arn:{scope.partition}:lambda:{scope.region}::runtime:{digest}"
