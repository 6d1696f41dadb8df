"""A configuration directory to a Configuration, or every mistake in it at once.

::

    wirewatch.yaml     settings; optional, everything has a default
    feeds.yaml         outlets and feeds; or, or besides, feeds.opml
    rules/*.yaml       what to watch for
    routes.yaml        whom to tell
    lists.yaml         parties that rules call by one name; optional, the ones wirewatch comes with otherwise
    lexicons/          names and words; optional, the ones wirewatch comes with otherwise
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from services.config import cross, cross_feeds, cross_settings
from services.config.document import Document
from services.config.lists import lists_problems
from services.config.opml import read_opml
from services.config.problems import Problem, invalid
from services.config.routing import routing_problems
from services.config.schema import Mistake, mistakes
from services.config.yaml_file import MAX_SIZE, read_yaml
from services.core.errors import ConfigInvalid
from services.core.feed import Feed, Outlet
from services.core.rule import RuleSource, RuleTests
from services.core.rules import problem as rules
from services.core.rules.compile import compile_rule
from services.core.rules.trial import Tagger, trials
from services.core.rules.vocabulary import ANYTHING, Lists, Vocabulary
from services.core.settings import Configuration, ExtractorSettings, FeedsFile, ListsFile, RoutesFile, Settings

RuleCheck = Callable[[RuleSource, Vocabulary], Sequence[rules.Problem]]
LexiconCheck = Callable[[Path], Sequence[str]]
LexiconWords = Callable[[Path], Vocabulary]
TaggerMaker = Callable[[Path, ExtractorSettings], Tagger]
S = TypeVar("S")
Reader = Callable[[str, str], tuple[Document | None, list[Problem]]]

_BESIDES = {"wirewatch.yaml", "feeds.yaml", "feeds.opml", "routes.yaml", "lists.yaml"}
_INIT = "`wirewatch init DIR` writes a configuration to start from"


def default_directory() -> Path:
    """The configuration that wirewatch comes with: deploy/config in a checkout, a copy of it where installed."""
    checkout = Path(__file__).parents[2] / "deploy" / "config"
    return checkout if checkout.is_dir() else Path(__file__).parent / "defaults"


def check_rule(source: RuleSource, vocabulary: Vocabulary) -> Sequence[rules.Problem]:
    """What the compiler says about a rule."""
    try:
        compile_rule(source, vocabulary)
    except rules.RuleError as error:
        return error.problems
    return ()


def load(
    directory: Path,
    *,
    check_lexicons: LexiconCheck,
    lexicon_words: LexiconWords = lambda _: ANYTHING,
    check_rule: RuleCheck = check_rule,
    tagger: TaggerMaker | None = None,
) -> Configuration:
    """The configuration in ``directory``. Raises ConfigInvalid with every mistake in all of its files.

    ``check_lexicons`` names the mistakes in a directory of lexicons, each with file and line; ``lexicon_words`` says which
    topics and entities one without mistakes holds, so that a rule cannot name others. ``check_rule`` names the mistakes in
    a rule's ``when``. ``tagger`` makes, from a directory of lexicons, what reads the texts of ``tests``; without it, these
    are not run. Secrets are not read here: see :mod:`services.config.secrets`.
    """
    return _Directory(directory, check_rule, check_lexicons, lexicon_words, tagger).load()


class _Directory:
    def __init__(
        self, path: Path, check_rule: RuleCheck, check_lexicons: LexiconCheck, words: LexiconWords,
        tagger: TaggerMaker | None,
    ) -> None:  # fmt: skip
        self.path = path
        self.tagger = tagger
        self.check_rule = check_rule
        self.check_lexicons = check_lexicons
        self.words = words
        self.problems: list[Problem] = []

    def load(self) -> Configuration:
        if not self.path.is_dir():
            raise ConfigInvalid([f"{self.path}: no such directory; {_INIT}"])
        self._strangers()
        settings = self._settings()
        feeds = self._feeds()
        lexicons = self._lexicons()
        wrong = self.check_lexicons(lexicons)
        known = frozenset[str]().union(*(file.declared for file in feeds))
        words = ANYTHING if wrong else self.words(lexicons)
        named = self._lists(words)
        tiers = {outlet.id: outlet.tier for outlet in cross_feeds.outlets_of(feeds)}
        vocabulary = msgspec.structs.replace(words, outlets=known, lists=named, tiers=tiers)
        found = self._rules(vocabulary)
        if self.tagger and not wrong and named is not None:
            self._tests(found, vocabulary, partial(self.tagger, lexicons, (settings or Settings()).extractor))
        ids = frozenset[str]().union(*(_ids(file.document, "rules") for file in found))
        routes = self._routes(cross.labels_of(found, ids, known))
        if self.problems or wrong or routes is None or settings is None:
            raise invalid(self.problems, wrong)
        polled = tuple(feed for file in feeds for _, feed in file.feeds)
        return Configuration(
            settings=settings,
            feeds=FeedsFile(outlets=cross_feeds.outlets_of(feeds), feeds=polled),
            rules=tuple(rule for file in found for _, rule in file.rules),
            routes=routes,
            lexicons=str(lexicons),
            lists=dict(named or {}),
            weapons=dict(words.weapons),
        )

    def _strangers(self) -> None:
        """Files that look like configuration and would not be read."""
        for path in sorted(self.path.glob("*")):
            if path.name not in _BESIDES and path.suffix in {".yaml", ".yml", ".opml"} and path.name[0] != ".":
                hint = rules.allowed(path.name, _BESIDES)
                self._missing(path, f"no file of this name is read; {hint}, and rules/*.yaml, lexicons/")
        for path in sorted((self.path / "rules").glob("*")):
            if path.suffix != ".yaml" and path.name[0] != ".":
                self._missing(path, "only *.yaml is read here; rename or remove it")

    def _settings(self) -> Settings | None:
        path = self.path / "wirewatch.yaml"
        if not path.exists():
            return Settings()
        document = self._read(path, read_yaml)
        if document is None:
            return None
        if document.content is None:
            document.content = {}
        settings = self._shaped(document, "wirewatch", Settings)
        if settings is not None:
            self.problems += cross_settings.settings_problems(document, settings)
        return settings

    def _feeds(self) -> list[cross_feeds.Feeds]:
        readers: dict[str, Reader] = {"feeds.yaml": read_yaml, "feeds.opml": read_opml}
        there = {name: reader for name, reader in readers.items() if (self.path / name).exists()}
        if not there:
            self._missing(self.path, f"holds neither feeds.yaml nor feeds.opml; {_INIT}")
        files: list[cross_feeds.Feeds] = []
        for name, reader in there.items():
            document = self._read(self.path / name, reader)
            if document is not None:
                wrong = self._mistakes(document, "feeds")
                outlets = _readable(document, "outlets", Outlet, wrong)
                feeds = _readable(document, "feeds", Feed, wrong)
                files.append(cross_feeds.Feeds(document, outlets, feeds, _ids(document, "outlets")))
        self.problems += cross_feeds.feeds_problems(files)
        return files

    def _rules(self, vocabulary: Vocabulary) -> list[cross.Rules]:
        files: list[cross.Rules] = []
        paths = sorted((self.path / "rules").glob("*.yaml"))
        for path in paths:
            document = self._read(path, read_yaml)
            if document is not None:
                wrong = self._mistakes(document, "rules")
                files.append(cross.Rules(document, _readable(document, "rules", RuleSource, wrong)))
                self._compile(files[-1], vocabulary)
        if len(files) == len(paths) and not any(_list(file.document, "rules") for file in files):
            self._missing(self.path / "rules", f"there is no rule; {_INIT}")
        self.problems += cross.rules_problems(files)
        return files

    def _compile(self, file: cross.Rules, vocabulary: Vocabulary) -> None:
        for number, rule in file.rules:
            for wrong in self.check_rule(rule, vocabulary):
                path = ("rules", number, "when")
                self.problems.append(file.document.problem_inside(path, wrong.line, wrong.column, wrong.message))

    def _tests(self, files: Sequence[cross.Rules], vocabulary: Vocabulary, make: Callable[[], Tagger]) -> None:
        """What the tests beside the rules say, of those rules that can be compiled."""
        numbered = ((document, number, rule) for document, rules in files for number, rule in rules)
        tested = [one for one in numbered if one[2].tests != RuleTests() and not self.check_rule(one[2], vocabulary)]
        if not tested:
            return
        tag = make()
        for document, number, source in tested:
            for one in trials(compile_rule(source, vocabulary), tag):
                if one.wrong:
                    path = ("rules", number, "tests", one.key, one.number)
                    self.problems.append(document.problem(path, one.wrong))

    def _routes(self, known: cross.Labels) -> RoutesFile | None:
        path = self.path / "routes.yaml"
        if not path.exists():
            self._missing(path, f"the file is missing; {_INIT}")
            return None
        document = self._read(path, read_yaml)
        file = document and self._shaped(document, "routes", RoutesFile)
        if document and file:
            self.problems += cross.routes_problems(document, file, known)
            self.problems += routing_problems(document, file, known)
        return file or None

    def _lists(self, vocabulary: Vocabulary) -> Lists | None:
        """None where there is a mistake in them."""
        own = self.path / "lists.yaml"
        document = self._read(own if own.exists() else default_directory() / "lists.yaml", read_yaml)
        file = document and self._shaped(document, "lists", ListsFile)
        if not document or not file:
            return None
        wrong = list(lists_problems(document, file, vocabulary))
        self.problems += wrong
        return None if wrong else file.lists

    def _lexicons(self) -> Path:
        own = self.path / "lexicons"
        return own if own.is_dir() else default_directory() / "lexicons"

    def _read(self, path: Path, reader: Reader) -> Document | None:
        """The document, or None if it has no usable form; the mistakes are noted."""
        try:
            with path.open("rb") as opened:
                content = opened.read(MAX_SIZE * 4 + 1)
            text = content.decode("utf-8-sig")
        except OSError as error:
            self._missing(path, f"cannot be read: {error.strerror}")
            return None
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.problems.append(Problem(str(path), line, 1, "", f"not UTF-8: byte {error.object[error.start]:#04x}"))
            return None
        document, problems = reader(str(path), text)
        self.problems += problems
        return document

    def _mistakes(self, document: Document, name: str) -> list[Mistake]:
        wrong = list(mistakes(name, document.content))
        self.problems += [document.problem(one.path, one.message) for one in wrong]
        return wrong

    def _shaped(self, document: Document, name: str, kind: type[S]) -> S | None:
        if self._mistakes(document, name):
            return None
        return msgspec.convert(document.content, kind)

    def _missing(self, path: Path, message: str) -> None:
        self.problems.append(Problem(str(path), 0, 0, "", message))


def _readable(document: Document, key: str, kind: type[S], wrong: Sequence[Mistake]) -> list[tuple[int, S]]:
    """The entries of a list that can be read, each with its number, so that a mistake in one hides none in another."""
    entries = _list(document, key)
    for one in wrong:
        match one.path:
            case (named, int(number), str(surplus)) if named == key and one.surplus and entries[number] is not None:
                del entries[number][surplus]
            case (named, int(number), *_) if named == key:
                entries[number] = None
    return [(number, msgspec.convert(entry, kind)) for number, entry in enumerate(entries) if entry is not None]


def _list(document: Document, key: str) -> list[Any]:
    content = document.content.get(key) if isinstance(document.content, dict) else None
    return list(content) if isinstance(content, list) else []


def _ids(document: Document, key: str) -> frozenset[str]:
    """The ids that the entries of a list claim, readable or not."""
    found = (entry.get("id") for entry in _list(document, key) if isinstance(entry, dict))
    return frozenset(one for one in found if isinstance(one, str))
