"""YAML files as documents: values of JSON's types only, with the position of every path.

It goes on after an error where it can, so that all errors of a file show at once. Never touches the disk.
"""

from __future__ import annotations

import re

from yaml import YAMLError
from yaml.reader import ReaderError

from qfops.core.diagnostics import Diagnostic
from qfops.manifests.yaml.builder import Builder, Document, GiveUp, PathCache
from qfops.manifests.yaml.events import is_depth_limit
from qfops.manifests.yaml.syntax import syntax_problem

_RESTARTS = 20
_NEXT_DOCUMENT = re.compile(r"^---(?=\s|$)", re.MULTILINE)


def read_documents(
    file: str, text: str, paths: PathCache, found: list[Diagnostic]
) -> tuple[list[Document], bool]:
    """Every document of a YAML text that is not empty, and whether the text was read to its end.

    What is wrong is added to `found`. After a syntax error the reading goes on with the next document.
    What the fast parser finds too deep is read again by the slow one, so that the limit is always ours.
    """
    documents: list[Document] = []
    complete, any_depth = True, False
    for _ in range(_RESTARTS):
        read, reported = len(documents), len(found)
        builder = Builder(file, text, paths, found, any_depth=any_depth)
        try:
            documents.extend(builder.documents())
        except GiveUp:
            return documents, False
        except YAMLError as error:
            if is_depth_limit(error) and not any_depth:
                any_depth = True
                del documents[read:], found[reported:]
                continue
            found.append(syntax_problem(file, text, error))
            following = None if isinstance(error, ReaderError) else _document_after(text, builder.line)
            if following is None:
                return documents, False
            # empty lines in place of what has been read keep the line numbers
            text = "\n" * text.count("\n", 0, following) + text[following:]
        else:
            return documents, complete
        complete = False
    return documents, False


def _document_after(text: str, line: int) -> int | None:
    """Where the next document below a line (from 0) begins."""
    position = 0
    for _ in range(line + 1):
        position = text.find("\n", position) + 1
        if not position:
            return None
    match = _NEXT_DOCUMENT.search(text, position)
    return match.start() if match else None
