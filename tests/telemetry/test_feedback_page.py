"""``/feedback`` over HTTP: asks on GET, keeps on POST, and takes nothing that we have not signed."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from services.core.errors import Retriable
from services.core.feedback import Judgement, Opinion, Tally
from services.core.feedback_link import FeedbackLinks
from services.store.engine import Store, open_store
from services.telemetry.feedback_page import FeedbackPage
from services.telemetry.health import Health, HealthServer
from tests.builders import alert, at


class Clock:
    def now(self) -> datetime:
        return at(30)

    def monotonic(self) -> float:
        return 0.0


class Away:
    """A store that is away."""

    def judge(self, judgement: Judgement) -> bool:
        raise Retriable("SQLite at /secret/place: locked")

    def of(self, alert_id: str, limit: int = 100) -> tuple[Judgement, ...]:
        raise Retriable("away")

    def starting(self, prefix: str, limit: int) -> tuple[str, ...]:
        raise Retriable("away")

    def tallies(self, since: object) -> tuple[Tally, ...]:
        raise Retriable("away")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store") as opened:
        with opened.alerts.transaction() as transaction:
            transaction.add_alerts([alert()], [])
        yield opened


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def links(store: Store, health: Health) -> Iterator[FeedbackLinks]:
    server = HealthServer(health, "127.0.0.1", 0)
    made = FeedbackLinks(f"http://127.0.0.1:{server.port}/feedback", "0123456789abcdef")
    health.pages = {"/feedback": FeedbackPage(made, store.feedback, Clock())}
    yield made
    server.close()


def ask(link: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, str]:
    try:
        with urlopen(Request(link, body, headers, method=method), timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def link(links: FeedbackLinks, opinion: str, alert_id: str = "al1") -> str:
    return dict(links.of(alert_id, "desk"))[opinion]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_a_link_only_asks(links: FeedbackLinks, store: Store, method: str) -> None:
    status, page = ask(link(links, "wrong"), method)
    assert status == 200
    assert ('<form method="post">' in page) == (method == "GET")
    assert store.feedback.of("al1") == ()


def test_the_button_keeps_the_judgement_of_the_receiver(links: FeedbackLinks, store: Store) -> None:
    status, page = ask(link(links, "wrong"), "POST", form(note=" Übung & <b>drill</b> "))
    assert (status, "Alert al1 is kept as wrong" in page) == (200, True)
    said = Judgement(
        alert_id="al1", author="desk", opinion=Opinion.WRONG, note="Übung & <b>drill</b>", at=at(30)
    )  # fmt: skip
    assert store.feedback.of("al1") == (said,)
    ask(link(links, "useful"), "POST", b"")
    assert [(one.opinion, one.note) for one in store.feedback.of("al1")] == [("useful", "")]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_we_have_not_signed_is_refused(links: FeedbackLinks, store: Store, method: str) -> None:
    ours = link(links, "wrong")
    for forged in (
        ours.replace("wrong", "useful"), ours.replace("al1", "al2"), ours.replace("desk", "boss"), ours[:-1], ours.partition("?")[0],
        ours + "&alert=al2", ours + "&x=y" * 20, ours + "&x=" + "y" * 3000, ours.replace("desk", "%ff"),
    ):  # fmt: skip
        status, page = ask(forged, method, form(note="x") if method == "POST" else None)
        assert (status, "not one of ours" in page) == (403, True), forged
    assert store.feedback.of("al1") == ()


@pytest.mark.parametrize(
    ("body", "status"),
    [(form(note="n" * 501), 400), (form(note="n" * 9000), 400), (b"note=%ff", 400), (b"note=%00", 400), (b"a=b&" * 20, 400), (b"\xff\xfe", 200)],
)  # fmt: skip
def test_a_form_that_cannot_be_kept_is_refused(links: FeedbackLinks, store: Store, body: bytes, status: int) -> None:
    assert ask(link(links, "wrong"), "POST", body)[0] == status
    assert len(store.feedback.of("al1")) == (status == 200)


def test_an_alert_that_is_gone_is_told(links: FeedbackLinks) -> None:
    status, page = ask(link(links, "wrong", "al<9>"), "POST", b"")
    assert (status, "Alert al&lt;9&gt; is not known any more" in page) == (404, True)


def test_other_methods_are_refused(links: FeedbackLinks, store: Store) -> None:
    assert ask(link(links, "wrong"), "DELETE")[0] == 405
    assert store.feedback.of("al1") == ()


def test_a_store_that_is_away_is_told_without_its_place(links: FeedbackLinks, health: Health) -> None:
    health.pages = {"/feedback": FeedbackPage(links, Away(), Clock())}
    status, page = ask(link(links, "wrong"), "POST", b"")
    assert (status, "try again" in page, "secret" in page) == (503, True, False)


def test_where_no_address_is_configured_there_is_no_page(links: FeedbackLinks, health: Health) -> None:
    health.pages = {}
    assert ask(link(links, "wrong"), "POST", b"")[0] == 404
