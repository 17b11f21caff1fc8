"""An HTTP endpoint that topics tell things to."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Endpoint:
    """An HTTP endpoint that keeps what it is sent, and answers with `status`."""

    def __init__(self, port: int = 0) -> None:
        self.status = 200
        self.got: list[tuple[dict[str, str], str]] = []
        self._news = threading.Condition()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                with endpoint._news:
                    endpoint.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                    endpoint._news.notify_all()
                self.send_response(endpoint.status)
                self.end_headers()

            def log_message(self, *words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=b"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count: int) -> list[tuple[dict[str, str], str]]:
        with self._news:
            assert self._news.wait_for(lambda: len(self.got) >= count, 20), self.got
        return self.got

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
