"""Which settings a site offers: it has what they change, and the endpoints to change and to prove it."""

from dataclasses import replace
from typing import Any

from awesomeversion import AwesomeVersion
import pytest

from custom_components.enphase_iq_gateway.client.control.rules import RULES, Setting, rule_for
from custom_components.enphase_iq_gateway.client.endpoints import (
    ENSEMBLE_INVENTORY,
    GRID_RELAY,
    LIVE_DATA,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
)
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


COLLAR = replace(EVERYTHING, system_controllers=frozenset(), collars=frozenset({"4"}))
NEW, OLD = AwesomeVersion("8.3.6086"), AwesomeVersion("8.2.127")


def available(site: StorageSite) -> set[Setting]:
    return {setting for setting in Setting if rule_for(setting, site, NEW) is not None}


def test_every_setting_has_a_rule() -> None:
    assert set(RULES) == set(Setting) == available(EVERYTHING)


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"batteries": frozenset()}, STORAGE),
        ({"ac_batteries": frozenset()}, SLEEP),
        ({"system_controllers": frozenset()}, CONTROLLER),
        ({"system_controllers": frozenset(), "collars": frozenset({"4"})}, CONTROLLER - {Setting.GRID_RELAY}),
        (
            {
                "system_controllers": frozenset(),
                "collars": frozenset({"4"}),
                "missing": frozenset({ENSEMBLE_INVENTORY}),
            },
            CONTROLLER,
        ),
        ({"has_generator": False}, {Setting.GENERATOR_MODE}),
        ({"missing": frozenset({LIVE_DATA})}, {Setting.STORAGE_MODE}),
        ({"missing": frozenset({SCHEDULER})}, {Setting.CHARGE_FROM_GRID}),
        ({"missing": frozenset({SECONDARY_CONTROL})}, {Setting.RESERVE}),
    ],
)
def test_a_site_offers_only_what_it_has_and_can_prove(changed: dict[str, Any], missing: set[Setting]) -> None:
    assert available(EVERYTHING) - available(replace(EVERYTHING, **changed)) == missing


def test_only_settings_of_storage_are_checked_a_second_time() -> None:
    assert {setting for setting, rule in RULES.items() if rule.check_again_s is not None} == STORAGE


def test_a_collar_proves_the_command_to_the_relay_by_its_own_state() -> None:
    rule = rule_for(Setting.GRID_RELAY, COLLAR, NEW)

    assert rule is not None
    assert (rule.target, rule.proof, rule.may_be_ignored) == (GRID_RELAY, ENSEMBLE_INVENTORY, True)


@pytest.mark.parametrize(("firmware", "proof"), [(OLD, TARIFF), (NEW, None)])
def test_without_a_scheduler_only_a_tariff_that_is_followed_proves_charging_from_the_grid(
    firmware: AwesomeVersion, proof: object
) -> None:
    rule = rule_for(Setting.CHARGE_FROM_GRID, replace(EVERYTHING, missing=frozenset({SCHEDULER})), firmware)

    assert (rule and rule.proof) is proof
