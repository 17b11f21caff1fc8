"""Receipt handles: opaque texts that name a queue, a message and one receive of it. Pure."""

import base64
import binascii
from dataclasses import dataclass

from millrace.core.errors import AwsError


@dataclass(frozen=True, slots=True)
class Receipt:
    """`nonce` is what the receive was given; the queue is named by its id."""

    queue: str
    number: int
    nonce: str

    def handle(self) -> str:
        return base64.b64encode(f"{self.queue} {self.number} {self.nonce}".encode()).decode()


def read(handle: str) -> Receipt:
    """Raises ReceiptHandleIsInvalid for what no queue gave."""
    try:
        queue, number, nonce = base64.b64decode(handle, validate=True).decode().split(" ")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise _invalid(handle)
        return Receipt(queue, int(number), nonce)
    except (binascii.Error, ValueError):
        raise _invalid(handle) from None


def _invalid(handle: str) -> AwsError:
    return AwsError(
        "ReceiptHandleIsInvalid", f'The input receipt handle "{handle}" is not a valid receipt handle.'
    )
