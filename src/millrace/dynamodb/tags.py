"""Tags as AWS lets them be.

Sentences and rules were probed on AWS in October 2026: ack-api-quirks DDB-TABLE-105, -106, -110, -442, -457.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.errors import AwsError, access_denied, invalid, validation_error
from millrace.dynamodb import catalog
from millrace.dynamodb.catalog import Table
from millrace.storage.interface import Reader

# Letters, digits and white space of all scripts, and a few signs.
_characters = re.compile(r"[\w\s+\-=.:/@]*")


def of(forms: Sequence[Mapping[str, Any]] | None) -> dict[str, str]:
    """Tags by key, from CreateTable's or TagResource's form. Raises ValidationException."""
    tags: dict[str, str] = {}
    for form in forms or ():
        key, value = form.get("Key"), form.get("Value")
        check_key(key)
        if value is None or len(value) > limits.tag_value_characters_max or not _characters.fullmatch(value):
            raise validation_error(f"The Tag Value provided is invalid, Value: {_told(value)}")
        if key in tags:
            raise validation_error(f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
        tags[str(key)] = value
    check_count(tags)
    return tags


def check_key(key: str | None) -> None:
    if not key or len(key) > limits.tag_key_characters_max or not _characters.fullmatch(key):
        raise validation_error(f"The Tag Key provided is invalid, Key: {_told(key)}")
    if key.lower().startswith("aws:"):
        raise validation_error(f"Tag Key cannot be prefixed with aws:, Key: {key}")


def check_count(tags: Iterable[str]) -> None:
    if len(list(tags)) > limits.table_tags_max:
        raise validation_error("Number of Tags exceed the current limit for the provided ResourceArn")


def table(reader: Reader, scope: Scope, arn: str) -> Table:
    """The table that an operation on tags names. Raises ValidationException and ResourceNotFoundException."""
    if not arn.startswith("arn:"):
        raise invalid(f"ARNs must start with 'arn:': {arn}")
    parts = arn.split(":", 5)
    resource = parts[5] if len(parts) > 5 else ""
    if parts[2:3] != ["dynamodb"] or not resource.startswith("table/") or "/backup/" in resource:
        raise invalid(f"Provided Arn is not a DynamoDB resource arn: {arn}")
    if "/index/" in resource:
        raise invalid(
            f"Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {arn}"
        )
    if parts[3] != scope.region:
        raise validation_error(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    if parts[4] != scope.account:
        raise access_denied("Access is denied")
    try:
        return catalog.find(reader, scope, arn)
    except AwsError as error:
        raise AwsError(
            "ResourceNotFoundException", f"Requested resource not found: ResourceArn: {arn} not found"
        ) from error


def _told(text: str | None) -> str:
    return "null" if text is None else text
