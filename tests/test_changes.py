"""The fragments of the changelog: well-formed, and folded where they belong."""

from pathlib import Path

import pytest

from changes.fold import CHANGELOG, folded, fragments, problems

LOG = """\
# Changelog

## Unreleased

The first.

- Old.

### Changed

- Before.

## 0.1.0

- Oldest.
"""


def written(folder: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        (folder / f"{name.replace('_', '.')}.md").write_text(text, encoding="utf-8")
    return fragments(folder)


def test_the_fragments_are_well_formed() -> None:
    assert problems(fragments()) == []


def test_they_fit_into_the_changelog() -> None:
    paths = fragments()
    whole = folded(CHANGELOG.read_text(encoding="utf-8"), paths)
    assert all(path.read_text(encoding="utf-8").splitlines()[0] in whole for path in paths)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a-b2.fixed.md", "Text.\n", ""),
        ("a.removed.md", "Text.\n", "the name is not"),
        ("A.fixed.md", "Text.\n", "the name is not"),
        ("a b.fixed.md", "Text.\n", "the name is not"),
        ("fixed.md", "Text.\n", "the name is not"),
        ("a.fixed.txt", "Text.\n", "the name is not"),
        ("a.fixed.md", "\n", "says nothing"),
        ("a.fixed.md", "- Text.\n", "no bullets"),
        ("a.fixed.md", "# Text.\n", "no headings"),
        ("a.fixed.md", "x" * 111, "longer than 110"),
    ],
)
def test_what_a_fragment_is(name: str, text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = problems(fragments(tmp_path))
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_they_go_under_their_headings_in_order(tmp_path: Path) -> None:
    paths = written(
        tmp_path, z_fixed="Last.\n", b_changed="Two\nlines.\n", c_changed="Three.\n", y_added="New.\n"
    )
    assert folded(LOG, paths) == LOG.replace("### Changed", "### Added\n\n- New.\n\n### Changed").replace(
        "- Before.\n", "- Before.\n- Two\n  lines.\n- Three.\n\n### Fixed\n\n- Last.\n"
    )


def test_without_fragments_it_stays_as_it_is() -> None:
    assert folded(LOG, []) == LOG
    last = LOG.split("\n## 0.1.0")[0]
    assert folded(last, []) == last


def test_a_changelog_without_the_section_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no line '## Unreleased'"):
        folded("# Changelog\n", [])
