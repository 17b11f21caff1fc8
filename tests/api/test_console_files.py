"""The console's files, as they come from a server whose package has a built console in it."""

import gzip
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.millrace_process import Millrace
from tests.api.raw_http import Answer, Caller, sign

PAGE = b"<!doctype html><script type=module src=./_millrace/console/assets/main-1a2b3c4d.js></script>"
SCRIPT = b"console.log('millrace');" * 100
FILES = {
    "index.html": (PAGE, "text/html; charset=utf-8"),
    "favicon.svg": (b"<svg/>", "image/svg+xml"),
    "assets/main-1a2b3c4d.js": (SCRIPT, "text/javascript; charset=utf-8"),
    "assets/main-1a2b3c4d.js.map": (b"{}", "application/json"),
    "assets/main-5e6f7a8b.css": (b"a{}", "text/css; charset=utf-8"),
    "assets/data-00000000.json": (b"[]", "application/json"),
    "assets/text-00000000.woff2": (b"wOF2", "font/woff2"),
    "assets/licenses-00000000.txt": (b"free", "text/plain; charset=utf-8"),
}
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture(scope="module", params=[(), ("--auth",)], ids=["open", "auth"])
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Millrace]:
    """A server of a package of its own, with a console as npm leaves it."""
    directory = tmp_path_factory.mktemp("console")
    package = directory / "package/millrace"
    source = Path(__file__).resolve().parents[2] / "src/millrace"
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("console"))
    for name, (data, _) in FILES.items():
        file = package / "console" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        if name != "favicon.svg":
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(data))
    server = Millrace(
        directory / "data", *request.param, environment={"PYTHONPATH": str(directory / "package")}
    )
    try:
        yield server.start()
        assert server.stop() == 0
    finally:
        server.close()


def get(server: Millrace, target: str, *, method: str = "GET", **headers: str) -> Answer:
    given = {"host": f"127.0.0.1:{server.port}"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    with Caller(server.port) as caller:
        return caller.send(method, target, b"", given)


def test_a_browser_gets_the_page_and_what_keeps_it_safe(shown: Millrace):
    answer = get(shown, "/", accept=BROWSER)

    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert (answer.headers["x-content-type-options"], answer.headers["referrer-policy"]) == (
        "nosniff",
        "no-referrer",
    )


def test_the_page_is_not_sent_again_to_who_has_it(shown: Millrace):
    etag = get(shown, "/", accept=BROWSER).headers["etag"]

    assert (get(shown, "/", accept=BROWSER, if_none_match=etag).status) == 304
    assert get(shown, "/", accept=BROWSER, if_none_match=f'"x", W/{etag}').status == 304
    assert get(shown, "/", accept=BROWSER, if_none_match='"other"').status == 200


@pytest.mark.parametrize("accept", [{}, {"accept": "*/*"}, {"accept": "application/json"}])
def test_who_is_no_browser_gets_a_line_of_text(shown: Millrace, accept: dict[str, str]):
    answer = get(shown, "/", **accept)

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body.endswith(b"Browsers find a console here.\n")


def test_a_signed_request_for_the_root_is_an_operation_and_no_visit(shown: Millrace):
    headers = sign("GET", "/", b"", {"host": f"127.0.0.1:{shown.port}"}, service="lambda")

    assert get(shown, "/", accept=BROWSER, **headers).status == 404


@pytest.mark.parametrize("name", [name for name in FILES if name != "index.html"])
def test_every_file_comes_with_its_type_and_without_a_signature(shown: Millrace, name: str):
    data, kind = FILES[name]
    answer = get(shown, f"/_millrace/console/{name}")

    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, data, kind)
    hashed = name.startswith("assets/")
    assert answer.headers["cache-control"] == (
        "public, max-age=31536000, immutable" if hashed else "no-cache"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "deflate , GZIP ; q=1"])
def test_a_file_comes_packed_to_who_takes_that(shown: Millrace, accepted: str):
    answer = get(shown, "/_millrace/console/assets/main-1a2b3c4d.js", accept_encoding=accepted)

    assert gzip.decompress(answer.body) == SCRIPT
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "accept-encoding")


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br, gzip; q=0.0, x", "xgzip"])
def test_a_file_comes_plain_to_who_does_not_take_it_packed(shown: Millrace, accepted: str):
    answer = get(shown, "/_millrace/console/assets/main-1a2b3c4d.js", accept_encoding=accepted)

    assert (answer.body, answer.headers.get("content-encoding")) == (SCRIPT, None)


def test_a_file_without_a_packed_form_comes_plain_to_everyone(shown: Millrace):
    assert get(shown, "/_millrace/console/favicon.svg", accept_encoding="gzip").body == b"<svg/>"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "index.html",
        "assets/",
        "assets/nothing.js",
        "assets/main-1a2b3c4d.js.gz",
        "../app.py",
        "../../config.py",
        "%2e%2e/app.py",
        "..%2fapp.py",
        "%2e%2e%2fapp.py",
        "assets/%2e%2e/%2e%2e/app.py",
        "assets/..%5c..%5capp.py",
        "%252e%252e/app.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "assets//main-1a2b3c4d.js",
        "./assets/main-1a2b3c4d.js",
        "assets/main-1a2b3c4d.js%00.txt",
        "%ff",
        "%",
    ],
)
def test_nothing_but_the_consoles_files_can_be_had(shown: Millrace, path: str):
    answer = get(shown, f"/_millrace/console/{path}")

    assert (answer.status, answer.headers["content-type"]) == (404, "application/json")


def test_a_head_request_gets_no_body(shown: Millrace):
    url = "/_millrace/console/assets/main-1a2b3c4d.js"
    with Caller(shown.port) as caller:
        host = {"host": f"127.0.0.1:{shown.port}"}
        line = caller.send("GET", url, b"", host)
        # The answers to HEAD name a length and have no body: the next answer follows at once.
        caller._line.send(
            f"HEAD {url} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
            f"HEAD {url}x HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
            "HEAD / HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/html\r\nconnection: close\r\n\r\n".encode()
        )
        data = b""
        while piece := caller._line.socket.recv(1 << 16):
            data += piece
    found, absent, page, rest = data.split(b"\r\n\r\n")

    assert found.startswith(b"HTTP/1.1 200")
    assert b"content-length: %d" % len(line.body) in found
    assert absent.startswith(b"HTTP/1.1 404")
    assert page.startswith(b"HTTP/1.1 200")
    assert b"text/html" in page
    assert rest == b""


def test_without_a_console_everyone_is_told_how_to_build_one(server: Millrace):
    if (Path(__file__).resolve().parents[2] / "src/millrace/console/index.html").exists():
        pytest.skip("this checkout has a console")

    answer = get(server, "/", accept=BROWSER)

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body.splitlines()[0].endswith(b"is running. Point AWS clients at this address.")
    assert b"make console" in answer.body
    assert get(server, "/_millrace/console/assets/main-1a2b3c4d.js").status == 404


def test_health_is_told_to_everyone(shown: Millrace):
    answer = get(shown, "/_millrace/health")

    assert answer.status == 200
    assert answer.data["auth"] is ("--auth" in shown.options)
    assert answer.data["runtime"] == f"python3.{sys.version_info.minor}"
    assert get(shown, "/_millrace/status").status == (400 if "--auth" in shown.options else 200)
