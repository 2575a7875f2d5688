"""The page about the takeover lists every entity that core's integration can have."""

from tests.support.pages import DOCS, section, table
from tests.support.takeover_page import tables

PAGE = DOCS / "coming-from-another-integration.md"


def test_every_entity_of_core_is_listed_with_what_becomes_of_it() -> None:
    moving, _ = tables()

    assert [tuple(row) for row in table(section(PAGE, "What moves"))] == moving


def test_every_entity_that_stays_behind_is_listed_with_the_reason() -> None:
    _, staying = tables()
    rows = table(section(PAGE, "What stays behind"))

    assert sorted(name for names, _ in rows for name in names.split(", ")) == staying
    assert all(reason for _, reason in rows)
