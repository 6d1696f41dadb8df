"""Every span of a message, and whether it says the truth."""

from collections.abc import Iterator
from typing import Any

import msgspec

from services.core.mention import Span


def spans_of(value: Any) -> Iterator[Span]:
    """All spans, however deep they stand."""
    if isinstance(value, Span):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from spans_of(getattr(value, name))
    elif isinstance(value, tuple):
        for part in value:
            yield from spans_of(part)


def is_true(span: Span, text: str) -> bool:
    """The span invariant: ``text[start:end] == quote``, in code points."""
    return 0 <= span.start <= span.end <= len(text) and text[span.start : span.end] == span.quote
