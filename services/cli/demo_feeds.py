"""The demo's news as feed documents: RSS 2.0, RSS 1.0 (RDF), Atom and JSON Feed. Pure: time is an argument."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import msgspec
import yaml
from msgspec import Struct


class Format(StrEnum):
    """The formats in which the demo's outlets publish."""

    RSS = "rss"
    RDF = "rdf"
    ATOM = "atom"
    JSON = "json"


CONTENT_TYPES = {
    Format.RSS: "application/rss+xml; charset=utf-8",
    Format.RDF: "application/rdf+xml; charset=utf-8",
    Format.ATOM: "application/atom+xml; charset=utf-8",
    Format.JSON: "application/feed+json; charset=utf-8",
}


class _Block(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class DemoOutlet(_Block, frozen=True, kw_only=True):
    """An invented publisher with one feed."""

    id: str
    name: str
    format: Format
    tier: int
    country: str
    owner: str | None = None

    @property
    def home(self) -> str:
        """Its website, which does not exist."""
        return f"https://{self.id}.example/"


class DemoAct(_Block, frozen=True, kw_only=True):
    """What a fact is: an act with its parties as ISO country codes. A role that no entry states is absent."""

    act: str
    stage: str
    certainty: str
    supplier: str | None = None
    recipient: str | None = None
    imposer: str | None = None
    target: str | None = None


class DemoEntry(_Block, frozen=True, kw_only=True):
    """An entry of an outlet's feed from ``step`` on. ``at``: minutes before the demo began. See deploy/demo/stories.yaml."""

    outlet: str
    step: int
    guid: str
    title: str
    summary: str
    body: str | None = None
    at: float = 0.0
    undated: bool = False
    tells: str | None = None  # the fact it must be alerted for
    silent: str | None = None  # why it must not alert

    @property
    def url(self) -> str:
        """Its page, which does not exist."""
        return (
            self.guid
            if self.guid.startswith("https:")
            else f"https://{self.outlet}.example/news/{self.guid.split(':')[-1]}"
        )

    def published(self, began: datetime) -> datetime:
        """The time it says it was published."""
        return (began + timedelta(minutes=self.at)).replace(microsecond=0)


class Stories(_Block, frozen=True, kw_only=True):
    """deploy/demo/stories.yaml"""

    outlets: tuple[DemoOutlet, ...]
    facts: dict[str, DemoAct]
    entries: tuple[DemoEntry, ...]

    @property
    def last_step(self) -> int:
        """The last step at which anything changes."""
        return max(entry.step for entry in self.entries)

    def shown(self, outlet: str, step: int) -> list[DemoEntry]:
        """What stands in an outlet's feed at ``step``, the newest first, each guid in its latest version."""
        newest: dict[str, DemoEntry] = {}
        for entry in sorted(self.entries, key=lambda entry: entry.step):
            if entry.outlet == outlet and entry.step <= step:
                newest[entry.guid] = entry
        return sorted(newest.values(), key=lambda entry: (-entry.at, entry.guid))


def demo_directory() -> Path:
    """deploy/demo in a checkout, a copy of it where wirewatch is installed."""
    checkout = Path(__file__).parents[2] / "deploy" / "demo"
    return checkout if checkout.is_dir() else Path(__file__).parent / "demo_site"


def read_stories(path: Path | None = None) -> Stories:
    """The news of the demo. Raises msgspec.ValidationError where the file does not have its form."""
    text = (path or demo_directory() / "stories.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), Stories)


def render(outlet: DemoOutlet, entries: Sequence[DemoEntry], began: datetime) -> bytes:
    """The outlet's feed with these entries, in its format. The same arguments give the same bytes."""
    return _RENDERERS[outlet.format](outlet, entries, began).encode()


def _rss(outlet: DemoOutlet, entries: Sequence[DemoEntry], began: datetime) -> str:
    def one(entry: DemoEntry) -> str:
        link = str(entry.guid == entry.url).lower()
        date = "" if entry.undated else f"<pubDate>{format_datetime(entry.published(began))}</pubDate>"
        body = f"<content:encoded>{escape(entry.body)}</content:encoded>" if entry.body else ""
        return (
            f'<item><guid isPermaLink="{link}">{escape(entry.guid)}</guid><link>{escape(entry.url)}</link>'
            f"<title>{escape(entry.title)}</title><description>{escape(entry.summary)}</description>{date}{body}</item>\n"
        )

    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>\n'
        f"<title>{escape(outlet.name)}</title><link>{outlet.home}</link><description>{escape(outlet.name)}</description>\n"
        f"{''.join(map(one, entries))}</channel></rss>\n"
    )


def _rdf(outlet: DemoOutlet, entries: Sequence[DemoEntry], began: datetime) -> str:
    def one(entry: DemoEntry) -> str:
        date = "" if entry.undated else f"<dc:date>{entry.published(began).isoformat()}</dc:date>"
        return (
            f"<item rdf:about={quoteattr(entry.guid)}><link>{escape(entry.url)}</link><title>{escape(entry.title)}</title>"
            f"<description>{escape(entry.summary)}</description>{date}</item>\n"
        )

    listed = "".join(f"<rdf:li rdf:resource={quoteattr(entry.guid)}/>" for entry in entries)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel rdf:about="{outlet.home}"><title>{escape(outlet.name)}</title><link>{outlet.home}</link>'
        f"<description>{escape(outlet.name)}</description><items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n"
        f"{''.join(map(one, entries))}</rdf:RDF>\n"
    )


def _atom(outlet: DemoOutlet, entries: Sequence[DemoEntry], began: datetime) -> str:
    def one(entry: DemoEntry) -> str:
        at = entry.published(began).isoformat()
        published = "" if entry.undated else f"<published>{at}</published>"
        body = f'<content type="html">{escape(entry.body)}</content>' if entry.body else ""
        return (
            f"<entry><id>{escape(entry.guid)}</id><link href={quoteattr(entry.url)}/><title>{escape(entry.title)}</title>"
            f"<summary>{escape(entry.summary)}</summary>{published}<updated>{at}</updated>{body}</entry>\n"
        )

    newest = max((entry.published(began) for entry in entries), default=began).isoformat()
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f'<id>{outlet.home}</id><title>{escape(outlet.name)}</title><link href="{outlet.home}"/>'
        f"<author><name>{escape(outlet.name)}</name></author><updated>{newest}</updated>\n"
        f"{''.join(map(one, entries))}</feed>\n"
    )


def _json(outlet: DemoOutlet, entries: Sequence[DemoEntry], began: datetime) -> str:
    def one(entry: DemoEntry) -> dict[str, str]:
        shown = {"id": entry.guid, "url": entry.url, "title": entry.title, "summary": entry.summary}
        dated = {} if entry.undated else {"date_published": entry.published(began).isoformat()}
        return shown | dated | ({"content_html": entry.body} if entry.body else {"content_text": entry.summary})

    head = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "home_page_url": outlet.home}
    return json.dumps(head | {"items": [one(entry) for entry in entries]}, ensure_ascii=False, indent=1)


_RENDERERS: dict[Format, Callable[[DemoOutlet, Sequence[DemoEntry], datetime], str]] = {
    Format.RSS: _rss,
    Format.RDF: _rdf,
    Format.ATOM: _atom,
    Format.JSON: _json,
}
