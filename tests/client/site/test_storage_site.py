"""What a site has of storage, and the plan of reading that follows."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    ACB_CONFIG,
    DEVICE_DATA,
    DRY_CONTACT_SETTINGS,
    DRY_CONTACTS,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    ENSEMBLE_STATUS,
    EXPORT_LIMIT,
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    GRID_RELAY,
    INVENTORY,
    LIVE_DATA,
    PRODUCTION_LIMIT,
    REPORT_DETAILED,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.site.storage_site import StorageSite, decide_storage, storage_plan
from tests.support import storage_answers as storage
from tests.support.answers import Document
from tests.support.storage_documents import AC_ONLY, FULL, NONE, storage_documents

OF_STORAGE: set[Endpoint[object]] = {LIVE_DATA, TARIFF}
OF_ENSEMBLE: set[Endpoint[object]] = {ENSEMBLE_INVENTORY, ENSEMBLE_STATUS}
OF_BATTERIES: set[Endpoint[object]] = {SECONDARY_CONTROL, ENSEMBLE_POWER, SCHEDULER}
OF_CONTROLLER: set[Endpoint[object]] = {GRID_RELAY, DRY_CONTACTS, DRY_CONTACT_SETTINGS, GENERATOR_CONFIG}
OF_GENERATOR: set[Endpoint[object]] = {GENERATOR, GENERATOR_MODE, GENERATOR_SCHEDULE}
OF_ALL: set[Endpoint[object]] = {EXPORT_LIMIT, PRODUCTION_LIMIT}


def test_a_site_has_what_its_inventory_lists() -> None:
    site = decide_storage(storage_documents())

    assert site == StorageSite(
        batteries=frozenset({storage.BATTERY, storage.OTHER_BATTERY}),
        system_controllers=frozenset({storage.CONTROLLER}),
        has_generator=True,
    )
    assert (site.has_storage, site.has_grid_relay, site.has_dry_contacts, site.is_empty) == (True, True, True, False)


def test_a_site_without_devices_has_nothing_whatever_its_gateway_sends() -> None:
    """S§4, S§6, S§7: aggregate values, relay and contacts are sent by every gateway."""
    site = decide_storage(storage_documents(NONE))

    assert site == StorageSite()
    assert site.is_empty
    assert storage_plan(site) == {}


def test_an_inventory_that_was_not_read_shows_nothing() -> None:
    assert decide_storage(storage_documents(FULL, without=(ENSEMBLE_INVENTORY, GENERATOR_CONFIG))).is_empty


def test_a_controller_without_a_battery_is_no_storage() -> None:
    """S§34: its reserve and its settings mean nothing."""
    inventory: dict[Endpoint[object], Document] = {
        ENSEMBLE_INVENTORY: [storage.group("ENCHARGE"), storage.group("ENPOWER", storage.controller())]
    }
    site = decide_storage(storage_documents(FULL, inventory))

    assert (site.has_storage, site.has_grid_relay) == (False, True)
    assert not set(storage_plan(site)) & {SECONDARY_CONTROL, ENSEMBLE_POWER, SCHEDULER, TARIFF}


def test_a_collar_is_a_grid_relay_without_contacts() -> None:
    site = decide_storage(storage_documents(FULL, {ENSEMBLE_INVENTORY: storage.ensemble_inventory()[2:]}))

    assert (site.has_grid_relay, site.has_dry_contacts) == (True, False)
    assert (list(site.collars), list(site.combiners)) == ([storage.COLLAR], [storage.COMBINER])


def test_ac_batteries_are_those_of_inventory_and_device_data() -> None:
    site = decide_storage(storage_documents(AC_ONLY))

    assert site.ac_batteries == {storage.AC_BATTERY, storage.OTHER_AC_BATTERY}
    assert (site.has_storage, site.has_grid_relay) == (True, False)


def test_a_report_shows_ac_batteries_without_their_serials() -> None:
    site = decide_storage(storage_documents(AC_ONLY, without=(INVENTORY, DEVICE_DATA)))

    assert (site.has_ac_batteries, site.ac_batteries) == (True, frozenset())


def test_a_generator_without_a_configuration_does_not_exist() -> None:
    """S§8.1: `present` is not reliable."""
    assert not decide_storage(storage_documents(FULL, {GENERATOR_CONFIG: {}})).has_generator


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        pytest.param(StorageSite(batteries=frozenset({"1"})), OF_STORAGE | OF_ENSEMBLE | OF_BATTERIES, id="batteries"),
        pytest.param(
            StorageSite(system_controllers=frozenset({"1"})),
            (OF_STORAGE | OF_ENSEMBLE | OF_CONTROLLER) - {TARIFF},
            id="system controller",
        ),
        pytest.param(
            StorageSite(system_controllers=frozenset({"1"}), has_generator=True),
            (OF_STORAGE | OF_ENSEMBLE | OF_CONTROLLER | OF_GENERATOR) - {TARIFF},
            id="generator",
        ),
        pytest.param(
            StorageSite(collars=frozenset({"1"})),
            (OF_STORAGE | OF_ENSEMBLE | {GENERATOR_CONFIG}) - {TARIFF},
            id="collar",
        ),
        pytest.param(StorageSite(combiners=frozenset({"1"})), OF_ENSEMBLE, id="combiner"),
        pytest.param(
            StorageSite(has_ac_batteries=True),
            OF_STORAGE | {INVENTORY, ACB_CONFIG, SECONDARY_CONTROL},
            id="AC Batteries",
        ),
    ],
)
def test_only_what_a_site_has_is_read(site: StorageSite, expected: set[Endpoint[object]]) -> None:
    assert set(storage_plan(site)) == expected | OF_ALL


@pytest.mark.parametrize(
    ("site", "interval_s"),
    [
        pytest.param(StorageSite(batteries=frozenset({"1"})), 900, id="batteries"),
        pytest.param(StorageSite(system_controllers=frozenset({"1"})), 900, id="system controller"),
        pytest.param(
            StorageSite(system_controllers=frozenset({"1"}), missing=frozenset({GRID_RELAY})), 12, id="no relay"
        ),
        pytest.param(StorageSite(collars=frozenset({"1"})), 12, id="collar"),
    ],
)
def test_the_inventory_is_read_often_where_it_has_the_state_of_the_grid(site: StorageSite, interval_s: float) -> None:
    assert storage_plan(site)[ENSEMBLE_INVENTORY] == interval_s


def test_a_missing_endpoint_is_not_read() -> None:
    site = StorageSite(batteries=frozenset({"1"}), missing=frozenset({SCHEDULER}))

    assert SCHEDULER not in storage_plan(site)
    assert (site.has(SCHEDULER), site.has(TARIFF)) == (False, True)


def test_without_live_data_the_batteries_are_read_more_often() -> None:
    site = StorageSite(batteries=frozenset({"1"}))
    plan, without = storage_plan(site), storage_plan(replace(site, missing=frozenset({LIVE_DATA})))

    assert (plan[ENSEMBLE_POWER], without[ENSEMBLE_POWER]) == (360, 120)
    assert (plan[SECONDARY_CONTROL], without[SECONDARY_CONTROL]) == (1800, 120)


def test_only_the_state_of_the_grid_is_read_every_few_seconds() -> None:
    """For the site with everything."""
    plan = storage_plan(decide_storage(storage_documents({**FULL, **AC_ONLY}, {ENSEMBLE_INVENTORY: ALL_DEVICES})))

    assert {one for one, seconds in plan.items() if seconds < 60} == {GRID_RELAY, ENSEMBLE_INVENTORY}
    assert {plan[one] for one in (EXPORT_LIMIT, PRODUCTION_LIMIT, GENERATOR_SCHEDULE, ENSEMBLE_STATUS)} == {86_400}
    assert {plan[one] for one in (DRY_CONTACTS, DRY_CONTACT_SETTINGS, GENERATOR_CONFIG)} == {86_400}


ALL_DEVICES = storage.ensemble_inventory()


def test_the_report_of_production_is_left_to_its_own_coordinator() -> None:
    assert not {REPORT_DETAILED, DEVICE_DATA} & set(storage_plan(decide_storage(storage_documents(AC_ONLY))))
