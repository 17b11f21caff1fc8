"""Other people's programs and libraries, unmodified, against one server a module."""

from tests.api.conftest import millrace, server

__all__ = ["millrace", "server"]
