"""Articles to the bus: many polls share one producer and one flush, and each learns whether its own are durable."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

import structlog

from services.core.article import Article
from services.core.codec import encode, headers
from services.core.errors import Fatal, Poison, Retriable
from services.core.ports.bus import Producer
from services.core.streams import ARTICLES

log = structlog.get_logger(__name__)

_PORTION = 500  # articles, and
_PORTION_BYTES = 4_000_000  # so many bytes between two flushes: less than any producer buffers
_ROUND = 2000  # articles sent before a flush


class Publisher:
    """Sends on ``stream articles`` from one thread at a time. Used from one event loop."""

    def __init__(self, produce: Callable[[], Producer], threads: Executor) -> None:
        self._produce = produce
        self._threads = threads
        self._producer: Producer | None = None
        self._waiting: list[tuple[Sequence[Article], asyncio.Future[None]]] = []
        self._pump: asyncio.Task[None] | None = None

    async def publish(self, articles: Sequence[Article]) -> None:
        """Return when all are durable. Raises Retriable when that is not known: publish all of them again."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((articles, done))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run())
        await done

    async def close(self) -> None:
        """Let go of the producer."""
        if self._pump is not None:
            await asyncio.wait([self._pump])
        if self._producer is not None:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._drop)

    async def _run(self) -> None:
        while self._waiting:
            turn = self._next_round()
            articles = [article for group, _ in turn for article in group]
            error = await asyncio.get_running_loop().run_in_executor(self._threads, self._try, articles)
            for _, done in turn:
                if done.done():
                    continue  # nobody waits any more
                done.set_result(None) if error is None else done.set_exception(Retriable(str(error)))

    def _next_round(self) -> list[tuple[Sequence[Article], asyncio.Future[None]]]:
        size, count = 0, 0
        for group, _ in self._waiting:
            if count and size + len(group) > _ROUND:
                break
            size, count = size + len(group), count + 1
        turn, self._waiting = self._waiting[:count], self._waiting[count:]
        return turn

    def _try(self, articles: Sequence[Article]) -> Exception | None:
        """In a thread. Any failure of the bus is one to try again after; a broken producer is replaced."""
        try:
            self._send(articles)
        except Fatal as error:
            self._drop()
            return error
        except Retriable as error:
            return error
        except Exception as error:  # those who wait must hear of a bug too, and try again
            log.exception("publishing broke off")
            self._drop()
            return error
        return None

    def _send(self, articles: Sequence[Article]) -> None:
        if self._producer is None:
            self._producer = self._produce()
        count = size = 0
        for article in articles:
            if count >= _PORTION or size >= _PORTION_BYTES:
                self._producer.flush()
                count = size = 0
            count, size = count + 1, size + self._send_one(self._producer, article)
        self._producer.flush()

    def _send_one(self, producer: Producer, article: Article) -> int:
        """Bytes sent. Bounded texts stay below the limit of the stream; should one not, the bus says so and the others go on."""
        value = encode(article)
        try:
            producer.send(ARTICLES, key=article.id.encode(), value=value, headers=headers(article))
        except Poison as error:
            log.error("article refused by the bus", feed=article.feed, article=article.id, trace=article.trace_id, error=str(error))  # fmt: skip
        return len(value)

    def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                producer.close()
            except Exception:  # it is being thrown away
                log.exception("closing a producer broke off")
