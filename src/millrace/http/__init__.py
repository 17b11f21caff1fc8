"""HTTP/1.1 over asyncio and httptools: the server's port and the Runtime API's ports speak through it."""
