"""A fetched body to a document. Pure, but made for the worker: it may take any time and memory on hostile input."""

from msgspec import Struct

from services.core.entry import Document
from services.poller.bounds import Bounds
from services.poller.failures import FetchFailed, FetchFailure
from services.poller.json_feed import read_json
from services.poller.prepare import Prepared, decoded
from services.poller.xml_feed import read_xml


class Job(Struct, frozen=True, kw_only=True):
    """A body to parse, with what HTTP said about it."""

    body: bytes
    url: str
    content_type: str | None = None
    max_entries: int = 1000


def parse(job: Job) -> Document:
    """What the body says. Raises FetchFailed with one of the reasons of a document."""
    prepared = decoded(job.body, job.content_type)
    text = prepared.text.lstrip("\ufeff\0 \t\r\n")
    bounds = Bounds(entries=job.max_entries)
    if not text:
        raise FetchFailed(FetchFailure.EMPTY, "nothing but space")
    read = read_json if text[0] in "{[" else read_xml
    return read(Prepared(text, prepared.flaws), job.url, bounds)
