"""X-Ray's trace header, and what Lambda notes in it: how often each function has run in one chain of requests.

The SDK in a function sends its own header along with every request it makes, so whoever is invoked by a
function is told the chain (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html). `Lineage`
names each function by eight digits, with how often it has run *again*: `Lineage=a87bd80c:1|68fd508a:5`.
"""

import hashlib
import re
from urllib.parse import unquote

from millrace.core import ids, limits

_ROOT = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_AGAIN = re.compile(r"([0-9a-f]{8}):([0-9]{1,5})")


def begin(now: float) -> str:
    """The header of a new trace that is not sampled."""
    return _header(f"1-{int(now):08x}-{ids.hexadecimal(24)}", "0", "")


def follow(header: str | None, function_arn: str, now: float) -> tuple[str, int]:
    """The header for a function invoked under `header`, and how often the function has run before in that chain.

    Anyone may send such a header, so what is not in its form is left out.
    """
    told = _parts(header)
    root = told.get("Root", "")
    if not _ROOT.fullmatch(root):
        root = f"1-{int(now):08x}-{ids.hexadecimal(24)}"
    known = hashlib.sha256(function_arn.encode()).hexdigest()[:8]
    lineage = {match[1]: int(match[2]) for match in _AGAIN.finditer(told.get("Lineage", ""))}
    runs = lineage.pop(known, -1) + 1
    # The function that runs now stands last; who was not seen for longest goes first.
    kept = [*lineage.items(), (known, runs)][-limits.trace_functions_max :]
    text = "|".join(f"{name}:{count}" for name, count in kept)
    return _header(root, "1" if told.get("Sampled") == "1" else "0", text), runs


def _parts(header: str | None) -> dict[str, str]:
    """What a header says, by name. SDKs send its bars as `%7C`."""
    if not header or len(header) > limits.trace_header_bytes_max:
        return {}
    pairs = (part.strip().partition("=") for part in unquote(header).split(";"))
    return {name: value for name, _, value in pairs}


def _header(root: str, sampled: str, lineage: str) -> str:
    header = f"Root={root};Parent={ids.hexadecimal(16)};Sampled={sampled}"
    return f"{header};Lineage={lineage}" if lineage else header
