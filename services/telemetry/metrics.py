"""Every series of wirewatch. docs/reference/metrics.md lists them; a test keeps both equal.

Labels are enums or names from the configuration, never text of an article or of an error.
"""

from prometheus_client import Counter, Gauge, Histogram

from services.core.errors import PoisonReason
from services.core.ledger import OF_ROUTES, Fate
from services.core.notification import DeliveryState

_LATENCY = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 10800, 43200, 86400)
_WORK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# poller
FETCHES = Counter("wirewatch_fetches", "Feed polls by outcome", ["outcome"])
FETCH_SECONDS = Histogram("wirewatch_fetch_seconds", "Wall-clock time of a feed poll, parsing included", buckets=_WORK)
ARTICLES = Counter("wirewatch_articles", "Entries of fetched documents: new, revised, duplicate, refused", ["state"])
FEEDS_FAILING = Gauge("wirewatch_feeds_failing", "Feeds whose last poll failed, of those this process polled")
FEED_POLLED = Gauge("wirewatch_feed_last_success_timestamp_seconds", "When a poll of the feed last succeeded", ["feed"])

# extractor
TAGGED = Counter("wirewatch_tagged_articles", "Articles read, or passed on unread with the reason", ["result"])
TAG_SECONDS = Histogram("wirewatch_tag_seconds", "Time to read one article", buckets=_WORK)
ACTS = Counter("wirewatch_acts", "Acts found", ["kind", "certainty"])
RECYCLES = Counter("wirewatch_extractor_recycles", "Times the reader was started anew because of memory")

# alerter
DECIDED = Counter("wirewatch_decisions", "What became of articles and matches", ["fate"])
ALERTS = Counter("wirewatch_alerts", "Alerts decided", ["rule", "severity"])
ROUTED = Counter("wirewatch_routed", "What became of alerts at the routes to a receiver", ["receiver", "fate"])
ROUTING_BOUNDS = Counter(
    "wirewatch_routing_bounds",
    "Turns in which a bound of routing was reached: group (told early, as it was full), inhibition (only the youngest open alerts inhibit)",
    ["bound"],
)
STORIES = Counter("wirewatch_stories", "Articles by story: new or joined", ["result"])
PUBLISH_TO_ALERT = Histogram(
    "wirewatch_publish_to_alert_seconds", "From the article's publication to the decision", buckets=_LATENCY
)
SEEN_TO_ALERT = Histogram(
    "wirewatch_first_seen_to_alert_seconds", "From the article's first sight to the decision", buckets=_LATENCY
)
DECIDE_SECONDS = Histogram(
    "wirewatch_decide_batch_seconds", "Time to decide one batch, its transaction included", buckets=_WORK
)
JUDGED = Gauge(
    "wirewatch_judged_alerts",
    "Alerts of the last 30 days that people have judged: useful, wrong, repeat",
    ["rule", "version", "opinion"],
)
PRECISION = Gauge(
    "wirewatch_rule_precision_ratio",
    "Share of useful ones among the judged alerts of the last 30 days: value, and low and high of its 95 % interval",
    ["rule", "version", "bound"],
)

# delivery
DELIVERIES = Counter(
    "wirewatch_deliveries",
    "Attempts to notify, and those given up as too late, by receiver and outcome",
    ["receiver", "outcome"],
)
OUTBOX = Gauge("wirewatch_outbox_notifications", "Notifications in the outbox", ["receiver", "state"])
DELIVER_SECONDS = Histogram(
    "wirewatch_delivery_seconds", "From the decision to the receiver's acceptance", buckets=_LATENCY
)

# every service
CONSUMED = Counter("wirewatch_consumed_records", "Records read", ["stream"])
LAG = Gauge("wirewatch_consumer_lag_records", "Records not yet committed", ["group", "stream", "partition"])
DEAD_LETTERS = Counter("wirewatch_dead_letters", "Messages that can never be processed", ["stream", "reason"])
RETRIES = Counter(
    "wirewatch_retries", "Work tried again after a failure that passes, or after a rebuild", ["service", "kind"]
)
CONFIG_RELOADS = Counter("wirewatch_config_reloads", "Reloads of the configuration", ["result"])
CONFIG_LOADED = Gauge("wirewatch_config_last_success_timestamp_seconds", "When a configuration was last loaded")
UP = Gauge("wirewatch_service_ready", "1 while the service does its work", ["service"])


def initialise(streams: tuple[str, ...]) -> None:
    """Show every series with a closed vocabulary from the start, so that an absent event reads as 0."""
    for state in ("new", "revised", "duplicate", "refused"):
        ARTICLES.labels(state)
    for fate in Fate:
        if fate not in OF_ROUTES:
            DECIDED.labels(fate.value)
    for stream in streams:
        CONSUMED.labels(stream)
        for reason in PoisonReason:
            DEAD_LETTERS.labels(stream, reason.value)
    for bound in ("group", "inhibition"):
        ROUTING_BOUNDS.labels(bound)
    for result in ("ok", "invalid"):
        CONFIG_RELOADS.labels(result)


def initialise_receiver(receiver: str) -> None:
    """The same for one receiver of the configuration."""
    for outcome in ("sent", "failed", "refused", "ambiguous", "late"):
        DELIVERIES.labels(receiver, outcome)
    for state in DeliveryState:
        OUTBOX.labels(receiver, state.value)
    for fate in OF_ROUTES:
        ROUTED.labels(receiver, fate.value)
