"""The environment variables of a function: which it may set, and which it is given.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import orjson

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.functions.catalog import Function
from millrace.functions.names import invalid

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
    """Raises InvalidParameterValueException for reserved names, and for more than 4 KB."""
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
    measured = orjson.dumps(dict(variables))
    if len(measured) > limits.function_environment_bytes_max:
        raise invalid(f"{front}exceeded the 4KB limit. String measured: {measured.decode()}")


def session_name(function_name: str) -> str:
    """The name of the role's session: the function's, made long enough for STS as AWS does it."""
    return function_name if len(function_name) > 1 else f"{function_name}@lambda_function"


def given(function: Function, scope: Scope, *, log_stream: str, code: Path, runtime: Path) -> dict[str, str]:
    """What every process of the function is told, apart from credentials and addresses."""
    variables = {
        "_HANDLER": function.handler,
        "AWS_DEFAULT_REGION": scope.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_REGION": scope.region,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LAMBDA_RUNTIME_DIR": str(runtime),
        "LAMBDA_TASK_ROOT": str(code),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PWD": str(code),
        "PYTHONPATH": str(runtime),
        "TZ": ":UTC",
        "_LAMBDA_TELEMETRY_LOG_FD": "1",
    }
    if function.log_format == "JSON":
        variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        variables["AWS_LAMBDA_LOG_LEVEL"] = function.application_log_level or "INFO"
    if "LD_LIBRARY_PATH" in os.environ:  # the interpreter may have been built to need it
        variables["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return variables
