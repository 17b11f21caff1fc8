"""Messages of queues, inside a transaction of whoever sends: what causes a message commits with it."""

from collections.abc import Mapping
from typing import NoReturn

from millrace.core.errors import AwsError
from millrace.storage.interface import Writer


def send(
    writer: Writer,  # noqa: ARG001
    queue_arn: str,  # noqa: ARG001
    body: str,  # noqa: ARG001
    now: float,  # noqa: ARG001
    *,
    attributes: Mapping[str, tuple[str, str]] | None = None,  # noqa: ARG001
) -> str:
    """Put a message at the end of a queue; answers its MessageId. Raises QueueDoesNotExist."""
    return _missing()


def _missing() -> NoReturn:
    raise AwsError("QueueDoesNotExist", "The specified queue does not exist.", status=400)
