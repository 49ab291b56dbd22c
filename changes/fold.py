"""`script/changelog`: folds the fragments of this folder into CHANGELOG.md and deletes them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
CHANGELOG = HERE.parent / "CHANGELOG.md"
HEADINGS = {"added": "Added", "changed": "Changed", "fixed": "Fixed"}
LONGEST_LINE = 110
_NAME = re.compile(rf"[a-z0-9]+(?:-[a-z0-9]+)*\.({'|'.join(HEADINGS)})\.md")
_NOT_FRAGMENTS = {"README.md", "__init__.py", "fold.py", "__pycache__"}
_UNRELEASED = "## Unreleased\n"


def fragments(folder: Path = HERE) -> list[Path]:
    """The files of a folder that are, or should be, fragments, by name."""
    return sorted(path for path in folder.iterdir() if path.name not in _NOT_FRAGMENTS)


def problems(paths: list[Path]) -> list[str]:
    """What is wrong with fragments, a line for each mistake."""
    found = []
    for path in paths:
        if not _NAME.fullmatch(path.name):
            found.append(f"{path.name}: the name is not <slug>.<{'|'.join(HEADINGS)}>.md")
            continue
        lines = path.read_text(encoding="utf-8").strip().splitlines()
        if not lines:
            found.append(f"{path.name}: it says nothing")
        if any(line.startswith(("#", "- ", "* ")) for line in lines):
            found.append(f"{path.name}: write sentences, no headings and no bullets")
        if any(len(line) > LONGEST_LINE for line in lines):
            found.append(f"{path.name}: a line is longer than {LONGEST_LINE} characters")
    return found


def folded(changelog: str, paths: list[Path]) -> str:
    """The changelog with fragments in its section Unreleased, each below what its heading has already."""
    before, mark, rest = changelog.partition(_UNRELEASED)
    if not mark:
        raise ValueError(f"the changelog has no line {_UNRELEASED.strip()!r}")
    following = re.search(r"^## ", rest, re.MULTILINE)
    end = following.start() if following else len(rest)
    intro, *parts = re.split(r"^### (.+)\n", rest[:end], flags=re.MULTILINE)
    sections = dict(zip(parts[::2], (body.strip() for body in parts[1::2]), strict=True))
    for path in paths:
        heading = HEADINGS[path.name.split(".")[1]]
        sections[heading] = f"{sections.get(heading, '')}\n{_item(path)}".strip()
    order = [*(name for name in HEADINGS.values() if name in sections), *sections]
    texts = [intro.strip(), *(f"### {name}\n\n{sections[name]}" for name in dict.fromkeys(order))]
    section = "\n\n".join(text for text in texts if text)
    return f"{before}{mark}\n{section}\n" + (f"\n{rest[end:]}" if following else "")


def _item(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").strip().splitlines()
    return "\n".join([f"- {lines[0]}", *(f"  {line}".rstrip() for line in lines[1:])])


def main() -> None:
    """Fold all fragments, or say what is wrong with them and change nothing."""
    paths = fragments()
    wrong = problems(paths)
    if wrong:
        sys.exit("\n".join(wrong))
    CHANGELOG.write_text(folded(CHANGELOG.read_text(encoding="utf-8"), paths), encoding="utf-8")
    for path in paths:
        path.unlink()
    sys.stdout.write(f"{len(paths)} folded into {CHANGELOG.name}; read it: git diff\n")


if __name__ == "__main__":
    main()
