"""OPML, the export of feed readers, to a Document of the same form as feeds.yaml. http://opml.org/spec2.opml

Every outline with ``xmlUrl`` is a feed; the host of its address is its outlet. Folders carry no meaning here.
"""

import re
from typing import Any, NoReturn
from urllib.parse import urlsplit
from xml.parsers import expat

from services.config.document import Document, Place
from services.config.problems import Path, Problem

MAX_SIZE = 8_000_000  # code points


class _Refused(Exception):
    pass


def read_opml(file: str, text: str) -> tuple[Document | None, list[Problem]]:
    """The document, or None where its form cannot be read; and what is wrong with its form."""
    document = Document(file, text)
    if len(text) > MAX_SIZE:
        return None, [Problem(file, 0, 0, "", f"has {len(text)} characters; allowed are {MAX_SIZE}")]
    reader = _Reader(document)
    try:
        reader.parser.Parse(text.encode(), True)  # noqa: FBT003  expat takes no keyword
    except _Refused:
        pass
    except expat.ExpatError as error:
        message = f"not XML: {expat.ErrorString(error.code)}"
        reader.problems.append(Problem(file, error.lineno, error.offset + 1, "", message))
    if not reader.feeds and not reader.problems:
        reader.problems.append(
            Problem(file, 0, 0, "", "no outline has the attribute xmlUrl, so there is no feed in it")
        )
    return (None if reader.problems else document), reader.problems


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.feeds: list[dict[str, object]] = []
        self.outlets: list[dict[str, object]] = []
        document.content = {"outlets": self.outlets, "feeds": self.feeds}
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._element
        self._root = True

    def _refuse(self, message: str) -> NoReturn:
        """Note a mistake where the parser stands, and stop it."""
        at = self._here()
        self.problems.append(Problem(self.document.file, at.line, at.column, "", message))
        raise _Refused

    def _doctype(self, *_: Any) -> None:
        self._refuse("document types (<!DOCTYPE>) are not read; remove it")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if self._root and name.lower() != "opml":
            self._refuse(f"not OPML: the root element is <{name[:40]}>; allowed: <opml>")
        self._root = False
        url = attributes.get("xmlUrl", "").strip()
        if name != "outline" or not url:
            return
        host = (urlsplit(url).hostname or "") if "[" not in url else ""
        outlet = _slug(host.removeprefix("www.")) or "unknown"
        title = attributes.get("title") or attributes.get("text") or host
        if all(known["id"] != outlet for known in self.outlets):
            self._note(("outlets", len(self.outlets)), self.outlets, {"id": outlet, "name": host or outlet})
        feed: dict[str, object] = {"id": self._free(_slug(title) or outlet), "url": url, "outlet": outlet}
        self._note(("feeds", len(self.feeds)), self.feeds, feed)

    def _note(self, path: Path, among: list[dict[str, object]], one: dict[str, object]) -> None:
        among.append(one)
        self.document.values[path] = self._here()

    def _free(self, wanted: str) -> str:
        taken = {feed["id"] for feed in self.feeds}
        number = 2
        free = wanted
        while free in taken:
            free, number = f"{wanted}-{number}", number + 1
        return free

    def _here(self) -> Place:
        return Place(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1, 0, 0)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")[:60]
