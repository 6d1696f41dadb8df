"""From a configuration to what stands behind it: rules and lexicons, a bus, a store, a tagger, the clock.

What takes long to import is imported where it is opened, so that a command does not wait for what it does not use.
"""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from services.config.load import load
from services.config.secrets import resolve_secret
from services.core.errors import Fatal
from services.core.ports.bus import Bus
from services.core.ports.edges import Clock
from services.core.rules.trial import Tagger
from services.core.settings import Configuration, ExtractorSettings, Settings
from services.core.settings import SqliteBus as SqliteBusSettings
from services.core.streams import STREAMS
from services.extractor.lexicons import check_lexicons, lexicon_words

if TYPE_CHECKING:
    from services.store.engine import Store


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()


def load_configuration(directory: Path, *, tests: bool = False) -> Configuration:
    """The configuration in ``directory``, rules compiled and lexicons read on the way. Raises ConfigInvalid with every mistake.

    ``tests``: also run the tests beside the rules, which takes some seconds.
    """
    tagger = open_tagger if tests else None
    return load(directory, check_lexicons=check_lexicons, lexicon_words=lexicon_words, tagger=tagger)


def open_tagger(lexicons: Path, settings: ExtractorSettings) -> Tagger:
    """What reads an article as the extractor does. Raises ConfigInvalid with every mistake in the lexicons."""
    from services.extractor.tagger import SpacyTagger

    tagger = SpacyTagger(lexicons, settings)
    return lambda article: tagger.tag(article, article.first_seen_at)


def open_bus(settings: Settings, clock: Clock | None = None) -> Bus:
    """The bus of the configuration, with its streams. Raises Retriable while it is away, Fatal where a stream does not fit."""
    clock = clock or SystemClock()
    bus: Bus
    if isinstance(settings.bus, SqliteBusSettings):
        from services.bus.sqlite import SqliteBus

        bus = SqliteBus(_data(settings) / settings.bus.path, clock)
    else:
        from services.bus.kafka import KafkaBus

        password = resolve_secret(settings.bus.password) if settings.bus.password else None
        bus = KafkaBus(settings.bus, password=password, clock=clock)
    try:
        bus.ensure(STREAMS)
    except BaseException:
        bus.close()
        raise
    return bus


def open_database(settings: Settings) -> "Store":
    """The store of the configuration, migrated. Raises Retriable while it is away, Fatal where it does not fit."""
    from services.store.engine import open_store

    if settings.database == "sqlite":
        return open_store(f"sqlite:///{(_data(settings) / 'wirewatch.sqlite3').absolute()}")
    url = settings.database if isinstance(settings.database, str) else resolve_secret(settings.database)
    return open_store(url)


def _data(settings: Settings) -> Path:
    """Where our files are. Raises Fatal where none can be written: that does not pass by waiting."""
    directory = Path(settings.data_dir).absolute()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=directory).close()
    except FileExistsError as error:
        raise Fatal(f"data_dir {directory}: not a directory") from error
    except OSError as error:
        raise Fatal(f"data_dir {directory}: cannot be written: {error.strerror}") from error
    return directory
