"""Why a payload is no JSON: the first two were recorded on AWS by LocalStack's tests."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.functions.json_fault import Fault, fault

EXPECTED = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


def told(payload: bytes) -> Fault:
    with pytest.raises(orjson.JSONDecodeError) as error:
        orjson.loads(payload)
    return fault(payload, error.value)


@pytest.mark.parametrize(
    ("payload", "sentence", "line", "column"),
    [
        (b"n\x87r\x9e\xe9\xb5\xd7I\xee\x9bmt", "Invalid UTF-8 start byte 0x87", 1, 3),
        (
            b"\x99\xeb,j\x07\xa1zYh",
            f"Unexpected character ((CTRL-CHAR, code 153)): expected a valid value {EXPECTED}",
            1,
            1,
        ),
        (b"hello", f"Unrecognized token 'hello': was expecting {EXPECTED}", 1, 6),
        (b"\n tru, 1", f"Unrecognized token 'tru': was expecting {EXPECTED}", 2, 6),
        ("größe".encode(), f"Unrecognized token 'größe': was expecting {EXPECTED}", 1, 8),
        (b"'a'", f"Unexpected character (''' (code 39)): expected a valid value {EXPECTED}", 1, 1),
        (
            b"{ 'a': 1}",
            "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
            1,
            3,
        ),
        (
            b"{\n a: 1}",
            "Unexpected character ('a' (code 97)): was expecting double-quote to start field name",
            2,
            2,
        ),
    ],
)
def test_a_fault_is_told_in_the_words_of_awss_library(payload: bytes, sentence: str, line: int, column: int):
    assert told(payload) == Fault(sentence, line, column)


def test_a_long_word_is_cut_off():
    assert f"'{'x' * 256}...'" in told(b"x" * 1000).sentence


@given(st.binary(max_size=20))
def test_whatever_is_wrong_something_is_told(payload: bytes):
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError:
        assert told(payload).sentence
