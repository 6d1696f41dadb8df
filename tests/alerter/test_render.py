"""What is shown of an alert, whatever the receiver."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.alerter.render.card import card, headline, kind_of_news, sentence
from services.alerter.render.clean import one_line, web_link
from services.alerter.render.notifications import STREAM_RECEIVER, notification_id, notifications
from services.core.act import Attribution, Certainty, SanctionStage, TransferStage
from services.core.alert import Alert, Development, DevelopmentKind
from services.core.codec import decode, encode
from services.core.mention import Span
from services.core.settings import Receiver, Route
from services.core.when import Granularity, When
from tests.alerter.outgoing import MAIL, SLACK, SLACK_WEBHOOK, STDOUT, WEBHOOK
from tests.builders import T0, alert, at, party, sanction, span, transfer

TEXT = "Norland agreed to sell coastal radars to Sudmark, said minister Ruud."
DEAL: dict[str, Any] = {
    "supplier": party(TEXT, "Norland", "NO"),
    "recipient": party(TEXT, "Sudmark", "SU"),
    "items": (party(TEXT, "coastal radars"),),
}
RECEIVERS: dict[str, Receiver] = {receiver.name: receiver for receiver in (STDOUT, SLACK, SLACK_WEBHOOK, MAIL, WEBHOOK)}
EVERYBODY = Route(receiver="terminal", routes=tuple(Route(receiver=name, continue_=True) for name in RECEIVERS))


def told(**changes: Any) -> Alert:
    """An alert about an act, with everything known."""
    said = Attribution(name="Ruud", span=span(TEXT, "Ruud"))
    act = transfer(TEXT, attribution=said, certainty=Certainty.ALLEGED, **DEAL)
    moved = Development(
        id="d2", story_id="s1", kind=DevelopmentKind.STAGE_MOVED, why="was considered, is agreed", act=act
    )
    return alert(
        development=moved, sentence=span(TEXT, TEXT), marks=(span(TEXT, "agreed"), span(TEXT, "sell")), **changes
    )


@pytest.mark.parametrize("receiver", RECEIVERS.values(), ids=list(RECEIVERS))
def test_every_receiver_shows_all_that_a_desk_must_see(receiver: Receiver) -> None:
    shown = told(outlets=("harbour", "tide"))
    made = notifications(shown, Route(receiver=receiver.name), RECEIVERS, T0)[1]
    text = made.payload.decode()
    for fact in (
        "agreed", "alleged", "Ruud", "was considered, is agreed", "harbour", "tide", "https://harbour.example/1",
        "Norland agrees to supply coastal radars to Sudmark (alleged)", "arms", "al1", shown.title,
    ):  # fmt: skip
        assert fact in text, fact
    assert "warning" in text.lower()
    assert "stage moved" in text or '"stage_moved"' in text  # for people, and for programs
    assert "said minister Ruud" in text


@pytest.mark.parametrize(
    ("start", "end", "granularity", "shown"),
    [
        (date(2019, 1, 1), date(2020, 1, 1), Granularity.YEAR, "Norland (2019, long before this article)"),
        (date(2025, 3, 1), date(2025, 4, 1), Granularity.MONTH, "Norland (March 2025)"),
        (date(2026, 1, 5), date(2026, 1, 6), Granularity.DAY, "Norland (2026-01-05)"),
        (date(2026, 1, 5), date(2028, 1, 1), Granularity.PERIOD, "Norland (2026-01-05 to 2027-12-31)"),
    ],
)
def test_when_an_act_happened_or_is_due_is_shown(start: date, end: date, granularity: Granularity, shown: str) -> None:
    when = When(start=start, end=end, granularity=granularity, span=span(TEXT, "Norland"))
    one = alert(development=Development(id="d", story_id="s", kind=DevelopmentKind.NEW_STORY, why="", act=transfer(TEXT, when=when, **DEAL)))  # fmt: skip
    assert dict(card(one).facts)["when"] == shown
    assert "when" not in dict(card(told()).facts)


@pytest.mark.parametrize(
    ("stage", "line"),
    [
        (TransferStage.SOUGHT, "Sudmark seeks coastal radars from Norland"),
        (TransferStage.CONSIDERED, "Norland considers supplying coastal radars to Sudmark"),
        (TransferStage.AGREED, "Norland agrees to supply coastal radars to Sudmark"),
        (TransferStage.DELIVERED, "Norland delivers coastal radars to Sudmark"),
        (TransferStage.HALTED, "Norland halts supply of coastal radars to Sudmark"),
    ],
)
def test_a_transfer_in_a_line(stage: TransferStage, line: str) -> None:
    assert headline(transfer(TEXT, stage=stage, **DEAL)) == line


@pytest.mark.parametrize(
    ("stage", "line"),
    [
        (SanctionStage.CALLED_FOR, "Norland called on to impose sanctions against Sudmark"),
        (SanctionStage.THREATENED, "Norland threatens sanctions against Sudmark"),
        (SanctionStage.IMPOSED, "Norland imposes sanctions against Sudmark"),
        (SanctionStage.IN_FORCE, "Sanctions of Norland against Sudmark in force"),
        (SanctionStage.EASED, "Norland eases sanctions against Sudmark"),
        (SanctionStage.REFUSED, "Norland refuses sanctions against Sudmark"),
        (SanctionStage.VIOLATED, "Sanctions of Norland against Sudmark violated"),
    ],
)
def test_a_sanction_in_a_line(stage: SanctionStage, line: str) -> None:
    act = sanction(TEXT, stage=stage, imposer=party(TEXT, "Norland"), target=party(TEXT, "Sudmark"))
    assert headline(act) == line


def test_every_kind_of_development_has_words() -> None:
    said = {kind_of_news(kind) for kind in DevelopmentKind}
    assert len(said) == len(DevelopmentKind)
    assert not any("_" in words for words in said)


def test_a_role_that_is_not_stated_reads_as_such() -> None:
    act = transfer(TEXT, certainty=Certainty.DENIED, recipient=party(TEXT, "Sudmark"))
    assert headline(act) == "An unnamed supplier agrees to supply arms to Sudmark (denied)"


def test_an_alert_that_names_nobody_has_the_articles_headline() -> None:
    assert card(alert()).headline == alert().title


def test_the_words_that_matched_are_marked_where_they_stand() -> None:
    within = Span(start=100, end=100 + len(TEXT), quote=TEXT)
    marks = (Span(start=108, end=114, quote="agreed"), Span(start=90, end=107, quote="…Norland"))
    assert sentence(within, marks)[:3] == (("Norland", True), (" ", False), ("agreed", True))


def test_of_a_long_sentence_the_part_around_the_first_match_is_shown() -> None:
    text = "x " * 2000 + "missiles" + " y" * 2000
    shown = sentence(span(text, text), (span(text, "missiles"),))
    assert ("missiles", True) in shown
    assert (shown[0], shown[-1]) == (("…", False), ("…", False))
    assert sum(len(piece) for piece, _ in shown) <= 702


@example("00", [(0, -1)])
@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=4))
def test_marks_that_lie_anywhere_break_nothing(text: str, bounds: list[tuple[int, int]]) -> None:
    marks = tuple(Span(start=start, end=end, quote="") for start, end in bounds)
    shown = sentence(Span(start=0, end=len(text), quote=text), marks)
    assert "".join(piece for piece, _ in shown).split() == one_line(text, 1000).split()


def test_who_says_so_is_the_source_or_else_the_outlet() -> None:
    assert card(told()).says == "Ruud, as told by harbour"
    assert card(alert()).says == "harbour, naming no source"


def test_many_outlets_are_counted() -> None:
    many = card(alert(outlets=tuple(f"o{n}" for n in range(20))))
    assert many.outlets == "harbour, o0, o1, o2, o3, o4 and 15 more"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/x?y=1&z=2#f", "https://a.example/x?y=1&z=2#f"),
        ("https://a.example/ä b|<c>\"'`", "https://a.example/%C3%A4%20b%7C%3Cc%3E%22%27%60"),
        ("https://раураl.example/", "https://xn--l-7sba6dbr.example/"),
        ("HTTP://A.Example:8080/", "http://a.example:8080/"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//a.example/x", None),
        ("https://bank.example@evil.example/", None),
        ("https://a.example:99999/", None),
        ("https:///x", None),
        ("https://a.example/" + "x" * 2000, None),
        ("https://a\u202eb.example/", None),
        ("", None),
    ],
)
def test_a_link_is_one_only_if_it_shows_where_it_leads(url: str, link: str | None) -> None:
    assert web_link(url) == link


@given(st.text(max_size=300), st.integers(1, 50))
def test_one_line_is_one_printable_line_of_bounded_length(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    line.encode()


def test_notifications_go_to_the_stream_and_where_the_routes_say() -> None:
    made = notifications(alert(), EVERYBODY, RECEIVERS, at(3))
    assert [note.receiver for note in made] == [STREAM_RECEIVER, "terminal", "slack", "slack-hook", "mail", "hook"]
    assert {note.created_at for note in made} == {at(3)}
    assert {note.alert_ids for note in made} == {("al1",)}


def test_deciding_again_gives_the_same_ids_and_bytes() -> None:
    assert notifications(alert(), EVERYBODY, RECEIVERS, T0) == notifications(alert(), EVERYBODY, RECEIVERS, T0)


def test_ids_differ_by_alert_and_by_receiver() -> None:
    ids = [note.id for name in ("al1", "al2") for note in notifications(alert(id=name), EVERYBODY, RECEIVERS, T0)]
    assert len(set(ids)) == len(ids)
    assert notification_id("al1", "desk", "") != notification_id("al1des", "k", "")


def test_the_stream_carries_the_alert_as_the_codec_writes_it() -> None:
    note = notifications(told(), Route(), RECEIVERS, T0)[0]
    payload = msgspec.json.decode(note.payload, type=dict[str, msgspec.Raw])
    assert bytes(payload["alert"]) == encode(told())
    assert decode(Alert, bytes(payload["alert"])) == told()
