"""What no schema can say about lists of parties."""

import re
from collections.abc import Iterator

from services.config.document import Document
from services.config.problems import Problem
from services.core.rules.values import member_mistakes
from services.core.rules.vocabulary import Vocabulary
from services.core.settings import ListsFile

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")


def lists_problems(document: Document, file: ListsFile, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Names that a rule could not write, and members that are unknown or stand twice."""
    for name, members in file.lists.items():
        if not _NAME.fullmatch(name):
            message = "not a name; allowed: small letters, digits, _ . and -, a letter or digit first, at most 80"
            yield document.problem(("lists", name), message)
        seen: dict[str, int] = {}
        for number, member in enumerate(members):
            path = ("lists", name, number)
            for message in member_mistakes(member, vocabulary):
                yield document.problem(path, message)
            if seen.setdefault(member, number) != number:
                yield document.problem(path, f'"{member}" stands twice in this list')
