"""What a function may say in the path form of its URL."""

import pytest

from millrace.http.message import Response
from millrace.server.path_form import confine

PLACE = "/_millrace/url/id"


@pytest.mark.parametrize(
    ("cookie", "path", "confined"),
    [
        ("a=1", "/", f"a=1; Path={PLACE}/"),
        ("a=1", "/app/page", f"a=1; Path={PLACE}/app"),
        ("a=1; Path=/; HttpOnly", "/app/page", f"a=1; HttpOnly; Path={PLACE}/"),
        ("a=1; PATH=/app; domain=localhost;", "/", f"a=1;; Path={PLACE}/app"),
        ("a=1; path=", "/", f"a=1; Path={PLACE}/"),
        ("a=1; Path=/; Path=/b", "/", f"a=1; Path={PLACE}/b"),
        ("a=1;Path", "/", f"a=1; Path={PLACE}/"),
    ],
)
def test_a_cookie_is_for_its_function_alone(cookie: str, path: str, confined: str):
    response = Response(200, cookies=(cookie,))

    confine(response, PLACE, path)

    assert response.cookies == [confined]


def test_a_cookie_among_the_headers_is_confined_like_the_others():
    response = Response(200, headers={"set-cookie": "a=1; Domain=localhost", "x": "y"}, cookies=("b=2",))

    confine(response, PLACE, "/")

    assert response.cookies == [f"b=2; Path={PLACE}/", f"a=1; Path={PLACE}/"]
    assert response.headers == {"x": "y", "content-security-policy": "sandbox"}


def test_headers_that_concern_the_whole_origin_are_taken_out():
    names = ("alt-svc", "clear-site-data", "nel", "report-to", "service-worker-allowed")
    response = Response(200, headers=dict.fromkeys(names, "x"))

    confine(response, PLACE, "/")

    assert response.headers == {"content-security-policy": "sandbox"}
