"""An outlet that a test owns: a real HTTP server in a thread, which answers each path as told."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from types import TracebackType

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Outlet(AbstractContextManager["Outlet"]):
    """``outlet.answers["/feed"] = document(...)``; ``outlet.requests`` holds what was asked, in order."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[web.Request] = []
        self.busiest: dict[str, int] = defaultdict(int)  # most requests of a path at one time
        self._open: dict[str, int] = defaultdict(int)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="outlet", daemon=True)

    def __enter__(self) -> "Outlet":
        self._thread.start()
        self.port: int = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def _start(self) -> int:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.requests.append(request)
        self._open[path] += 1
        self.busiest[path] = max(self.busiest[path], self._open[path])
        try:
            answer = self.answers.get(path)
            return await answer(request) if answer else web.Response(status=404)
        finally:
            self._open[path] -= 1


def document(body: bytes, status: int = 200, content_type: str = "application/rss+xml", **headers: str) -> Answer:
    """Always the same response. Underscores in names of headers are hyphens."""
    named = {"Content-Type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers=named)

    return answer


def redirect(location: str, status: int = 302) -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": location})

    return answer


def conditional(body: bytes, etag: str) -> Answer:
    """304 for whoever gives the ETag back byte for byte."""

    async def answer(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, headers={"ETag": etag, "Content-Type": "application/rss+xml"})

    return answer


def slow(seconds: float, then: Answer) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await then(request)

    return answer


def dripping(chunk: bytes, pause: float) -> Answer:
    """A body that never ends, a little at a time."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(chunk)
            await asyncio.sleep(pause)

    return answer
