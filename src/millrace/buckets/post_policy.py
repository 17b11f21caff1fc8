"""What a form that uploads an object may hold, as its signed policy says. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import orjson

from millrace.core.errors import AwsError

# What need not be spoken of: it is the signature's own, or the file itself.
_FREE = frozenset({"awsaccesskeyid", "file", "policy", "signature", "x-amz-signature", "submit"})


def check(text: str, fields: Mapping[str, str], size: int, now: float) -> None:
    """Return if a policy in base64 allows these fields, by small names, and a file of this size.

    Raises InvalidPolicyDocument, AccessDenied, EntityTooLarge, EntityTooSmall.
    """
    policy = _parsed(text)
    if _expiration(policy) <= now:
        raise _denied("Policy expired.")
    named: set[str] = set()
    for condition in policy["conditions"]:
        kind, name, *values = _condition(condition)
        if kind == "content-length-range":
            _check_size([name, *values], size)
            continue
        wanted = values[0]
        field = name.removeprefix("$").lower()
        named.add(field)
        given = fields.get(field)
        fits = given is not None and (given == wanted if kind == "eq" else given.startswith(wanted))
        if not (fits and name.startswith("$")):
            raise _failed(kind, name, wanted)
    extra = [name for name in fields if name not in named | _FREE and not name.startswith("x-ignore-")]
    if extra:
        raise _denied(f"Extra input fields: {', '.join(extra)}")


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        policy: Any = orjson.loads(base64.b64decode(text))
    except ValueError:
        raise _invalid("Invalid JSON.") from None
    if not isinstance(policy, dict):
        raise _invalid("Invalid JSON.")
    found = cast("Mapping[str, Any]", policy)
    if "expiration" not in found:
        raise _invalid("Policy missing expiration.")
    if not isinstance(found.get("conditions"), list):
        raise _invalid("Policy missing conditions.")
    return found


def _expiration(policy: Mapping[str, Any]) -> float:
    told = str(policy["expiration"])
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise _invalid(f"Invalid 'expiration' value: '{told}'") from None
    return moment.timestamp() if moment.tzinfo is not None else 0.0


def _condition(condition: Any) -> list[str]:
    """As a list of its kind, its field with a dollar sign, and its value; a range of sizes has two values."""
    if isinstance(condition, dict):
        pairs = list(cast("Mapping[str, Any]", condition).items())
        if len(pairs) != 1:
            raise _invalid(
                "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."
            )
        return ["eq", f"${pairs[0][0]}", str(pairs[0][1])]
    told = [str(each) for each in cast("list[Any]", condition)] if isinstance(condition, list) else []
    if len(told) != 3 or told[0].lower() not in ("eq", "starts-with", "content-length-range"):
        raise _invalid("Invalid Condition.")
    return [told[0].lower(), *told[1:]]


def _check_size(span: list[str], size: int) -> None:
    try:
        low, high = map(int, span)
    except ValueError:
        raise _failed("content-length-range", *span) from None
    if size > high:
        members = {"ProposedSize": size, "MaxSizeAllowed": high}
        sentence = "Your proposed upload exceeds the maximum allowed size"
        raise AwsError("EntityTooLarge", sentence, status=400, members=members)
    if size < low:
        members = {"ProposedSize": size, "MinSizeAllowed": low}
        sentence = "Your proposed upload is smaller than the minimum allowed size"
        raise AwsError("EntityTooSmall", sentence, status=400, members=members)


def _failed(*condition: str) -> AwsError:
    told = ", ".join(f'"{each}"' for each in condition)
    return _denied(f"Policy Condition failed: [{told}]")


def _denied(sentence: str) -> AwsError:
    return AwsError("AccessDenied", f"Invalid according to Policy: {sentence}", status=403)


def _invalid(sentence: str) -> AwsError:
    return AwsError("InvalidPolicyDocument", f"Invalid Policy: {sentence}", status=400)
