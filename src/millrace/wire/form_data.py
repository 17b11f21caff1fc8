"""Forms as browsers send them with a file: https://www.rfc-editor.org/rfc/rfc7578."""

from dataclasses import dataclass, field
from email.message import Message

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.http.message import Request


@dataclass(slots=True)
class Form:
    """The fields before the file, by their names in small letters, and the file. What follows it is not read."""

    fields: dict[str, str] = field(default_factory=dict[str, str])
    file: bytes | None = None
    file_name: str | None = None


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


def parse(request: Request) -> Form:
    """Raises MalformedPOSTRequest, and MaxPostPreDataLengthExceeded for too many fields."""
    boundary = _parameter(request.headers["content-type"], "boundary")
    if not boundary:
        raise _malformed()
    form = Form()
    mark = b"\r\n--" + boundary.encode("latin-1")
    body = b"\r\n" + request.body
    at, size = body.find(mark), 0
    while at >= 0 and form.file is None:
        start = at + len(mark)
        end = body.find(mark, start)
        if end < 0:  # the last one ends the form
            break
        head, blank, value = body[start:end].partition(b"\r\n\r\n")
        if not blank:
            raise _malformed()
        _add(form, head.decode("utf-8", "replace"), value)
        size += 0 if form.file is not None else end - start
        if size > limits.object_form_bytes_max:
            raise _too_long()
        at = end
    return form


def _add(form: Form, head: str, value: bytes) -> None:
    headers = dict(_line(line) for line in head.split("\r\n") if ":" in line)
    said = headers.get("content-disposition", "")
    name = (_parameter(said, "name") or "").lower()
    if name == "file":
        form.file, form.file_name = value, _last_of(_parameter(said, "filename"))
    elif name:
        form.fields[name] = value.decode("utf-8", "replace")


def _last_of(path: str | None) -> str | None:
    """A file's name, where a browser tells its whole path."""
    return None if path is None else path.replace("\\", "/").rpartition("/")[2]


def _line(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _parameter(value: str, name: str) -> str | None:
    """Of a header such as `form-data; name="key"`."""
    message = Message()
    message["content-type"] = f"a/b;{value.partition(';')[2]}"
    found = message.get_param(name)
    return found[2] if isinstance(found, tuple) else found


def _malformed() -> AwsError:
    sentence = "The body of your POST request is not well-formed multipart/form-data."
    return AwsError("MalformedPOSTRequest", sentence, status=400)


def _too_long() -> AwsError:
    sentence = "Your POST request fields preceding the upload file were too large."
    members = {"MaxPostPreDataLengthBytes": limits.object_form_bytes_max}
    return AwsError("MaxPostPreDataLengthExceeded", sentence, status=400, members=members)
