"""Citations: G§n and S§n are sections of the pages in docs/reference."""

from collections.abc import Iterator
from pathlib import Path
import re

import pytest

from tests.support.pages import ROOT

REFERENCES = {
    "G": ROOT / "docs" / "reference" / "gateway.md",
    "S": ROOT / "docs" / "reference" / "storage.md",
}
# Every folder with tracked Python or Markdown files; the others (.venv, .demo, dist) hold none of the project.
FOLDERS = (".ci", ".github", "benchmarks", "custom_components", "docs", "scripts", "simulator", "tests")
FILES = sorted(
    file
    for suffix in ("py", "md")
    for pattern in (f"*.{suffix}", *(f"{folder}/**/*.{suffix}" for folder in FOLDERS))
    for file in ROOT.glob(pattern)
)
_NUMBER = r"\d+(?:\.\d+)*"
# A letter holds for the sections that follow it: "G§1.3, §8"; a comment may be wrapped between them.
_CITATION = re.compile(rf"(?P<letter>[GS])§ ?{_NUMBER}(?:(?:,|,? and|,? or| to)\s+(?:# )?§ ?{_NUMBER})*")
_SECTION = re.compile(rf"§ ?({_NUMBER})")
_HEADING = re.compile(rf"^#+ (?:§ ?)?({_NUMBER})", re.MULTILINE)
# "DESIGN" followed by a section: a document that is not in the repository.
_OUTSIDE = re.compile(r"DESIGN\s+(?:# )?§")


def name(file: Path) -> str:
    """Return the path of a file in the repository."""
    return file.relative_to(ROOT).as_posix()


def places(pattern: re.Pattern[str], text: str, file: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the matches of a pattern with their place as `file:line`."""
    for found in pattern.finditer(text):
        yield f"{file}:{text.count('\n', 0, found.start()) + 1}", found


def citations(text: str, file: str) -> Iterator[tuple[str, str, str]]:
    """Yield the place, the letter and the number of each cited section."""
    for place, found in places(_CITATION, text, file):
        for number in re.findall(_NUMBER, found[0]):
            yield place, found["letter"], number


def sections(page: Path) -> set[str]:
    """Return the section numbers of a page; a page that does not exist has none."""
    return set(_HEADING.findall(page.read_text("utf-8"))) if page.exists() else set()


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("(G§{0}, §{1})", "G{0} G{1}"),
        ("G§{0}, S§{1}, §{0}", "G{0} S{1} S{0}"),
        ("G§{0} to §{1}", "G{0} G{1}"),
        ("# (G§ {0},\n# §{1})", "G{0} G{1}"),
        ("G§{0}, {1} W", "G{0}"),
        ("§{0}", ""),
    ],
)
def test_a_letter_applies_to_the_sections_that_follow_it(text: str, cited: str) -> None:
    """The numbers are filled in here, so that this file cites nothing."""
    numbers = "4.10", "2"

    found = citations(text.format(*numbers), "file.py")

    assert [letter + number for _, letter, number in found] == cited.format(*numbers).split()


def test_every_cited_section_exists() -> None:
    existing = {letter: sections(page) for letter, page in REFERENCES.items()}
    cited = [each for file in FILES for each in citations(file.read_text("utf-8"), name(file))]
    assert len(cited) > 500

    missing = [f"{place}: {letter}§{number}" for place, letter, number in cited if number not in existing[letter]]

    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("page", REFERENCES.values(), ids=lambda page: page.stem)
def test_a_section_cited_without_a_letter_exists_on_its_page(page: Path) -> None:
    """On the reference pages themselves."""
    text = page.read_text("utf-8")
    existing = sections(page)
    with_letter = {place for found in _CITATION.finditer(text) for place in range(*found.span())}
    without_letter = [
        (place, found) for place, found in places(_SECTION, text, name(page)) if found.start() not in with_letter
    ]

    missing = [f"{place}: {found[0]}" for place, found in without_letter if found[1] not in existing]

    assert not missing, "\n".join(missing)


def test_nothing_outside_the_repository_is_cited() -> None:
    """Facts are cited from the references, decisions from the documentation."""
    found = [place for file in FILES for place, _ in places(_OUTSIDE, file.read_text("utf-8"), name(file))]

    assert not found, "\n".join(found)
