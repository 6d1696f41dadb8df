"""The configuration as data. services.config reads it from YAML; its JSON Schemas are in schemas/config/."""

import re
from typing import Annotated

from msgspec import Meta, Struct, field

from services.core.alert import Severity
from services.core.digest import Digest
from services.core.feed import Feed, Outlet
from services.core.inhibit import InhibitRule
from services.core.interval import TimeInterval
from services.core.rule import RuleSource
from services.core.rules.vocabulary import Vocabulary

Seconds = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]
Queue = Annotated[int, Meta(ge=10, le=1_000_000)]  # alerts that wait; of more, the oldest are told in a digest
Address = Annotated[str, Meta(pattern=r"""^https?://[^\s?#"'<>|]+$""", max_length=500)]  # without query


class _Block(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Secret(_Block, frozen=True, kw_only=True):
    """Where a secret is: an environment variable or a file. The value itself is never configuration."""

    env: str | None = None
    file: str | None = None


class StdoutReceiver(_Block, frozen=True, kw_only=True, tag_field="type", tag="stdout"):
    """Prints alerts for people to read."""

    name: Name


class SlackWebhookReceiver(_Block, frozen=True, kw_only=True, tag_field="type", tag="slack_webhook"):
    """Slack incoming webhook: no threads, no message ids."""

    name: Name
    url: Secret
    rate: Annotated[float, Meta(gt=0, le=50)] = 1.0  # messages a second; Slack allows 1
    max_age: Seconds = 86400.0
    queue: Queue = 1000


class SlackReceiver(_Block, frozen=True, kw_only=True, tag_field="type", tag="slack"):
    """Slack Web API: one thread per story."""

    name: Name
    token: Secret
    channel: str  # a name, or an id, with which we can also read the channel
    api_url: str = "https://slack.com/api/"
    rate: Annotated[float, Meta(gt=0, le=50)] = 1.0
    max_age: Seconds = 86400.0
    queue: Queue = 1000

    @property
    def reconciles(self) -> bool:
        """Whether the channel is read before a message that may have arrived is posted again."""
        return re.fullmatch(r"[CGD][A-Z0-9]{7,30}", self.channel) is not None


class SmtpReceiver(_Block, frozen=True, kw_only=True, tag_field="type", tag="smtp"):
    """E-mail, text and HTML, threaded by story."""

    name: Name
    host: str
    port: Annotated[int, Meta(ge=1, le=65535)] = 587
    tls: Annotated[str, Meta(pattern="^(starttls|implicit|none)$")] = "starttls"
    username: str | None = None
    password: Secret | None = None
    sender: str
    to: Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]
    unsubscribe: Annotated[str, Meta(pattern=r"^https://[\x21-\x3b\x3d\x3f-\x7e]+$", max_length=500)] | None = (
        None  # {to}: whom
    )
    rate: Annotated[float, Meta(gt=0, le=50)] = 1.0
    max_age: Seconds = 86400.0
    queue: Queue = 1000


class WebhookReceiver(_Block, frozen=True, kw_only=True, tag_field="type", tag="webhook"):
    """Alerts as JSON by POST, signed by the Standard Webhooks scheme."""

    name: Name
    url: Secret
    secret: Secret
    rate: Annotated[float, Meta(gt=0, le=1000)] = 10.0
    max_age: Seconds = 86400.0
    queue: Queue = 10_000


class FileReceiver(_Block, frozen=True, kw_only=True, tag_field="type", tag="file"):
    """Alerts as lines of JSON at the end of a file, which is set aside when it is full or its day (UTC) is over."""

    name: Name
    path: Annotated[str, Meta(min_length=1, max_length=4000)]  # relative to the working directory
    max_size: Annotated[int, Meta(ge=100_000, le=10_000_000_000)] = 100_000_000  # bytes
    daily: bool = False
    keep: Annotated[int, Meta(ge=1, le=10_000)] = 10  # files set aside; older ones are deleted
    max_age: Seconds = 86400.0
    queue: Queue = 10_000


class AlertmanagerReceiver(_Block, frozen=True, kw_only=True, tag_field="type", tag="alertmanager"):
    """Prometheus Alertmanager, by its API v2."""

    name: Name
    url: Secret  # of the Alertmanager itself, below which is /api/v2/alerts
    username: str | None = None
    password: Secret | None = None
    resolve_after: Annotated[float, Meta(ge=60, le=31536000)] = 3600.0  # seconds until the alert ends
    rate: Annotated[float, Meta(gt=0, le=1000)] = 10.0
    max_age: Seconds = 86400.0
    queue: Queue = 10_000


NEEDS_APPRISE = "needs Apprise, which is an extra: pip install 'wirewatch[apprise]'"


class AppriseReceiver(_Block, frozen=True, kw_only=True, tag_field="type", tag="apprise"):
    """Any service that Apprise speaks to. Needs the extra ``apprise`` of wirewatch."""

    name: Name
    url: Secret  # as Apprise writes it; it holds the service's tokens
    rate: Annotated[float, Meta(gt=0, le=50)] = 1.0
    max_age: Seconds = 86400.0
    queue: Queue = 1000


Receiver = (
    StdoutReceiver
    | SlackWebhookReceiver
    | SlackReceiver
    | SmtpReceiver
    | WebhookReceiver
    | FileReceiver
    | AlertmanagerReceiver
    | AppriseReceiver
)


class QuietHours(_Block, frozen=True, kw_only=True):
    """Alerts within these times wait, and are told together when they end; from the severity ``bypass`` on at once."""

    time_intervals: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=20)]
    bypass: Severity | None = None


Wait = Annotated[float, Meta(ge=0, le=604800)]
Interval = Annotated[float, Meta(ge=1, le=31536000)]
Names = Annotated[tuple[str, ...], Meta(max_length=20)]


class Route(_Block, frozen=True, kw_only=True):
    """A node of the route tree, in Alertmanager's words: the first matching child takes the alert unless it says continue.

    What is absent is inherited from the route above, but for the conditions and for mute and active times.
    """

    receiver: Name | None = None
    match: dict[str, str] = {}  # label -> exact value; all must hold
    matchers: Names = ()  # see services.core.matcher; all must hold
    continue_: bool = field(default=False, name="continue")
    group_by: Annotated[tuple[str, ...], Meta(max_length=20)] | None = None  # labels; "..." for all of them
    group_wait: Wait | None = None
    group_interval: Interval | None = None
    repeat_interval: Interval | None = None
    mute_time_intervals: Names = ()
    active_time_intervals: Names = ()
    quiet_hours: QuietHours | None = None
    digest: Digest | None = None
    routes: tuple["Route", ...] = ()


class Trouble(_Block, frozen=True, kw_only=True):
    """Who is told when a receiver does not deliver, and after how many seconds of that."""

    receiver: Name
    after: Seconds = 900.0


class RoutesFile(_Block, frozen=True, kw_only=True):
    """routes.yaml"""

    route: Route
    receivers: Annotated[tuple[Receiver, ...], Meta(min_length=1)]
    time_intervals: Annotated[tuple[TimeInterval, ...], Meta(max_length=100)] = ()
    inhibit_rules: Annotated[tuple[InhibitRule, ...], Meta(max_length=100)] = ()
    resolve_timeout: Interval = 3600.0  # seconds that an alert is open: inhibits others, is repeated, can still be told
    trouble: Trouble | None = None


class FeedsFile(_Block, frozen=True, kw_only=True):
    """feeds.yaml"""

    outlets: tuple[Outlet, ...]
    feeds: Annotated[tuple[Feed, ...], Meta(min_length=1)]


class RulesFile(_Block, frozen=True, kw_only=True):
    """rules/*.yaml"""

    rules: tuple[RuleSource, ...]


Member = Annotated[str, Meta(min_length=1, max_length=80)]  # a country code, an id of the lexicons, or a name


class ListsFile(_Block, frozen=True, kw_only=True):
    """lists.yaml"""

    lists: Annotated[dict[str, Annotated[tuple[Member, ...], Meta(min_length=1, max_length=300)]], Meta(max_length=100)]


class SqliteBus(_Block, frozen=True, kw_only=True, tag_field="type", tag="sqlite"):
    """The embedded bus: one file, several processes on one machine."""

    path: str = "bus.sqlite3"  # relative to data_dir


class KafkaBus(_Block, frozen=True, kw_only=True, tag_field="type", tag="kafka"):
    """Apache Kafka."""

    servers: Annotated[tuple[str, ...], Meta(min_length=1)]
    security: Annotated[str, Meta(pattern="^(PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL)$")] = "PLAINTEXT"
    sasl_mechanism: str | None = None
    username: str | None = None
    password: Secret | None = None
    ca_file: str | None = None
    replication: Annotated[int, Meta(ge=1, le=9)] = 1


class PollerSettings(_Block, frozen=True, kw_only=True):
    """The poller."""

    user_agent: str = "wirewatch/0.1 (+https://example.org/wirewatch)"
    concurrency: Annotated[int, Meta(ge=1, le=200)] = 20
    per_host: Annotated[int, Meta(ge=1, le=10)] = 1
    host_pause: Annotated[float, Meta(ge=0)] = 1.0  # seconds between two requests to a host
    deadline: Seconds = 30.0  # wall clock per fetch, redirects included
    max_body: Count = 8_000_000  # bytes after decompression
    max_entries: Count = 1000  # per document
    parse_seconds: Seconds = 10.0
    parse_memory: Count = 512_000_000  # bytes of address space above the worker's own
    max_interval: Seconds = 21600.0
    backfill_after: Annotated[float, Meta(ge=0)] = (
        21600.0  # entries published longer before a feed's first poll are backfill
    )
    allow_private: bool = False  # let feeds live on private addresses; for tests and intranets


class ExtractorSettings(_Block, frozen=True, kw_only=True):
    """The extractor."""

    batch: Annotated[int, Meta(ge=1, le=1000)] = 50
    max_text: Count = 60_000  # code points read of an article
    deadline: Seconds = 20.0  # per article; what takes longer is a dead letter
    max_rss: Count = 1_500_000_000  # bytes; above it the worker starts anew after its batch
    languages: tuple[str, ...] = ("en",)
    model: str = "default"  # of the learned reader of acts: default, off, or a directory with its files


class AlerterSettings(_Block, frozen=True, kw_only=True):
    """The alerter."""

    batch: Annotated[int, Meta(ge=1, le=1000)] = 100
    story_window: Seconds = 259200.0  # an article joins a story not older than this
    max_age: Seconds = 259200.0  # older articles are recorded and not alerted
    outlet_steps: tuple[int, ...] = (2, 5, 20)
    story_model: str = "default"  # of what articles are about, for stories: default, off, or a directory with its files
    retention: Seconds = 7776000.0  # of archive, stories, ledger, and notifications that are over
    ambiguous: Annotated[str, Meta(pattern="^(hold|resend)$")] = "resend"  # once, marked as a possible repeat
    feedback_url: Address | None = None  # where people reach /feedback
    feedback_secret: Secret | None = None  # what the links to it are signed with


class TelemetrySettings(_Block, frozen=True, kw_only=True):
    """Metrics, health and logs. Port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 9464
    log_level: Annotated[str, Meta(pattern="^(debug|info|warning|error)$")] = "info"
    log_format: Annotated[str, Meta(pattern="^(json|console)$")] = "json"


class Settings(_Block, frozen=True, kw_only=True):
    """wirewatch.yaml"""

    data_dir: str = "var"  # relative to the working directory
    database: str | Secret = "sqlite"  # "sqlite", or a postgresql:// URL without password, or where to find the URL
    bus: SqliteBus | KafkaBus = SqliteBus()
    poller: PollerSettings = PollerSettings()
    extractor: ExtractorSettings = ExtractorSettings()
    alerter: AlerterSettings = AlerterSettings()
    telemetry: TelemetrySettings = TelemetrySettings()


class Configuration(_Block, frozen=True, kw_only=True):
    """A whole configuration directory, valid. ``lexicons`` is the directory with the lexicon files."""

    settings: Settings
    feeds: FeedsFile
    rules: tuple[RuleSource, ...]
    routes: RoutesFile
    lexicons: str
    lists: dict[str, tuple[str, ...]] = {}
    weapons: dict[str, tuple[str, ...]] = {}  # ids by class of weapon, from the lexicons

    @property
    def vocabulary(self) -> Vocabulary:
        """What compiles its rules, which are known to be valid."""
        tiers = {outlet.id: outlet.tier for outlet in self.feeds.outlets}
        return Vocabulary(lists=self.lists, tiers=tiers, weapons=self.weapons)
