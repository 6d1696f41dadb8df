"""Whether the words around an expression of time look back or ahead."""

import re

_CUES = re.compile(
    r"\b(?:(?P<ahead>will|shall|would|could|might|should|can|cannot|won't|(?:may|must)\s+(?:be|not|have)|(?:is|are)\s+to|to\s+be|plan(?:s|ned|ning)?"
    r"|expect(?:s|ed)?|scheduled|slated|due(?!\s+to\b)|due\s+to\s+(?:be|arrive|expire|start|begin|meet|take|end|visit|receive|open|vote|hold|deliver)|set\s+(?:to|for)|poised\s+to|about\s+to|going\s+to|(?:aim|hope|want|need|vow|pledge"
    r"|promise|agree|threaten|decide|propose|intend|prepare)(?:e?s|e?d)?\s+to(?!\s+(?:an?|the|its|their|\d))|ready\s+to|preparing\s+to|upcoming|deadline|expires?)"
    r"|(?P<weak>to\s+(?:deliver|send|sell|supply|provide|give|ship|transfer|impose|sanction|lift|ease|meet|visit|vote|discuss"
    r"|hold|decide|announce|begin|start|end|expire|take|receive|buy|get|sign|host|make|travel|arrive|attend|extend|renew"
    r"|approve|unveil|launch|resume|halt|suspend|stop))"
    r"|(?P<back>said|told|was|were|had|has|have|did|sent|sold|bought|gave|made|began|met|took|came|went|struck|hit|saw|held"
    r"|spoke|won|lost|shot|found|got|put|ago|(?!speed|indeed|exceed|proceed|succeed|hundred|united|armed|allied)[a-z]{3,}ed))\b|(?P<soon>'ll\b)",
    re.IGNORECASE,
)
_TOLD = re.compile(r"(?:\w+ed|decided)(?:\s+to)?", re.IGNORECASE)  # "On Monday they vowed to": the vow has been made
_AFTER = 80  # code points after an expression that may tell, where nothing before it does
_BEFORE = 300


def direction(sentence: str, start: int, end: int) -> int:
    """1 ahead, -1 back, 0 where no word tells: the last one before ``start``, else the first after ``end``."""
    before = list(_CUES.finditer(sentence, max(0, start - _BEFORE), start))
    if any(cue.lastgroup == "back" for cue in before):
        before = [cue for cue in before if cue.lastgroup != "weak"]
    if before:
        return _sign(before[-1])
    after = _CUES.search(sentence, end, end + _AFTER)
    if after is None:
        return 0
    return -1 if _TOLD.fullmatch(after[0]) else _sign(after)


def _sign(cue: re.Match[str]) -> int:
    return -1 if cue.lastgroup == "back" else 1
