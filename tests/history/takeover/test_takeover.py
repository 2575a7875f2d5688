"""Entities of core's integration move with their customizations, and back."""

import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN

from .two_integrations import TwoIntegrations

pytestmark = pytest.mark.slow


async def test_rows_move_and_keep_their_customizations(home: TwoIntegrations) -> None:
    before = home.rows(home.core)

    plan = await home.take_over()

    moved = {each.row.id: each.row for each in plan.moves}
    assert len(moved) == 13
    assert home.changed(moved) == {}
    assert {home.row(registry_id).platform for registry_id in moved} == {DOMAIN}
    left = {registry_id: row for registry_id, row in before.items() if registry_id not in moved}
    assert {home.row(registry_id).platform for registry_id in left} == {"enphase_envoy"}
    assert home.warnings() == []


async def test_undo_returns_every_row(home: TwoIntegrations) -> None:
    before, own = home.rows(home.core), home.rows(home.entry)
    await home.take_over()

    await home.undo()

    assert home.changed(before, "name", "options", "unique_id", "platform", "config_entry_id", "original_name") == {}
    assert home.rows(home.core).keys() == before.keys()
    # Our devices are new ones: the registry forgets a device whose identifiers another one has had.
    lost = home.changed(own, "name", "unique_id").values()
    assert {attribute for attributes in lost for attribute in attributes} == {"device_id"}
    assert home.rows(home.entry).keys() == own.keys()
    assert home.warnings() == []
