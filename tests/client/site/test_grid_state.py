"""The state of the grid (S§25)."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    ENSEMBLE_INVENTORY,
    GENERATOR,
    GRID_RELAY,
    LIVE_DATA,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.site.grid_state import (
    GridSigns,
    GridState,
    grid_signs,
    grid_state,
    is_connected,
)
from tests.support import storage_answers as storage
from tests.support.answers import Document
from tests.support.storage_documents import FULL, NONE, storage_documents

ON_GRID, OFF_GRID, OUTAGE = GridState.ON_GRID, GridState.OFF_GRID, GridState.OUTAGE
ON_GENERATOR, SYNCHRONIZING = GridState.GENERATOR, GridState.SYNCHRONIZING


@pytest.mark.parametrize(
    ("commanded", "position", "previous", "expected"),
    [
        pytest.param("closed", "closed", None, ON_GRID, id="normal"),
        pytest.param("open", "closed", ON_GRID, ON_GRID, id="commanded off grid, not yet open"),
        pytest.param("open", "open synchronizing", ON_GRID, OFF_GRID, id="off grid by command"),
        pytest.param("open", "open synchronized", OFF_GRID, OFF_GRID, id="off grid by command, grid present"),
        pytest.param("open", "open", OFF_GRID, OFF_GRID, id="off grid by command, grid lost"),
        pytest.param("closed", "open synchronized", OFF_GRID, SYNCHRONIZING, id="commanded on grid"),
        pytest.param("closed", "open", OFF_GRID, SYNCHRONIZING, id="commanded on grid, for a moment without grid"),
        pytest.param("closed", "open", SYNCHRONIZING, OUTAGE, id="commanded on grid, still without grid"),
        pytest.param("closed", "open", ON_GRID, OUTAGE, id="outage"),
        pytest.param("closed", "open", None, OUTAGE, id="outage at the start"),
        pytest.param("closed", "open synchronizing", OUTAGE, SYNCHRONIZING, id="the grid is back"),
        pytest.param("closed", "Closed", None, ON_GRID, id="another case"),
        pytest.param("closed", "welded", ON_GRID, None, id="unknown position"),
        pytest.param("maybe", "open", ON_GRID, None, id="unknown command"),
        pytest.param(None, "open", ON_GRID, None, id="no command"),
    ],
)
def test_the_state_follows_from_command_and_position(
    commanded: str | None, position: str, previous: GridState | None, expected: GridState | None
) -> None:
    signs = GridSigns(commanded_position=commanded, relay_position=position)

    assert grid_state(signs, previous) is expected


@pytest.mark.parametrize("commanded", ["closed", "open"])
def test_it_is_no_outage_while_the_generator_runs(commanded: str) -> None:
    signs = GridSigns(commanded_position=commanded, relay_position="open", on_generator=True)

    assert grid_state(signs) is ON_GENERATOR


def test_a_generator_that_still_runs_does_not_hide_the_grid() -> None:
    signs = GridSigns(commanded_position="closed", relay_position="closed", on_generator=True)

    assert grid_state(signs) is ON_GRID


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ENCMN_MDE_ON_GRID", ON_GRID),
        ("ENCMN_MDE_OFF_GRID", OFF_GRID),
        ("ENCMN_MDE_SYNCHRONIZING", SYNCHRONIZING),
        ("ENCMN_MDE_NEW_WORD", None),
    ],
)
def test_the_state_behind_a_collar_is_its_admin_state(word: str, expected: GridState | None) -> None:
    assert grid_state(GridSigns(collar_state=word, main_relay_state=1)) is expected


@pytest.mark.parametrize(
    ("number", "expected"), [(0, OUTAGE), (2, OFF_GRID), (3, OFF_GRID), (1, OFF_GRID), (None, OFF_GRID)]
)
def test_behind_a_collar_the_main_relay_of_live_data_has_the_reason(number: int | None, expected: GridState) -> None:
    """A command leaves a grid to synchronize with."""
    assert grid_state(GridSigns(collar_state="ENCMN_MDE_OFF_GRID", main_relay_state=number)) is expected


def test_last_known_live_data_have_no_reason() -> None:
    documents = storage_documents(FULL)
    live = documents.get(LIVE_DATA)
    assert live is not None
    assert grid_signs(documents).main_relay_state == 1

    stale = documents.with_answer(LIVE_DATA, replace(live, is_last_known=True), 0)

    assert grid_signs(stale).main_relay_state is None


def test_behind_a_collar_the_generator_counts_too() -> None:
    assert grid_state(GridSigns(collar_state="ENCMN_MDE_OFF_GRID", on_generator=True)) is ON_GENERATOR


@pytest.mark.parametrize(("number", "expected"), [(1, ON_GRID), (0, None), (2, None), (None, None)])
def test_without_words_only_the_number_of_the_closed_relay_is_certain(
    number: int | None, expected: GridState | None
) -> None:
    assert grid_state(GridSigns(main_relay_state=number)) is expected


def signs_of(changes: dict[Endpoint[object], Document], *without: Endpoint[object]) -> GridSigns:
    """Return the signs of the site with a system controller after some changes."""
    return grid_signs(storage_documents(FULL, changes, without=without))


def test_the_relay_is_newer_than_the_inventory() -> None:
    signs = signs_of({GRID_RELAY: storage.grid_relay(mains_oper_state="open")})

    assert (signs.commanded_position, signs.relay_position) == ("closed", "open")


def test_without_the_inventory_the_relay_counts_where_the_site_has_a_controller() -> None:
    documents = storage_documents(FULL, without=(ENSEMBLE_INVENTORY,))

    assert grid_signs(documents, has_controller=True).relay_position == "closed"


def test_without_the_relay_the_system_controller_has_the_words() -> None:
    controller = storage.controller(mains_admin_state="open", mains_oper_state="open synchronizing")
    signs = signs_of({ENSEMBLE_INVENTORY: [storage.group("ENPOWER", controller)]}, GRID_RELAY)

    assert (signs.commanded_position, signs.relay_position) == ("open", "open synchronizing")


def test_a_relay_without_a_device_is_no_sign() -> None:
    """S§6: it reads `closed` on every gateway; so does the main relay of live data."""
    assert grid_signs(storage_documents(NONE)) == GridSigns()
    assert grid_signs(storage_documents(without=(ENSEMBLE_INVENTORY,))) == GridSigns()


def test_a_collar_has_its_own_word() -> None:
    signs = signs_of({ENSEMBLE_INVENTORY: [storage.group("COLLAR", storage.collar())]})

    assert (signs.relay_position, signs.collar_state, signs.main_relay_state) == (None, "ENCMN_MDE_ON_GRID", 1)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({GENERATOR: storage.generator(oper_state="close")}, id="generator"),
        pytest.param({GRID_RELAY: storage.grid_relay(Solar_grid_mode="multimode-generator")}, id="solar mode"),
        pytest.param({GRID_RELAY: storage.grid_relay(Enchg_grid_mode="multimode-generator")}, id="battery mode"),
        pytest.param(
            {
                ENSEMBLE_INVENTORY: [
                    storage.group("ENPOWER", storage.controller(admin_state_str="ENPWR_STATE_OPER_GEN_CLOSE"))
                ]
            },
            id="system controller",
        ),
    ],
)
def test_any_sign_of_the_generator_counts(changes: dict[Endpoint[object], Document]) -> None:
    assert signs_of(changes).on_generator


def test_a_generator_that_is_idle_is_no_sign() -> None:
    assert not signs_of({}).on_generator
    assert not signs_of({}, GENERATOR).on_generator


@pytest.mark.parametrize(
    ("state", "expected"),
    [(None, None), (ON_GRID, True), (OFF_GRID, False), (OUTAGE, False), (ON_GENERATOR, False), (SYNCHRONIZING, False)],
)
def test_only_on_grid_is_connected(state: GridState | None, *, expected: bool | None) -> None:
    assert is_connected(state) is expected
