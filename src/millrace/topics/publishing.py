"""Publishing to topics, inside a transaction of whoever publishes: what causes a notification commits with it."""

from typing import NoReturn

from millrace.core.errors import AwsError
from millrace.storage.interface import Writer


def publish(writer: Writer, topic_arn: str, message: str, now: float) -> str:  # noqa: ARG001
    """Give a message to all subscriptions of a topic; answers its MessageId. Raises NotFound."""
    return _missing()


def _missing() -> NoReturn:
    raise AwsError("NotFound", "Topic does not exist", status=404)
