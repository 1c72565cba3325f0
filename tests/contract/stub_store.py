"""A server that answers what a test wrote down, and keeps what it was asked."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Reply = web.Response | Callable[[bytes], web.Response] | None


@dataclass(slots=True)
class StubStore:
    """`replies` are used up in order, the last one for ever; None hangs up without an answer."""

    replies: list[Reply]
    bodies: list[bytes] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.targets.append(f"{request.method} {request.path_qs}")
        self.headers.append(dict(request.headers))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if reply is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return reply(self.bodies[-1]) if callable(reply) else reply


@asynccontextmanager
async def stub_store(*replies: Reply) -> AsyncIterator[StubStore]:
    stub = StubStore(list(replies))
    application = web.Application(client_max_size=16 * 1024 * 1024)
    application.router.add_route("*", "/{path:.*}", stub.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        stub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield stub
    finally:
        await runner.cleanup()
