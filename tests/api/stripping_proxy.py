"""A proxy that shows a server under a path of its own, as nginx does, and streams what is streamed."""

import contextlib
import http.client
import http.server
import threading
from collections.abc import Iterator


class Proxy(http.server.BaseHTTPRequestHandler):
    """Takes the prefix away; the client's Host goes on."""

    target_port: int
    prefix: str

    def do_GET(self) -> None:
        if not self.path.startswith(f"{self.prefix}/"):
            self.send_error(404)
            return
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        onward = http.client.HTTPConnection("127.0.0.1", self.target_port)
        headers = {**self.headers, "X-Forwarded-Proto": "http"}
        # A browser that turns to something else leaves answers half read.
        with contextlib.closing(onward), contextlib.suppress(ConnectionError, http.client.HTTPException):
            onward.request(self.command, self.path.removeprefix(self.prefix), body, headers)
            self._pass_on(onward.getresponse())

    def _pass_on(self, answer: http.client.HTTPResponse) -> None:
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection"):
                self.send_header(name, value)
        self.end_headers()
        while data := answer.read1(65_536):
            self.wfile.write(data)
            self.wfile.flush()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 -- http.server's names

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def stripping(target_port: int, prefix: str) -> Iterator[str]:
    """The address under which the server at `target_port` is shown."""
    handler = type("Here", (Proxy,), {"target_port": target_port, "prefix": prefix})
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    # Live events end with the server, which may outlive the proxy.
    proxy.daemon_threads = True
    thread = threading.Thread(target=proxy.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}{prefix}"
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()
