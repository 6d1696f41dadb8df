"""Text from outside, made safe to print on a terminal or in a log line."""


def printable(text: str, limit: int = 2000) -> str:
    """The text with control, format and other unprintable characters as escapes, on one line, cut after ``limit`` code points."""
    kept = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text[:limit])
    return kept + ("…" if len(text) > limit else "")
