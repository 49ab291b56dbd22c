"""YAML files as documents: values of JSON's types only, with the position of every path.

It goes on after an error where it can, so that all errors of a file show at once. Never touches the disk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from yaml import YAMLError
from yaml.reader import ReaderError

from qfops.core.diagnostics import Diagnostic
from qfops.manifests.yaml.builder import Builder, Document, GiveUp, PathCache
from qfops.manifests.yaml.events import is_depth_limit
from qfops.manifests.yaml.syntax import syntax_problem

_RESTARTS = 20
_NEXT_DOCUMENT = re.compile(r"^---(?=\s|$)", re.MULTILINE)


class Parsed(NamedTuple):
    """The documents of a file that are not empty, what is wrong with it, and whether all of it was read."""

    documents: Sequence[Document]
    diagnostics: Sequence[Diagnostic]
    complete: bool


def read_documents(file: str, text: str, paths: PathCache) -> Parsed:
    """Every document of a YAML text; after a syntax error the reading goes on with the next one.

    What the fast parser finds too deep is read again by the slow one, so that the limit is always ours.
    """
    documents: list[Document] = []
    diagnostics: list[Diagnostic] = []
    complete, any_depth = True, False
    for _ in range(_RESTARTS):
        read = len(documents)
        builder = Builder(file, text, paths, any_depth=any_depth)
        following: int | None = None
        try:
            documents.extend(builder.documents())
        except GiveUp:
            diagnostics += builder.diagnostics
        except YAMLError as error:
            if is_depth_limit(error) and not any_depth:
                any_depth = True
                del documents[read:]
                continue
            diagnostics += [*builder.diagnostics, syntax_problem(file, text, error)]
            following = None if isinstance(error, ReaderError) else _document_after(text, builder.line)
        else:
            return Parsed(documents, [*diagnostics, *builder.diagnostics], complete)
        complete = False
        if following is None:
            break
        # empty lines in place of what has been read keep the line numbers
        text = "\n" * text.count("\n", 0, following) + text[following:]
    return Parsed(documents, diagnostics, complete=False)


def _document_after(text: str, line: int) -> int | None:
    """Where the next document below a line (from 0) begins."""
    position = 0
    for _ in range(line + 1):
        position = text.find("\n", position) + 1
        if not position:
            return None
    match = _NEXT_DOCUMENT.search(text, position)
    return match.start() if match else None
