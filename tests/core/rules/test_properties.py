"""What holds for any rule and any article."""

import re
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.act import ArmsTransfer, Certainty, Method, Party, Sanction, SanctionStage, TransferStage
from services.core.article import TaggedArticle
from services.core.mention import EntityKind, Mention, Span
from services.core.rule import RuleSource
from services.core.rules.compile import Match, Rule, compile_rule
from services.core.rules.evaluate import truth
from services.core.rules.index import RuleIndex
from services.core.rules.keys import Rarity
from services.core.rules.problem import RuleError
from services.core.rules.program import fails, holds
from services.core.rules.reading import Reading
from services.core.rules.vocabulary import Vocabulary
from services.core.rules.why import why_not
from services.core.topic import Topic
from tests.builders import article

WORDS = ("radar", "radars", "missile", "tanks", "Škoda", "coast", "deal")
PARTIES = ("NO", "SD", "KE")
TOPICS = ("arms_transfer", "sanctions")
AT = datetime(2026, 1, 5, tzinfo=UTC)

words = st.sampled_from(WORDS)
texts = st.lists(words, min_size=1, max_size=12).map(" ".join)


@st.composite
def articles(draw: st.DrawFn) -> TaggedArticle:
    read = article(title=draw(texts), summary=draw(texts), body="", outlet=draw(st.sampled_from(("harbour", "ledger"))))
    places = [Span(start=m.start(), end=m.end(), quote=m.group()) for m in re.finditer(r"\w+", read.text)]
    spans = st.sampled_from(places)
    known = st.builds(
        lambda code, span, method: Party(name=code, span=span, method=method, id=f"country:{code}", country=code),
        st.sampled_from(PARTIES),
        spans,
        st.sampled_from((Method.PATTERN, Method.CARRIED)),
    )
    named = st.builds(lambda name, span: Party(name=name, span=span, method=Method.PATTERN), words, spans)
    maybe = st.none() | known | named
    shared = {
        "certainty": st.sampled_from(Certainty),
        "confidence": st.sampled_from((0.0, 0.5, 1.0)),
        "trigger": spans,
        "evidence": st.tuples(spans),
        "rule": st.just("r"),
    }
    acts = st.builds(
        ArmsTransfer, stage=st.sampled_from(TransferStage), supplier=maybe, recipient=maybe, **shared
    ) | st.builds(Sanction, stage=st.sampled_from(SanctionStage), imposer=maybe, target=maybe, **shared)
    mentions = st.builds(
        lambda code, span, kind: Mention(span=span, kind=kind, id=f"country:{code}", name=code, country=code),
        st.sampled_from(PARTIES),
        spans,
        st.sampled_from((EntityKind.COUNTRY, EntityKind.PERSON, EntityKind.WEAPON)),
    )
    topics = st.builds(
        Topic, id=st.sampled_from(TOPICS), score=st.just(0.5), about=st.booleans(), evidence=st.tuples(spans)
    )
    return TaggedArticle(
        article=read, topics=tuple(draw(st.lists(topics, max_size=2))), mentions=tuple(draw(st.lists(mentions, max_size=3))),
        acts=tuple(draw(st.lists(acts, max_size=3))), language=draw(st.sampled_from(("en", None))), extractor="x", tagged_at=AT,
    )  # fmt: skip


party = st.sampled_from(
    (
        *PARTIES,
        '"Škoda"',
        "radar",
        "any",
        "country:NO",
        "NOT NO",
        "(NO, SD)",
        "NOT (KE, radar)",
        "@both",
        "NOT (@both, KE)",
        "known",
        "none",
        "(none, NO)",
        "NOT none",
        "NOT (none, SD)",
        "NOT (KE, known)",
    )
)
transfer_arguments = st.one_of(
    party.map("supplier: {}".format), party.map("recipient: {}".format), party.map("party: {}".format),
    st.sampled_from(("stage>=agreed", "stage: halted", "certainty: denied", "certainty: (asserted, alleged)", "method: NOT carried", "confidence>=0.5")),
)  # fmt: skip
sanction_arguments = st.one_of(
    party.map("imposer: {}".format),
    party.map("target: {}".format),
    st.sampled_from(("stage<in_force", "stage: eased", "confidence<.5")),
)
any_arguments = st.one_of(party.map("party: {}".format), st.just("certainty: asserted"))


def act(kind: str, arguments: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    unique = st.lists(arguments, max_size=2, unique_by=lambda text: re.split(r"[:<>=]", text)[0])
    return unique.map(lambda given: f"act:{kind}({', '.join(given)})" if given else f"act:{kind}")


written = st.one_of(
    words, words.map(lambda word: word[:3] + "*"), st.tuples(words, words).map('"{0[0]} {0[1]}"'.format)
)
distances = st.integers(1, 14)
figures = st.sampled_from(("outlets>=2", "outlets<3", "outlets=1", "age<6h", "age>=90m"))
leaves = st.one_of(
    st.builds("NEAR/{}({}, {})".format, distances, written, written),
    words, words.map(lambda word: word[:3] + "*"), words.map(lambda word: f"title:{word}"),
    st.tuples(words, words).map(lambda pair: f'"{pair[0]} {pair[1]}"'),
    st.tuples(words, words).map(lambda pair: f'"{pair[0]} {pair[1][:2]}*"' if len(pair[1]) > 9 else f'"{pair[0]} {pair[1][:3]}*"'),
    st.sampled_from(TOPICS).map("topic:{}".format), st.sampled_from(TOPICS).map("topic~{}".format),
    st.sampled_from((*PARTIES, "@both")).map("country:{}".format), st.sampled_from((*PARTIES, "country:SD")).map("entity:{}".format),
    st.sampled_from(PARTIES).map("person:{}".format), st.sampled_from(PARTIES).map("weapon:{}".format),
    st.sampled_from(("outlet:harbour", "lang:en", "lang:(fr, de)", "tier:1", "tier>1", "tier:(2, 3)", "weapon:ships")), figures,
    act("arms_transfer", transfer_arguments), act("sanction", sanction_arguments), act("any", any_arguments),
)  # fmt: skip
rules = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' AND '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(parts)})"),
        inner.map("NOT {}".format),
    ),
    max_leaves=6,
)


counts = st.none() | st.integers(1, 4)
ages = st.none() | st.sampled_from((60.0, 6 * 3600.0, 86400.0))
KNOWN = Vocabulary(lists={"both": ("NO", "SD")}, tiers={"harbour": 1, "beacon": 2}, weapons={"ships": ("country:SD",)})


def source(when: str, ident: str = "r") -> RuleSource:
    return RuleSource(id=ident, title="R", when=when)


@settings(max_examples=150, deadline=None)
@given(st.lists(rules, max_size=12), st.lists(articles(), min_size=1, max_size=3))
def test_the_index_finds_what_asking_every_rule_finds(written: list[str], read: list[TaggedArticle]) -> None:
    compiled = [compile_rule(source(when, str(number)), KNOWN) for number, when in enumerate(written)]
    index = RuleIndex(compiled, Rarity.of([Reading(one) for one in read[1:]]))
    for one in read:
        assert index.matching(one) == tuple(rule for rule in compiled if rule.match(one))


steps = st.lists(st.tuples(st.booleans(), st.integers(0, 7), rules), max_size=10)


@settings(max_examples=80, deadline=None)
@given(steps, st.lists(articles(), max_size=2), articles())
def test_an_index_that_rules_came_to_and_left_is_one_built_anew(
    steps: list[tuple[bool, int, str]], sample: list[TaggedArticle], read: TaggedArticle
) -> None:
    rarity = Rarity.of([Reading(one) for one in sample])
    index, kept = RuleIndex(rarity=rarity), dict[str, Rule]()
    for more, number, when in steps:
        ident = str(number)
        if ident in kept:
            index.remove(ident)
            del kept[ident]
        if more:
            kept[ident] = compile_rule(source(when, ident), KNOWN)
            index.add(kept[ident])
    built = RuleIndex(kept.values(), rarity)
    assert index.rules == built.rules == tuple(kept.values())
    assert index.answers(read) == built.answers(read)
    assert index.questions == built.questions
    for ident in kept:
        index.remove(ident)
    assert vars(index) | {"_count": 0} == vars(RuleIndex(rarity=rarity))


books = st.lists(st.dictionaries(st.integers(0, 7), rules, max_size=6), min_size=1, max_size=4)


@settings(max_examples=80, deadline=None)
@given(books, st.lists(articles(), max_size=2), articles())
def test_an_index_that_becomes_other_rules_is_one_built_of_them(
    books: list[dict[int, str]], sample: list[TaggedArticle], read: TaggedArticle
) -> None:
    rarity = Rarity.of([Reading(one) for one in sample])
    index = RuleIndex(rarity=rarity)
    for book in books:
        compiled = [compile_rule(source(when, str(number)), KNOWN) for number, when in book.items()]
        index.become(compiled)
        built = RuleIndex(compiled, rarity)
        assert index.rules == tuple(compiled)
        assert index.answers(read) == built.answers(read)
        assert index.questions == built.questions
    index.become(())
    assert vars(index) | {"_count": 0} == vars(RuleIndex(rarity=rarity))


@settings(max_examples=250, deadline=None)
@given(rules, articles(), ages, counts)
def test_a_rule_as_functions_answers_as_the_rule_itself(
    when: str, read: TaggedArticle, age: float | None, outlets: int | None
) -> None:
    rule, reading = compile_rule(source(when), KNOWN), Reading(read, age, outlets)
    answer, held, failed = (
        truth(rule.expression, reading),
        holds(rule.expression)(reading),
        fails(rule.expression)(reading),
    )
    if rule.waits_for_outlets:  # left open
        assert held or answer is not True
        assert failed or answer is not False
    else:
        assert answer is (True if held else False if failed else None)


@settings(max_examples=150, deadline=None)
@given(st.lists(rules, max_size=8), articles(), ages, st.integers(1, 4))
def test_a_rule_matches_at_once_or_waits_or_will_not_match_whatever_its_story(
    written: list[str], read: TaggedArticle, age: float | None, outlets: int
) -> None:
    compiled = [compile_rule(source(when, str(number)), KNOWN) for number, when in enumerate(written)]
    index, reading = RuleIndex(compiled), Reading(read, age)
    at_once, waiting = index.answers(reading)
    assert at_once == tuple(rule for rule in compiled if rule.match(reading))
    told = reading.of_story(outlets)
    later = {rule.id for rule in (*at_once, *waiting) if rule.match(told)}
    assert later == {rule.id for rule in compiled if rule.match(told)} == {rule.id for rule in index.matching(told)}
    assert {rule.id for rule in at_once} <= later
    assert all(rule.waits_for_outlets for rule in waiting)


@settings(max_examples=250, deadline=None)
@given(rules, articles())
def test_the_evidence_alone_reproduces_a_match(when: str, read: TaggedArticle) -> None:
    rule = compile_rule(source(when), KNOWN)
    found = rule.match(read)
    assert (found is not None) == rule.holds(Reading(read))
    if found is not None:
        assert rule.match(only_evidence(read, found)) is not None
        assert rule.acts(Reading(read)) == found.acts


def only_evidence(read: TaggedArticle, found: Match) -> TaggedArticle:
    """The article with every word outside the spans of the match struck out, and nothing else found in it."""
    spans = {(span.start, span.end) for span in found.spans}
    kept = {place for start, end in spans for place in range(start, end)}
    text = read.article.text
    struck = "".join(char if place in kept or not char.isalnum() else "_" for place, char in enumerate(text))
    title, _, summary = struck.partition("\n\n")
    return msgspec.structs.replace(
        read,
        article=msgspec.structs.replace(read.article, title=title, summary=summary),
        topics=tuple(topic for topic in read.topics if topic.id in found.topics),
        mentions=tuple(mention for mention in read.mentions if (mention.span.start, mention.span.end) in spans),
        acts=found.acts,
    )


@settings(max_examples=300, deadline=None)
@given(distances, written, written, articles())
def test_near_is_what_trying_every_pair_of_places_gives(
    distance: int, one: str, other: str, read: TaggedArticle
) -> None:
    fields = (read.article.title.split(), read.article.summary.split())
    expected = any(
        0 < max(first - last_other, first_other - last) <= distance
        for field in fields
        for first, last in places(field, one)
        for first_other, last_other in places(field, other)
    )
    found = compile_rule(source(f"NEAR/{distance}({one}, {other})"), KNOWN).match(read)
    assert (found is not None) == expected
    for span in found.spans if found else ():
        stretch = span.quote.split()
        assert places(stretch, one)
        assert places(stretch, other)
        assert "\n" not in span.quote


def places(field: list[str], phrase: str) -> list[tuple[int, int]]:
    """First and last word of every place where a phrase stands."""
    wanted = phrase.strip('"').split()
    found = []
    for first in range(len(field) - len(wanted) + 1):
        run = field[first : first + len(wanted)]
        if all(
            word.startswith(want[:-1]) if want[-1] == "*" else word == want
            for word, want in zip(run, wanted, strict=True)
        ):
            found.append((first, first + len(wanted) - 1))
    return found


@settings(max_examples=150, deadline=None)
@given(rules, articles())
def test_why_not_is_silent_exactly_where_the_rule_matches(when: str, read: TaggedArticle) -> None:
    rule = compile_rule(source(when), KNOWN)
    failures = why_not(rule, read)
    assert bool(failures) == (rule.match(read) is None)
    assert all(failure.clause in when and failure.reason for failure in failures)


@settings(max_examples=150, deadline=None)
@given(rules, articles())
def test_never_does_a_rule_and_its_negation_match(when: str, read: TaggedArticle) -> None:
    rule, negation = compile_rule(source(when), KNOWN), compile_rule(source(f"NOT {when}"), KNOWN)
    assert not (rule.match(read) and negation.match(read))


pieces = st.sampled_from(
    ("AND", "OR", "NOT", "(", ")", ",", ":", "~", ">=", "<", '"', "“", "*", "radar", "topic", "act", "outlets", "outlets>=2", "age<6h", "age", "tier", "=", "6h", "-1", "NEAR/3", "NEAR", "arms_transfer", "stage",
     "supplier", "KP", "\n", " ", "agreed", "country", "-", "\x00", "ß", "é", "🚀")
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(pieces, max_size=30).map(" ".join) | st.lists(pieces, max_size=30).map("".join) | st.text(max_size=60))
def test_anything_else_is_refused_with_a_place(when: str) -> None:
    try:
        compile_rule(source(when), KNOWN)
    except RuleError as error:
        lines = when.split("\n")
        for problem in error.problems:
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
            assert problem.message
    except RecursionError:
        pytest.fail("the depth of a rule is bounded")
