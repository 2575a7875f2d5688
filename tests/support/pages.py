"""The pages of the repository, read as their readers do: tables, blocks of code, links, and what they name."""

from collections.abc import Iterator
from pathlib import Path
import re

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")))
_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def text(page: Path) -> str:
    """Give all of a page."""
    return page.read_text("utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Give the blocks of code in a language."""
    return [found["code"] for found in _FENCE.finditer(text(page)) if found["language"] == language]


def prose(page: Path) -> str:
    """Give a page without its blocks of code."""
    return _FENCE.sub("", text(page))


def section(page: Path, heading: str) -> str:
    """Give what stands below a heading, to the next one of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,2}} |\Z)", text(page), re.MULTILINE | re.DOTALL)
    assert found, f"{page.name} has no heading {heading}"
    return re.split(rf"^{found[1]} ", found[2], maxsplit=1, flags=re.MULTILINE)[0]


def table(of: str) -> list[list[str]]:
    """Give the cells of all tables in a text, each row a list, without headings."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in re.findall(r"^\|.*$", of, re.MULTILINE)
    ]
    return [
        row
        for row, after in zip(rows, [*rows[1:], []], strict=True)
        if not _is_rule(row) and not (after and _is_rule(after))
    ]


def _is_rule(row: list[str]) -> bool:
    return all(set(cell) == {"-"} for cell in row)


def names(cell: str) -> list[str]:
    """Give the names in a cell: `One, another: a remark`."""
    return cell.partition(":")[0].split(", ")


def anchors(page: Path) -> set[str]:
    """Give what a link into a page can name, as GitHub and Home Assistant make it of the headings."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[str]:
    """Give the relative links of a page."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" not in target:
            yield target
