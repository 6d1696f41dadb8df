"""How much of a document is kept, and the small fields that every format has."""

import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from services.core.entry import Document, Entry

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8}){0,4}", re.IGNORECASE)
_MAX_GUID = 2048


class Bounds(Struct, frozen=True, kw_only=True):
    """Code points per text, entries per document. ``total`` is for all texts of a document."""

    entries: int = 1000
    title: int = 500
    summary: int = 20_000
    content: int = 100_000
    authors: int = 20
    total: int = 8_000_000

    def document(self, head: Document, entries: Iterable[Entry]) -> Document:
        """``head`` with its entries, as long as their texts fit into the total."""
        kept: list[Entry] = []
        dropped, used = head.dropped, 0
        for entry in entries:
            used += len(entry.title) + len(entry.summary) + len(entry.content)
            if used > self.total:
                dropped += 1
            else:
                kept.append(entry)
        return replace(head, entries=tuple(kept), dropped=dropped)

    def names(self, names: Iterable[str]) -> tuple[str, ...]:
        """The first authors, each once."""
        return tuple(dict.fromkeys(name for name in names if name))[: self.authors]


def guid_of(text: str | None) -> str | None:
    """A guid as written, apart from space around it and characters that no store can keep; None where there is none worth the name."""
    if not text or len(text) > _MAX_GUID:
        return None
    return re.sub("[\x00\ud800-\udfff]", "", text).strip() or None


def language_of(text: object) -> str | None:
    """The primary language subtag in lower case (``en`` of ``en-US``), or None."""
    match = _LANGUAGE.fullmatch(text.strip()) if isinstance(text, str) else None
    return match.group(1).lower() if match else None
