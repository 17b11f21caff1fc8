"""The errors that reach a client, and the two that reach an operator.

A service raises `AwsError` with AWS's own code and sentence. The HTTP status and the form on the wire
follow from AWS's service model (see `wire`); `status` is given only for codes that no model declares.
"""

from collections.abc import Mapping


class AwsError(Exception):
    """An answer of AWS's that is not a success.

    `code` is AWS's name for it, `message` its sentence, `members` what the modelled error shape carries
    besides (for instance `Item` of ConditionalCheckFailedException). `status` overrides the model's.
    """

    def __init__(
        self,
        code: str,
        message: str | None,
        *,
        status: int | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members: Mapping[str, object] = members or {}


def validation_error(message: str) -> AwsError:
    """DynamoDB's answer to parameters that only meaning can judge."""
    return AwsError("ValidationException", message, status=400)


def invalid(sentence: str) -> AwsError:
    """The same, in the words that most of DynamoDB's answers to single parameters begin with."""
    return validation_error(f"One or more parameter values were invalid: {sentence}")


def access_denied(message: str) -> AwsError:
    """AWS's answer when no statement allows the call."""
    return AwsError("AccessDeniedException", message)


class StorageError(Exception):
    """The database did not take or give the data: nothing of the transaction happened."""


class StorageFullError(StorageError):
    """There is no room for another commit. Writes stop; what was answered stays."""


class SettingsError(Exception):
    """A setting is unknown or has a value that cannot be: the message says which and what to do."""
