"""Read the Markdown pages of the repository: sections, tables, blocks of code and links."""

from collections.abc import Iterator
from pathlib import Path
import re

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = (*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("**/*.md")))
_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def text(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text("utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Return the blocks of code in a language."""
    return [found["code"] for found in _FENCE.finditer(text(page)) if found["language"] == language]


def prose(page: Path) -> str:
    """Return the text of a page without its blocks of code."""
    return _FENCE.sub("", text(page))


def section(page: Path, heading: str) -> str:
    """Return the text below a heading, up to the next heading of the same or a higher level."""
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,2}} |\Z)", text(page), re.MULTILINE | re.DOTALL)
    assert found, f"{page.name} has no heading {heading}"
    return re.split(rf"^{found[1]} ", found[2], maxsplit=1, flags=re.MULTILINE)[0]


def table(content: str) -> list[list[str]]:
    """Return the rows of all tables in a text as lists of cells, without the header rows."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in re.findall(r"^\|.*$", content, re.MULTILINE)
    ]
    return [
        row
        for row, after in zip(rows, [*rows[1:], []], strict=True)
        if not _is_rule(row) and not (after and _is_rule(after))
    ]


def _is_rule(row: list[str]) -> bool:
    return all(set(cell) == {"-"} for cell in row)


def names(cell: str) -> list[str]:
    """Return the names in a cell of the form `Name, other name: remark`."""
    return cell.partition(":")[0].split(", ")


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page: its headings as GitHub and Home Assistant write them in links."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[str]:
    """Yield the relative links of a page."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" not in target:
            yield target
