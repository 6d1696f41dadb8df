"""Plain text from outside made uniform: one form of space, no control, format or invisible characters, bounded."""

import re
import unicodedata

# Characters that show nothing or turn the text around: controls, zero width space, soft hyphen, marks and overrides
# of direction, byte order mark, interlinear annotation, tags, noncharacters, lone surrogates. The joiners U+200C and
# U+200D stay: Persian, Hindi and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile("[^\\S\n]+")
_AROUND_BREAK = re.compile(" ?\n ?")
_BREAKS = re.compile("\n{3,}")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*\s")


def clean_text(text: str) -> str:
    """The text with paragraphs (a blank line between) and lines kept, other runs of space as one, in NFC, nothing invisible.

    Cleaning what is clean changes nothing.
    """
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", text))
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", text))
    return _BREAKS.sub("\n\n", _AROUND_BREAK.sub("\n", text)).strip()


def clean_line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean_text(text).split())


def cut(text: str, limit: int) -> str:
    """At most ``limit`` code points of clean text, cut at a space where one is near."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    space = max(head.rfind(" "), head.rfind("\n"))
    return (head[:space] if space > limit * 3 // 4 else head).rstrip()


def split_head(text: str, limit: int = 200) -> tuple[str, str]:
    """The first sentence or line (at most ``limit`` code points) and the rest: a title for a text that has none."""
    line, _, rest = text.partition("\n")
    ends = [match.end() for match in _SENTENCE_END.finditer(line, 0, limit)]
    if ends and ends[0] < len(line):
        return line[: ends[0]].strip(), text[ends[0] :].strip()
    head = cut(line, limit)
    return head, (line[len(head) :] + "\n" + rest).strip()


def squeeze(text: str) -> str:
    """Letters and digits only, in one case: two texts that differ in space and punctuation squeeze alike."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
