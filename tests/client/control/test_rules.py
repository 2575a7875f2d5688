"""Which settings a site offers: it has what they change, and the endpoints to change and to prove it."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.enphase_iq_gateway.client.control.rules import RULES, Setting, is_available
from custom_components.enphase_iq_gateway.client.endpoints import LIVE_DATA, SCHEDULER, SECONDARY_CONTROL
from custom_components.enphase_iq_gateway.client.site.storage_site import StorageSite

EVERYTHING = StorageSite(
    batteries=frozenset({"1"}),
    ac_batteries=frozenset({"2"}),
    system_controllers=frozenset({"3"}),
    has_ac_batteries=True,
    has_generator=True,
)
STORAGE = {Setting.STORAGE_MODE, Setting.RESERVE, Setting.CHARGE_FROM_GRID}
SLEEP = {Setting.AC_BATTERY_SLEEP, Setting.AC_BATTERY_WAKE}
CONTROLLER = {Setting.GRID_RELAY, Setting.DRY_CONTACT, Setting.CONTACT_SETTINGS}


def available(site: StorageSite) -> set[Setting]:
    return {setting for setting in Setting if is_available(setting, site)}


def test_every_setting_has_a_rule() -> None:
    assert set(RULES) == set(Setting) == available(EVERYTHING)


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"batteries": frozenset()}, STORAGE),
        ({"ac_batteries": frozenset()}, SLEEP),
        ({"system_controllers": frozenset()}, CONTROLLER),
        ({"system_controllers": frozenset(), "collars": frozenset({"4"})}, CONTROLLER),
        ({"has_generator": False}, {Setting.GENERATOR_MODE}),
        ({"missing": frozenset({LIVE_DATA})}, {Setting.STORAGE_MODE}),
        ({"missing": frozenset({SCHEDULER})}, {Setting.CHARGE_FROM_GRID}),
        ({"missing": frozenset({SECONDARY_CONTROL})}, {Setting.RESERVE}),
    ],
)
def test_a_site_offers_only_what_it_has_and_can_prove(changed: dict[str, Any], missing: set[Setting]) -> None:
    assert available(EVERYTHING) - available(replace(EVERYTHING, **changed)) == missing


def test_only_settings_of_storage_are_looked_at_again() -> None:
    assert {setting for setting, rule in RULES.items() if rule.second_look_s is not None} == STORAGE
