"""How fast the generator itself can go: against a server that answers every request with the same bytes.

A row that comes near this number measured the generator, not the server.
"""

import multiprocessing
import selectors
import socket
from datetime import UTC, datetime

from benchmarks.items import put_requests
from benchmarks.signature import Signer
from benchmarks.work import Outcome, Work, run

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
    b"x-amzn-RequestId: 00000000000000000000000000000000\r\nContent-Length: 2\r\n\r\n{}"
)


def serve(listener: socket.socket) -> None:
    """Answer whatever arrives; each read is taken for one whole request, as the generator sends them."""
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                connection, _address = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, selectors.EVENT_READ)
            elif key.fileobj.recv(65_536):
                key.fileobj.sendall(ANSWER)
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()


def measure(connections: int, seconds: float) -> Outcome:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
        server.start()
        requests = put_requests(Signer(f"127.0.0.1:{port}", datetime.now(UTC)))
        try:
            return run(Work(port, requests, connections, warm_up_seconds=0.5, seconds=seconds))
        finally:
            server.kill()
            server.join()
