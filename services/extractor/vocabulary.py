"""The words of the act lexicons, compiled for look-up: single words by form, phrases by tag."""

from collections.abc import Iterable
from typing import NamedTuple

from services.core.act import SanctionStage, TransferStage
from services.extractor.inflect import Verb, verb_forms
from services.extractor.lexicons import Lexicons
from services.extractor.scan import expanded

_STAGES = (*(f"t.{stage}" for stage in TransferStage), *(f"s.{stage}" for stage in SanctionStage))
BEFORE, BEHIND = "before ", "behind "  # tags of phrases that bring the stage which the tag goes on to name
CUES = frozenset(
    {"alleged", "denied", "considering", "agreeing", "threatening", "threatening.after", "generic"}
    | {side + stage for side in (BEFORE, BEHIND) for stage in _STAGES}
)  # phrases that stay words
NOTHING: frozenset[str] = frozenset()
SANCTIONING = frozenset({"sanction", "s.verb.imposed", "s.verb.eased"})  # tags of words of sanctions
TELLING = SANCTIONING | {"arms", "aid"}  # tags that make a sentence worth reading


class Word(NamedTuple):
    """What the lexicons say about a word form."""

    tags: frozenset[str]
    verb: Verb | None = None


class Vocabulary:
    """Tags of words and phrases. A verb's tags apply to all its forms; a noun's to singular and plural."""

    def __init__(self, lexicons: Lexicons) -> None:
        self._tags: dict[str, set[str]] = {}
        self._verbs: dict[str, Verb] = {}
        for tag, terms in _lists(lexicons):
            for term in terms:
                self._add(tag, term)
        self.words = {
            form: Word(frozenset(tags), self._verbs.get(form)) for form, tags in self._tags.items() if " " not in form
        }
        self.phrases = [(form, tag) for form, tags in self._tags.items() for tag in sorted(tags) if _scanned(form, tag)]

    def _add(self, tag: str, term: str) -> None:
        if term.startswith("v:") and " + " in term:
            verb, rest = term[2:].split(" + ", 1)
            for form in verb_forms(verb):
                self._tags.setdefault(f"{form} {rest}", set()).add(tag)
            return
        if term.startswith("v:"):
            for form, known in verb_forms(term[2:]).items():
                self._tags.setdefault(form, set()).add(tag)
                self._verbs.setdefault(form, known)
            return
        for form in expanded(term):
            self._tags.setdefault(form.lower(), set()).add(tag)


def _scanned(form: str, tag: str) -> bool:
    """Whether the automaton must find it: phrases, and single words that make a sentence worth reading."""
    return " " in form or "-" in form or tag in TELLING or tag.endswith(".object")


def _lists(lexicons: Lexicons) -> Iterable[tuple[str, Iterable[str]]]:
    transfer, sanction, cues, arms = lexicons.transfer, lexicons.sanction, lexicons.cues, lexicons.arms
    yield from (
        ("arms", arms.arms),
        ("loose", arms.loose),
        ("military", arms.military),
        ("use", arms.use),
        ("aid", transfer.aid),
    )
    yield from (
        ("give", transfer.give),
        ("equip", transfer.equip),
        ("get", transfer.get),
        ("seeking", transfer.seeking),
    )
    yield from (("n.give", transfer.nouns.give), ("n.get", transfer.nouns.get), ("n.both", transfer.nouns.both))
    for stage in TransferStage:
        yield f"t.{stage}", getattr(transfer.stages, stage)
        yield f"{BEFORE}t.{stage}", getattr(transfer.before, stage)
        yield f"{BEHIND}t.{stage}", getattr(transfer.behind, stage)
    yield from (("considering", transfer.considering), ("agreeing", transfer.agreeing))
    yield from (("sanction", sanction.nouns), ("penalty", sanction.loose), ("guarded", sanction.guarded))
    yield from (("s.verb.imposed", sanction.verbs.imposed), ("s.verb.eased", sanction.verbs.eased))
    yield from (("s.noun.eased", sanction.noun_stages.eased), ("s.noun.violated", sanction.noun_stages.violated))
    for kind in SanctionStage:
        yield f"s.{kind}", getattr(sanction.stages, kind)
        yield f"{BEFORE}s.{kind}", getattr(sanction.before, kind)
        yield f"{BEHIND}s.{kind}", getattr(sanction.behind, kind)
    yield from (("threatening", sanction.threatening), ("threatening.after", sanction.threatening_after))
    for stage_name in ("imposed", "eased"):
        for number, phrase in enumerate(getattr(sanction.phrases, stage_name)):
            yield f"p.{stage_name}.{number}.verb", phrase.verbs
            yield f"p.{stage_name}.{number}.object", phrase.objects
    yield from (("say", cues.say), ("claim", cues.claim), ("alleged", cues.alleged), ("unofficial", cues.unofficial))
    yield from (("speaker", cues.speaker), ("deny", cues.deny), ("denied", cues.denied), ("generic", cues.generic))
