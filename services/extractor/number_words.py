"""Numbers as news writes them before a unit of time: "17", "two", "a couple of", "twenty-five"."""

_TEENS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS = {word: value for value, word in enumerate(_TEENS, 1)} | {word: 10 * ten for ten, word in enumerate(_TENS, 2)}
_NUMBERS |= {f"{ten}{sign}{one}": _NUMBERS[ten] + _NUMBERS[one] for ten in _TENS for one in _TEENS[:9] for sign in "- "}
_WRITTEN = "|".join(sorted(_NUMBERS, key=len, reverse=True))

COUNT = rf"(?:(?P<count>\d{{1,3}}|a\s+couple|couple|an?|{_WRITTEN})(?:\s+of)?)"


def number(written: str) -> int:
    """The value of what :data:`COUNT` has matched as ``count``; a couple are two."""
    word = written.lower()
    if word.isdigit():
        return int(word)
    return 1 if word in {"a", "an"} else _NUMBERS.get(word, 2)
