"""The only random place: identifiers in the forms AWS gives them."""

import itertools
import random
import string
import uuid as uuids

_random = random.SystemRandom()
# Request ids are made per request and are no secret, so they may be fast.
_fast = random.Random(_random.getrandbits(128))
_UPPER = string.ascii_uppercase + "234567"
_LABEL = string.ascii_lowercase + string.digits
_SECRET = string.ascii_letters + string.digits + "+/"

_COUNT_MASK = (1 << 48) - 1


def uuid() -> str:
    """A version 4 UUID in lower-case hexadecimal, as in request ids and mapping ids."""
    bits = _fast.getrandbits(128) & ~(0xF000 << 64) & ~(0xC000 << 48) | (0x4000 << 64) | (0x8000 << 48)
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def derived(text: str) -> str:
    """The one UUID that belongs to a text."""
    return str(uuids.uuid5(uuids.NAMESPACE_URL, text))


# All but the last twelve digits of this process' request ids, and where those begin.
_REQUESTS = uuid()[:-12]
_COUNT = itertools.count(_fast.getrandbits(48))


def request_id() -> str:
    """A request's id, in the form of `uuid`: one that no other request of any server has, made fast."""
    return f"{_REQUESTS}{next(_COUNT) & _COUNT_MASK:012x}"


def hexadecimal(digits: int) -> str:
    """So many lower-case hexadecimal digits."""
    return f"{_fast.getrandbits(4 * digits):0{digits}x}"


def secret_hexadecimal(digits: int) -> str:
    """The same, and nobody can guess them."""
    return f"{_random.getrandbits(4 * digits):0{digits}x}"


def chance() -> float:
    """A number from 0 to below 1, each as likely as the other."""
    return _fast.random()


def unique_id(prefix: str) -> str:
    """An IAM unique id: `AROA…` of a role, `AIDA…` of a user, `ASIA…`/`AKIA…` of an access key.

    Access keys have 20 characters, all others 21, as in the examples of
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html.
    """
    length = 20 if prefix in ("AKIA", "ASIA") else 21
    return prefix + "".join(_random.choices(_UPPER, k=length - len(prefix)))


def url_id() -> str:
    """The id of a function URL: 32 lower-case letters and digits, so that it is a label of a host name."""
    return "".join(_random.choices(_LABEL, k=32))


def code_signing_id() -> str:
    """The id of a code signing configuration: `csc-` and 17 hexadecimal digits."""
    return "csc-" + hexadecimal(17)


def secret_key() -> str:
    """A secret access key: 40 characters."""
    return "".join(_random.choices(_SECRET, k=40))


def session_token() -> str:
    """A session token: opaque, unguessable."""
    return "IQoJ" + "".join(_random.choices(_SECRET, k=256))
