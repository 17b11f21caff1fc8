"""Filter patterns of fields between blanks, as AWS's manual describes them."""

import pytest

from millrace.core.errors import AwsError
from millrace.logs.filter import compile_filter

LINE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html?x=1 HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("[ip, id, user, time, request, status, bytes]", True),
        ("[ip, id, user, time, request, status]", False),
        ("[ip, id, user, time, request, status, bytes, more]", False),
        ("[..., status, bytes]", True),
        ("[ip, ...]", True),
        ("[ip, ..., bytes]", True),
        ("[..., status = 404, bytes]", True),
        ("[..., status = 4*, bytes]", True),
        ("[..., status = 5*, bytes]", False),
        ("[..., status != 4*, bytes]", False),
        ("[..., status = 404 || status = 410, bytes]", True),
        ("[..., status = 4* && status != 404, bytes]", False),
        ("[..., status, bytes > 1000]", True),
        ("[..., status, bytes >= 1534]", True),
        ("[..., status, bytes < 1534]", False),
        ("[ip, id > 1, ...]", False),
        ("[ip, id, user = frank, ...]", True),
        ('[ip, id, user = "frank", ...]', True),
        ("[ip, id, user, time, request = *index.html*, ...]", True),
        ('[ip, id, user, time, request = "GET *", ...]', True),
        ("[ip, id, user, time = 10/Oct/*, ...]", True),
        (r"[ip = %127\.0\.0\.[0-9]+%, ...]", True),
        (r"[ip = %^10\.%, ...]", False),
        ("[ip, id, user, time, request, status, bytes, ...]", True),
        ("[w1, (w2 = - || w2 = x) && w2 != y, ...]", True),
    ],
)
def test_a_pattern_of_fields_matches_what_it_describes(pattern: str, matches: bool):
    assert compile_filter(pattern)(LINE) is matches


@pytest.mark.parametrize(
    "pattern",
    ["[", "[a, b", "[..., ...]", "[a = ]", "[a, = 4]", "[a = 1 && b = 2]", "[a ~ 3]", "[a = 1 b]", "[a > x]"],
)
def test_what_is_no_pattern_of_fields_is_refused(pattern: str):
    with pytest.raises(AwsError) as refused:
        compile_filter(pattern)
    assert refused.value.code == "InvalidParameterException"
