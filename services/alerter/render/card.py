"""The card: what a person is shown of an alert, whatever the receiver. Every text in it is one clean line."""

from itertools import groupby

from msgspec import Struct

from services.alerter.render.clean import cut, one_line, readable, squeeze, web_link
from services.core.act import Act, ArmsTransfer, Certainty, Party, Sanction, SanctionStage, TransferStage
from services.core.alert import Alert, DevelopmentKind
from services.core.mention import Span

_NAME = 80
_TITLE = 300
_SENTENCE = 700
_BEFORE_MARK = 200
_OUTLETS = 6
_RULES = 4


class Card(Struct, frozen=True, kw_only=True):
    """``sentence`` is in pieces, each with whether its words matched. ``link`` is None where the article has none that is safe to follow."""

    severity: str
    headline: str  # who did what to whom
    story: str
    title: str
    stage: str | None
    certainty: str | None
    when: str | None
    says: str
    kind: str  # of development, in words
    sentence: tuple[tuple[str, bool], ...]
    new: str
    follow_up: bool
    outlets: str
    link: str | None
    rule: str
    alert_id: str
    published: str
    judge: tuple[tuple[str, str], ...] = ()  # opinion and the link that says it, where a receiver shows such

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Label and value of what is known, in the order of reading."""
        pairs = (
            ("stage", self.stage),
            ("certainty", self.certainty),
            ("when", self.when),
            ("says who", self.says),
            ("news", self.kind),
            ("why new", self.new),
            ("outlets", self.outlets),
            ("published", self.published),
        )
        return tuple((label, value) for label, value in pairs if value)


def card(alert: Alert) -> Card:
    """The card of an alert."""
    act = alert.development.act
    return Card(
        severity=alert.severity.value,
        headline=headline(act) if act and _named(act) else one_line(alert.title, _TITLE),
        story=one_line(alert.story_title, _TITLE) or "untitled story",
        title=one_line(alert.title, _TITLE) or "untitled article",
        stage=act.stage.value.replace("_", " ") if act else None,
        certainty=act.certainty.value if act else None,
        when=_when(alert),
        says=_says(alert),
        sentence=sentence(alert.sentence, alert.marks),
        kind=kind_of_news(alert.development.kind),
        new=one_line(alert.development.why, _TITLE),
        follow_up=alert.development.kind is not DevelopmentKind.NEW_STORY,
        outlets=_outlets(alert),
        link=web_link(alert.url),
        rule=_rule(alert),
        alert_id=one_line(alert.id, _NAME),
        published=f"{alert.published_at:%Y-%m-%d %H:%M} UTC",
    )


def _rule(alert: Alert) -> str:
    named = f"{one_line(alert.rule, _NAME)} version {one_line(alert.rule_version, 40)}"
    if not alert.also:
        return named
    more = len(alert.also) - _RULES
    others = ", ".join(one_line(rule, _NAME) for rule in alert.also[:_RULES])
    return f"{named}, also {others}{f' and {more} more' if more > 0 else ''}"


def kind_of_news(kind: DevelopmentKind) -> str:
    """The kind of development as people say it."""
    return _KINDS.get(kind) or kind.value.replace("_", " ")


_KINDS = {
    DevelopmentKind.NEW_ACT: "new act in a known story",
    DevelopmentKind.CONFIRMED: "stated as fact",
    DevelopmentKind.MORE_OUTLETS: "told by more outlets",
    DevelopmentKind.PARTY_ADDED: "another party",
    DevelopmentKind.NUMBER_CHANGED: "other number or arms",
    DevelopmentKind.OFFICIAL_SOURCE: "first official source",
    DevelopmentKind.INDEPENDENT_SOURCE: "first independent source",
}


def headline(act: Act) -> str:
    """Who did what to whom, in a line. A role that the text does not state reads as such."""
    said = _transfer(act) if isinstance(act, ArmsTransfer) else _sanction(act)
    mark = {Certainty.ASSERTED: "", Certainty.ALLEGED: " (alleged)", Certainty.DENIED: " (denied)"}[act.certainty]
    return cut(said[0].upper() + said[1:], _TITLE) + mark


def sentence(span: Span, marks: tuple[Span, ...]) -> tuple[tuple[str, bool], ...]:
    """The sentence in pieces, matched or not; of a long one, the part around the first match."""
    length = len(span.quote)
    marked = [False] * length
    for mark in marks:
        first = min(length, max(0, mark.start - span.start))
        last = min(length, max(first, mark.end - span.start))
        marked[first:last] = [True] * (last - first)
    begin = max(0, marked.index(True) - _BEFORE_MARK) if length > _SENTENCE and True in marked else 0
    end = min(length, begin + _SENTENCE)
    before = [("…", False)] if begin else []
    after = [("…", False)] if end < length else []
    return (*before, *_pieces(span.quote[begin:end], marked[begin:end]), *after)


def _pieces(text: str, marked: list[bool]) -> list[tuple[str, bool]]:
    """Neighbours with the same mark together, cleaned."""
    runs = groupby(zip(text, marked, strict=True), key=lambda pair: pair[1])
    pieces = [(squeeze("".join(readable(char) for char, _ in run)), mark) for mark, run in runs]
    return [(piece, mark and not piece.isspace()) for piece, mark in pieces if piece]


def _named(act: Act) -> bool:
    parties = (act.supplier, act.recipient) if isinstance(act, ArmsTransfer) else (act.imposer, act.target)
    return any(parties)


def _transfer(act: ArmsTransfer) -> str:
    giver, taker = _name(act.supplier, "an unnamed supplier"), _name(act.recipient, "an unnamed recipient")
    goods = ", ".join(one_line(thing.name, _NAME) for thing in act.items[:5]) or "arms"
    return {
        TransferStage.SOUGHT: f"{taker} seeks {goods} from {giver}",
        TransferStage.CONSIDERED: f"{giver} considers supplying {goods} to {taker}",
        TransferStage.AGREED: f"{giver} agrees to supply {goods} to {taker}",
        TransferStage.DELIVERED: f"{giver} delivers {goods} to {taker}",
        TransferStage.HALTED: f"{giver} halts supply of {goods} to {taker}",
    }[act.stage]


def _sanction(act: Sanction) -> str:
    imposer, target = _name(act.imposer, "an unnamed imposer"), _name(act.target, "an unnamed target")
    measure = _name(act.measure, "sanctions")
    return {
        SanctionStage.CALLED_FOR: f"{imposer} called on to impose {measure} against {target}",
        SanctionStage.THREATENED: f"{imposer} threatens {measure} against {target}",
        SanctionStage.IMPOSED: f"{imposer} imposes {measure} against {target}",
        SanctionStage.IN_FORCE: f"{measure} of {imposer} against {target} in force",
        SanctionStage.EASED: f"{imposer} eases {measure} against {target}",
        SanctionStage.REFUSED: f"{imposer} refuses {measure} against {target}",
        SanctionStage.VIOLATED: f"{measure} of {imposer} against {target} violated",
    }[act.stage]


def _name(party: Party | None, unnamed: str) -> str:
    return (one_line(party.name, _NAME) if party else "") or unnamed


def _says(alert: Alert) -> str:
    outlet = one_line(alert.outlet, _NAME)
    act = alert.development.act
    if act and act.attribution:
        return f"{one_line(act.attribution.name, _NAME)}, as told by {outlet}"
    return f"{outlet}, naming no source"


def _when(alert: Alert) -> str | None:
    """When the act happened or is due, in the article's words and as days."""
    when = alert.development.act.when if alert.development.act else None
    if when is None:
        return None
    past = ", long before this article" if when.before(alert.published_at.date()) else ""
    return f"{one_line(when.span.quote, _NAME)} ({when}{past})"


def _outlets(alert: Alert) -> str:
    names = tuple(dict.fromkeys(one_line(name, _NAME) for name in (alert.outlet, *alert.outlets)))
    more = len(names) - _OUTLETS
    return ", ".join(names[:_OUTLETS]) + (f" and {more} more" if more > 0 else "")
