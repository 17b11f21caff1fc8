"""Being reached under a path, behind a proxy that others share: `/millrace/…` is answered as `/…` is.

A proxy may keep the prefix or strip it, so both are answered. What clients sign is the path that they see;
`wire.sigv4` is told of the prefix for that.
"""

from millrace.http.message import Handler, Request, Response


def under(base: str, handler: Handler) -> Handler:
    """`handler`, which also answers below `base` ("/millrace"; "" is none) without knowing of it."""
    if not base:
        return handler

    async def answer(request: Request) -> Response:
        path = request.path
        if path == base and _is_visit(request):
            # The page names its files relative to where it is: that must end with a slash.
            return Response(308, b"", {"location": f"{base.rpartition('/')[2]}/"})
        if path == base or path.startswith(f"{base}/"):
            request.path = path[len(base) :] or "/"
        return await handler(request)

    return answer


def _is_visit(request: Request) -> bool:
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")
