"""CORS of function URLs: what pages of which origins may do."""

from typing import Any

import pytest

from millrace.functions import cors

PAGE = "https://app.example"
FULL: dict[str, Any] = {
    "AllowOrigins": [PAGE],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["x-one", "x-two"],
    "ExposeHeaders": ["x-shown"],
    "AllowCredentials": True,
    "MaxAge": 60,
}


def asked(origin: str = PAGE, **more: str) -> dict[str, str]:
    return {"origin": origin, "access-control-request-method": "PUT", **more}


def test_only_an_options_request_with_an_origin_and_a_method_is_a_preflight():
    assert cors.is_preflight("OPTIONS", asked())
    assert not cors.is_preflight("GET", asked())
    assert not cors.is_preflight("OPTIONS", {"origin": PAGE})
    assert not cors.is_preflight("OPTIONS", {"access-control-request-method": "PUT"})


def test_a_preflight_says_everything_that_is_set():
    assert cors.preflight(FULL, asked()) == {
        "access-control-allow-origin": PAGE,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "x-one,x-two",
        "access-control-max-age": "60",
        "vary": "Origin",
    }


def test_a_preflight_of_another_origin_gets_nothing():
    assert cors.preflight(FULL, asked("https://evil.example")) == {"vary": "Origin"}


def test_stars_are_sent_as_stars():
    stars = {"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowHeaders": ["*"]}

    assert cors.preflight(stars, asked()) == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "*",
        "access-control-allow-headers": "*",
    }


def test_with_credentials_stars_become_what_was_asked_for():
    stars = {"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowHeaders": ["*"], "AllowCredentials": True}

    assert cors.preflight(stars, asked(**{"access-control-request-headers": "x-a,x-b"})) == {
        "access-control-allow-origin": PAGE,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "PUT",
        "access-control-allow-headers": "x-a,x-b",
        "vary": "Origin",
    }


def test_an_answer_may_be_read_by_allowed_origins_alone():
    own = {"content-type": "text/plain"}

    assert cors.apply(FULL, PAGE, own) == {
        **own,
        "access-control-allow-origin": PAGE,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "x-shown",
        "vary": "Origin",
    }
    assert cors.apply(FULL, "https://evil.example", own) == {**own, "vary": "Origin"}
    assert cors.apply(FULL, None, own) == {**own, "vary": "Origin"}


def test_settings_replace_what_the_function_says():
    own = {"access-control-allow-origin": "*", "access-control-allow-credentials": "true", "vary": "accept"}

    assert cors.apply({"AllowOrigins": [PAGE]}, "https://evil.example", own) == {"vary": "accept, Origin"}


@pytest.mark.parametrize("settings", [{}, {"AllowMethods": ["GET"]}, {"AllowOrigins": []}])
def test_without_origins_nobody_may_anything(settings: dict[str, Any]):
    assert cors.preflight(settings, asked()) == {}
