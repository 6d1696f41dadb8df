"""A bare alerter to be killed: ``python -m tests.store.alerter URL``. Decides batch after batch, or stops inside the first with ``hold``."""

import sys
import time

from services.core.ports.bus import Partition
from services.core.story import Story
from services.store.engine import open_store
from tests.builders import alert, at, notification, tagged

GROUP, PARTITION, BATCH = "alerters", Partition("tagged-articles", 0), 5


def main(url: str, *, hold: bool) -> None:
    with open_store(url) as store:
        while True:
            first = store.alerts.offsets(GROUP).get(PARTITION)
            ids = [str(number) for number in range(first or 0, (first or 0) + BATCH)]
            with store.alerts.transaction() as transaction:
                transaction.advance(GROUP, {PARTITION: (first, (first or 0) + BATCH)})
                transaction.save_stories(
                    [Story(id=one, title="t", first_at=at(0), last_at=at(1), keys=(one, "all")) for one in ids]
                )
                transaction.archive([(tagged(id=one), one) for one in ids])
                transaction.add_alerts(
                    [alert(id=one) for one in ids], [notification(id=one, alert_ids=(one,)) for one in ids]
                )
                print("inside", flush=True)
                if hold:
                    time.sleep(600)


if __name__ == "__main__":
    main(sys.argv[1], hold="hold" in sys.argv)
