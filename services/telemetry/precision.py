"""How often each version of a rule was right, as people judged its alerts."""

from collections.abc import Iterable

from services.core.feedback import Opinion, Tally
from services.telemetry import metrics


def show(tallies: Iterable[Tally]) -> None:
    """Set the series to these, and drop those of versions that are not among them. A version without a judgement has no precision."""
    metrics.JUDGED.clear()
    metrics.PRECISION.clear()
    for tally in tallies:
        for opinion in Opinion:
            metrics.JUDGED.labels(tally.rule, tally.version, opinion.value).set(getattr(tally, opinion.value))
        for bound, value in tally.precision._asdict().items() if tally.precision else ():
            metrics.PRECISION.labels(tally.rule, tally.version, bound).set(value)
