"""What an article is about: rules, and a logistic regression over them and over the signs of a text.

A topic with weights in ``topic_weights.yaml`` is judged by the regression, one without by its rules alone.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from heapq import nsmallest

import msgspec

from services.core.mention import Span
from services.core.topic import Topic
from services.extractor.lexicon_schema import Weights
from services.extractor.lexicons import Lexicons
from services.extractor.scan import Hit
from services.extractor.topic_features import FeatureReader, Features
from services.extractor.topic_rules import Reading, Ruling, rule

_MENTIONED = 0.25  # of what the rules need to call it the topic
_HEADLINE = 0.6  # the least score of a topic of which the title tells an act
_MOST_EVIDENCE, _FEW = 8, 3
# The share of the learned reader in the log-odds of a topic, where it read the article: half of what a text is about as a whole.
_SHARES = {
    "armed_conflict": 0.5, "diplomacy": 0.5, "military_posture": 0.5, "defence_industry": 0.5, "nuclear_missile": 0.3,
    "export_controls": 0.3, "sanctions": 0.25,
}  # fmt: skip
_LEAST = 0.4  # its log-odds at which a topic is as likely wanted as not: it is cautious


class TopicReader:
    """Immutable after it is built. The same input gives the same topics."""

    def __init__(self, lexicons: Lexicons) -> None:
        self._topics = lexicons.topics
        self._reader = FeatureReader(lexicons.signs)
        self._weights = lexicons.weights.topics
        self._by_feature: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for topic, weights in self._weights.items():
            for name, weight in weights.weights.items():
                self._by_feature[name].append((topic, weight))

    def read(self, reading: Reading, *, other: bool = False) -> tuple[Topic, ...]:
        """The topics of the article, the strongest first.

        Topics of acts (arms transfers, sanctions) are mentioned only where there is neither an act, nor part of one, nor a
        core term; and with ``other``: the words of another field outweigh ours, or no party is named.
        """
        features, rulings = self.features(reading, other=other)
        scores = self._scores(features, reading.learned)
        found = []
        for topic in self._topics:
            judged = self._topic(topic.id, rulings[topic.id], scores, features, reading)
            if judged and topic.acts and (other or not rulings[topic.id].grounds):
                judged = msgspec.structs.replace(judged, about=False)
            found.append(judged)
        return tuple(sorted((topic for topic in found if topic), key=lambda topic: (-topic.score, topic.id)))

    def features(self, reading: Reading, *, other: bool = False) -> tuple[Features, dict[str, Ruling]]:
        """What the regression sees, and what the rules say of each topic."""
        terms: dict[str, list[Hit]] = defaultdict(list)
        for hit in reading.hits:
            if hit.term.layer == "topic":
                terms[hit.term.key].append(hit)
        rulings = {topic.id: rule(topic, reading, terms.get(topic.id, ())) for topic in self._topics}
        features = self._reader.read(reading)
        for key, ruling in rulings.items():
            if ruling.ratio:
                features[f"rule {key}"] = ruling.ratio / (ruling.ratio + 1.0)
            if ruling.ratio >= 1.0:
                features[f"rule {key} about"] = 1.0
        if other:
            features["another field"] = 1.0
        return features, rulings

    def _scores(self, features: Features, learned: Mapping[str, float]) -> dict[str, float]:
        """How likely it is that a desk would want the article, moved so that ``about`` of the weights becomes 0.5."""
        totals = {topic: weights.base - _odds(weights.about) for topic, weights in self._weights.items()}
        for name, value in features.items():
            for topic, weight in self._by_feature.get(name, ()):
                totals[topic] += value * weight
        for topic, odds in learned.items():
            if topic in totals and topic in _SHARES:
                totals[topic] += _SHARES[topic] * (odds + _LEAST - totals[topic])
        return {topic: 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total)))) for topic, total in totals.items()}

    def _topic(
        self, key: str, ruling: Ruling, scores: dict[str, float], features: Features, reading: Reading
    ) -> Topic | None:
        score = scores.get(key, ruling.ratio / (ruling.ratio + 1.0))
        if ruling.headline:
            score = max(score, _HEADLINE)
        if score < 0.5 and ruling.ratio < _MENTIONED:
            return None
        evidence = _evidence(reading, ruling, self._weights.get(key), features)
        return Topic(id=key, score=round(score, 3), about=score >= 0.5, evidence=evidence) if evidence else None


def _odds(probability: float) -> float:
    return math.log(probability / (1.0 - probability))


def _evidence(reading: Reading, ruling: Ruling, weights: Weights | None, features: Features) -> tuple[Span, ...]:
    """The triggers of acts and the topic's own terms; where those are few, the signs that speak most for it."""
    found = list(ruling.triggers)
    found += [_span(reading.text, hit) for hit in ruling.terms]
    if weights and len(found) < _FEW:
        found += [_span(reading.text, hit) for hit in _telling(weights, features, reading.hits)]
    unique = list(dict.fromkeys(found))[:_MOST_EVIDENCE]
    return tuple(sorted(unique, key=lambda span: (span.start, span.end)))


def _telling(weights: Weights, features: Features, hits: Sequence[Hit]) -> list[Hit]:
    """Hits of the groups that speak for the topic, those that speak loudest first."""
    known = weights.weights
    loud: dict[str, float] = defaultdict(float)
    for name, value in features.items():
        group, at, _ = name.partition("@")
        if at and name in known:
            loud[group] += value * known[name]
    groups = {group: by for group, by in loud.items() if by > 0}
    terms = {id(hit.term): hit.term for hit in hits}  # few, however often each stands there
    speak = {key: max((groups.get(group, 0.0) for group in term.groups), default=0.0) for key, term in terms.items()}
    telling = (hit for hit in hits if speak[id(hit.term)])
    return nsmallest(_MOST_EVIDENCE, telling, key=lambda hit: (-speak[id(hit.term)], hit.start, -hit.end))


def _span(text: str, hit: Hit) -> Span:
    return Span(start=hit.start, end=hit.end, quote=text[hit.start : hit.end])
