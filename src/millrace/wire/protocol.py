"""What every protocol must do for a service, and what all of them do alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from typing import Protocol as Interface

from millrace.core.errors import AwsError
from millrace.http.message import Request, Response
from millrace.wire.constraints import Checker, Constraints, Refused, refusal
from millrace.wire.shapes import Shape

Decode = Callable[[Request], dict[str, Any]]
Encode = Callable[[Mapping[str, Any], str], Response]

# Where the model does not name the message's member, these errors of AWS's front end say `Message`.
_CAPITAL = frozenset({"AccessDeniedException", "SerializationException"})
_FAULTS = {
    "InternalFailure": 500,
    "InternalServerError": 500,
    "InternalServiceError": 500,
    "ServiceException": 500,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
}


class Protocol(Interface):
    """How one service speaks."""

    def compile(self, operation: Mapping[str, Any]) -> tuple[Decode, Encode]:
        """The functions that read a request of this operation and write its answer."""
        ...

    def encode_error(self, error: AwsError, request_id: str) -> Response:
        """The answer that tells a client of `error`."""
        ...


@dataclass(frozen=True, slots=True)
class ProtocolFacts:
    """A service's corrected model, and what `corrections.json` says besides."""

    model: Mapping[str, Any]
    said: Mapping[str, Any]

    @property
    def shapes(self) -> Mapping[str, Shape]:
        return self.model["shapes"]

    @property
    def metadata(self) -> Mapping[str, Any]:
        return self.model["metadata"]

    @property
    def opaque(self) -> frozenset[str]:
        """The shapes that stay in wire form."""
        return frozenset(self.said.get("opaque", ()))

    def constraints(self) -> Constraints:
        """The compiler of this service's constraints."""
        return Constraints(
            self.shapes, opaque=self.opaque, null_in_brackets=self.said.get("null_in_brackets", False)
        )

    def members(self, reference: Shape | None) -> Mapping[str, Shape]:
        """The members of an operation's input or output; none if it has none."""
        return {} if reference is None else self.shapes[reference["shape"]]["members"]


class Validator:
    """Turns what the model refuses into the service's own error."""

    def __init__(self, facts: ProtocolFacts) -> None:
        self._constraints = facts.constraints()
        self._code: str = facts.said.get("validation_code", "ValidationException")

    def compile(self, reference: Shape | None) -> Callable[[dict[str, Any]], None] | None:
        """A function that raises AwsError for parameters that the model refuses; None if it never would."""
        checker = None if reference is None else self._constraints.checker(reference)
        return None if checker is None else self._raising(checker)

    def _raising(self, checker: Checker) -> Callable[[dict[str, Any]], None]:
        code = self._code

        def check(params: dict[str, Any]) -> None:
            report: list[str] = []
            try:
                checker(params, "", report)
            except Refused as verdict:
                raise AwsError(code, str(verdict), status=400) from None
            if report:
                raise refusal(code, report)

        return check


@dataclass(frozen=True, slots=True)
class ErrorShape:
    """A modelled error: the shape, its name, and the code it goes by."""

    name: str
    code: str
    shape: Shape

    def status(self) -> int:
        """The HTTP status the model gives it."""
        stated = self.shape.get("error", {}).get("httpStatusCode")
        return stated or (500 if self.shape.get("fault") else 400)


class Errors:
    """The errors a service's model declares, by shape name and by code."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self._known: dict[str, ErrorShape] = {}
        for name, shape in shapes.items():
            if shape.get("exception"):
                found = ErrorShape(name, shape.get("error", {}).get("code", name), shape)
                self._known[name] = found
                self._known.setdefault(found.code, found)

    def find(self, error: AwsError) -> ErrorShape | None:
        return self._known.get(error.code)

    def status(self, error: AwsError, usual: Mapping[str, int]) -> int:
        """The HTTP status: what the error says, else the model, else what is `usual` for the code."""
        if error.status is not None:
            return error.status
        if (found := self.find(error)) is not None:
            return found.status()
        return usual.get(error.code) or _FAULTS.get(error.code, 400)


def error_members(error: AwsError, found: ErrorShape | None) -> dict[str, Any]:
    """An error's members with its message, under the key that the model or AWS's front end has for it."""
    members: dict[str, Any] = {key: value for key, value in error.members.items() if value is not None}
    if error.message is not None:
        declared = () if found is None else found.shape["members"]
        keys = [key for key in declared if key.lower() == "message"]
        members[keys[0] if keys else "Message" if error.code in _CAPITAL else "message"] = error.message
    return members
