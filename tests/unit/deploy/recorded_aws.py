"""AWS as one test has it: answers that are given beforehand, and what was asked."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from millrace.core.arn import Scope
from millrace.deploy.aws import Aws

SCOPE = Scope("000000000000", "eu-central-1")


class Client:
    """A client of one service. What has no answer gets an empty one; a text is the code of an error."""

    def __init__(self, answers: Mapping[str, Any], asked: list[tuple[str, Any]]) -> None:
        self._answers = answers
        self._asked = asked
        self.meta = self
        self.endpoint_url = "http://here"

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self._asked.append((operation, arguments))
            answer = self._answers.get(operation, {})
            if isinstance(answer, str):
                raise ClientError({"Error": {"Code": answer, "Message": ""}}, operation)
            return answer

        return call

    def get_paginator(self, operation: str) -> Any:
        client = self

        class Pages:
            def paginate(self, **arguments: Any) -> list[Any]:
                return [getattr(client, operation)(**arguments)]

        return Pages()


class Recorded:
    """Clients that answer from `answers`, by operation, and `asked`: each call that changes something."""

    def __init__(self, **answers: Any) -> None:
        self._calls: list[tuple[str, Any]] = []
        client: Any = Client(answers, self._calls)
        self.aws = Aws(client, client, client, client, client, client, client, SCOPE)

    @property
    def asked(self) -> list[tuple[str, Any]]:
        return [call for call in self._calls if not call[0].startswith(("get_", "list_", "head_"))]
