"""Feed documents for tests, as small as they can be."""

from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from services.core.feed import Feed, FeedState, Outlet
from services.core.settings import FeedsFile, PollerSettings
from tests.builders import T0

SETTINGS = PollerSettings(
    allow_private=True, host_pause=0.0, per_host=10, deadline=5.0, parse_seconds=5.0, max_body=1_000_000
)


def item(guid: str, title: str, *, published: datetime | None = T0, link: str | None = None, summary: str = "") -> str:
    date = f"<pubDate>{format_datetime(published)}</pubDate>" if published else ""
    return (
        f'<item><guid isPermaLink="false">{escape(guid)}</guid><title>{escape(title)}</title>{date}'
        f"<link>{link or f'https://harbour.example/{guid}'}</link><description>{escape(summary)}</description></item>"
    )


def rss(*items: str, ttl: int | None = None) -> bytes:
    extra = f"<ttl>{ttl}</ttl>" if ttl else ""
    return f'<rss version="2.0"><channel><title>Harbour</title>{extra}{"".join(items)}</channel></rss>'.encode()


def feeds_file(**urls: str) -> FeedsFile:
    """One feed per name, all of one outlet, polled every 300 s."""
    return FeedsFile(
        outlets=(Outlet(id="harbour", name="Harbour"),),
        feeds=tuple(Feed(id=name, url=url, outlet="harbour", every=300.0) for name, url in urls.items()),
    )


def state(url: str, **changes: object) -> FeedState:
    return FeedState(feed="harbour-world", url=url, due_at=T0, **changes)  # type: ignore[arg-type]
