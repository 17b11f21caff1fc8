"""The tokens of listings that go on behind a name."""

import base64


def write(name: str) -> str:
    """The token of the page that begins behind this name."""
    return base64.b64encode(name.encode()).decode()


def read(token: str | None) -> str:
    """The name to go on behind; "" for the beginning, if there is no token. Raises ValueError for what is none."""
    return base64.b64decode(token or "", validate=True).decode()
