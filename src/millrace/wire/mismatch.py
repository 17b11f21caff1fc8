"""What AWS says when a JSON value has the wrong type: SerializationException, in two dialects.

DynamoDB's sentences are those that dynalite's tests (https://github.com/architect/dynalite, test/helpers.js,
`assertType`) recorded from DynamoDB itself. The other JSON services say "can not be converted to an Integer".
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from millrace.core.errors import AwsError

_PACKAGE = "com.amazonaws.dynamodb.v20120810"
_CAST = (
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "
    "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base "
    "of loader 'bootstrap')"
)
_JAVA_CLASSES = {
    "string": "java.lang.String",
    "integer": "java.lang.Integer",
    "long": "java.lang.Long",
    "double": "java.lang.Double",
    "float": "java.lang.Float",
    "boolean": "java.lang.Boolean",
    "blob": "java.nio.ByteBuffer",
    "timestamp": "java.util.Date",
}


class Place(Enum):
    """Where a value stands: AWS's sentence depends on it."""

    FIELD = auto()
    ELEMENT = auto()


def too_large(most: int) -> AwsError:
    """The refusal of a body of more than `most` bytes. AWS's front ends give a bare 413."""
    message = f"Request must be smaller than {most} bytes"
    return AwsError("RequestEntityTooLargeException", message, status=413)


def error(message: str | None) -> AwsError:
    """A SerializationException; without a message where AWS gives none."""
    return AwsError("SerializationException", message, status=400)


class Sentences:
    """DynamoDB's dialect."""

    def scalar(self, wanted: str, value: Any) -> AwsError:
        """A string, number or boolean was wanted."""
        if isinstance(value, list):
            return error(f"Unrecognized collection type class java.lang.{wanted}")
        if isinstance(value, dict):
            return error("Start of structure or map found where not expected")
        if wanted == "Boolean" and isinstance(value, str):
            return error("Unexpected token received from parser")
        return error(self.conversion(_token(value), wanted))

    def conversion(self, token: str, wanted: str) -> str:
        return f"{token} cannot be converted to {wanted}"

    def blob(self, value: Any) -> AwsError:
        """A text in base64 was wanted."""
        if isinstance(value, list):
            return error("Unrecognized collection type class java.nio.ByteBuffer")
        if isinstance(value, dict):
            return error("Start of structure or map found where not expected")
        if not isinstance(value, str):
            return error("only base-64-encoded strings are convertible to bytes")
        if len(value) % 4:
            return error(
                f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(value)}",
            )
        return error("Invalid last non-pad Base64 character dectected")  # AWS's spelling

    def list(self, value: Any, place: Place) -> AwsError:
        """A list was wanted."""
        if isinstance(value, dict):
            return error("Start of structure or map found where not expected")
        return error(_CAST if place is Place.ELEMENT else "Unexpected field type")

    def map(self, holds: str, value: Any, place: Place) -> AwsError:
        """A map was wanted, with values of the Java class `holds`."""
        if isinstance(value, list):
            return error(f"Unrecognized collection type java.util.Map<java.lang.String, {holds}>")
        return error(_CAST if place is Place.ELEMENT else "Unexpected field type")

    def structure(self, name: str, value: Any, place: Place) -> AwsError:
        """The structure `name` was wanted."""
        if isinstance(value, list):
            return error(self.collection(name))
        return error(
            "Unexpected value type in payload" if place is Place.ELEMENT else "Unexpected field type"
        )

    def collection(self, name: str) -> str:
        return f"Unrecognized collection type class {_PACKAGE}.{name}"

    def java_class(self, name: str, shapes: Mapping[str, Mapping[str, Any]]) -> str:
        """What AWS's Java calls a shape."""
        shape = shapes[name]
        if shape["type"] == "list":
            return f"java.util.List<{self.java_class(shape['member']['shape'], shapes)}>"
        if shape["type"] == "map":
            return f"java.util.Map<java.lang.String, {self.java_class(shape['value']['shape'], shapes)}>"
        return _JAVA_CLASSES.get(shape["type"], f"{_PACKAGE}.{name}")


class PlainSentences(Sentences):
    """The dialect of the other services, as recorded of CloudWatch Logs' and Athena's front ends."""

    def conversion(self, token: str, wanted: str) -> str:
        if " " in wanted:
            return f"{token} can not be converted to {wanted}"
        article = "an" if wanted[0] in "AEIO" else "a"
        return f"{token} can not be converted to {article} {wanted}"

    def collection(self, name: str) -> str:  # noqa: ARG002 -- their packages' names are not recorded
        return "Unexpected field type"


def _token(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, int):
        return "NUMBER_VALUE"
    if isinstance(value, float):
        return "NUMBER_VALUE" if value.is_integer() else "DECIMAL_VALUE"
    return "STRING_VALUE"
