"""How a call of boto3's is refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError


def refusal(call: Any, **arguments: Any) -> tuple[int, str, str]:
    """The status, the error's code and its message."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    response: Any = refused.value.response
    return (
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"]["Code"],
        response["Error"]["Message"],
    )
