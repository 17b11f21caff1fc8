"""The environment variables of a function: which it may set, and which it is given.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

import os
from collections.abc import Mapping
from typing import Protocol

import orjson

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.functions.catalog import Function
from millrace.functions.names import invalid
from millrace.functions.program import Place, Program

_PATH = "/usr/local/bin:/usr/bin:/bin"
# AWS's functions find a daemon for traces at an address of their own. Here nobody listens, and nothing leaves the machine.
_XRAY_HOST, _XRAY_PORT = "127.0.0.1", "2000"

_RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)


class Credentials(Protocol):
    """Temporary credentials of a role. `expiration` is epoch seconds."""

    @property
    def access_key(self) -> str: ...
    @property
    def secret(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def expiration(self) -> float: ...


def check(variables: Mapping[str, str]) -> None:
    """Raises InvalidParameterValueException for reserved names, for what is no text, and for more than 4 KB."""
    front = (
        "Lambda was unable to configure your environment variables because the environment variables "
        "you have provided "
    )
    reserved = [name for name in variables if name in _RESERVED]
    if reserved:
        raise invalid(
            f"{front}contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    if any("\0" in value for value in variables.values()):  # no process can be given them
        raise invalid(f"{front}contains values with null characters.")
    measured = orjson.dumps(dict(variables))
    if len(measured) > limits.function_environment_bytes_max:
        raise invalid(f"{front}exceeded the 4KB limit. String measured: {measured.decode()}")


def session_name(function_name: str) -> str:
    """The name of the role's session: the function's, made long enough for STS as AWS does it."""
    return function_name if len(function_name) > 1 else f"{function_name}@lambda_function"


def given(
    function: Function, scope: Scope, program: Program, place: Place, *, log_stream: str
) -> dict[str, str]:
    """What every process of the function is told, apart from credentials and addresses."""
    variables = {
        "_AWS_XRAY_DAEMON_ADDRESS": _XRAY_HOST,
        "_AWS_XRAY_DAEMON_PORT": _XRAY_PORT,
        "_HANDLER": function.handler,
        "_LAMBDA_TELEMETRY_LOG_FD": "1",
        "AWS_DEFAULT_REGION": scope.region,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_REGION": scope.region,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": f"{_XRAY_HOST}:{_XRAY_PORT}",
        "LAMBDA_RUNTIME_DIR": str(program.runtime_directory),
        "LAMBDA_TASK_ROOT": str(place.code),
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": ":".join([f"{place.code}", f"{place.code}/lib", *place.layered("lib")]),
        "TZ": ":UTC",
    }
    if "LD_LIBRARY_PATH" in os.environ:  # the interpreter may have been built to need it
        variables["LD_LIBRARY_PATH"] = f"{os.environ['LD_LIBRARY_PATH']}:{variables['LD_LIBRARY_PATH']}"
    if function.log_format == "JSON":
        variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        variables["AWS_LAMBDA_LOG_LEVEL"] = function.application_log_level or "INFO"
    own = program.variables(place)
    folders = [own.get("PATH"), _PATH, *place.layered("bin")]
    return variables | own | {"PATH": ":".join(folder for folder in folders if folder)}
