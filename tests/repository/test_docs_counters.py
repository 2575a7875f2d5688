"""Compare the table of faults in `docs/counters.md` with the gauntlet."""

from tests.support.gauntlet_rows import ROWS
from tests.support.pages import DOCS, section, table

PAGE = DOCS / "counters.md"
MOST_KWH = 0.1


def test_every_fault_of_the_gauntlet_is_listed_with_its_source() -> None:
    rows = table(section(PAGE, "Test evidence"))

    assert [(name, source) for name, source, *_ in rows] == [(row.name, row.source) for row in ROWS]


def test_the_listed_errors_are_within_the_limit_of_the_gauntlet() -> None:
    rows = table(section(PAGE, "Test evidence"))

    assert {name: error for name, _, error, _ in rows if abs(float(error)) > MOST_KWH} == {}
