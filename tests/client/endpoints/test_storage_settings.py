"""Contacts, generator, scheduler, tariff and sleep orders."""

from collections.abc import Callable

import pytest

from custom_components.enphase_iq_gateway.client.endpoints.acb_config import parse_acb_config
from custom_components.enphase_iq_gateway.client.endpoints.dry_contacts import (
    parse_dry_contact_settings,
    parse_dry_contacts,
)
from custom_components.enphase_iq_gateway.client.endpoints.export_limit import (
    parse_export_limit,
    parse_production_limit,
)
from custom_components.enphase_iq_gateway.client.endpoints.generator import (
    parse_generator,
    parse_generator_config,
    parse_generator_mode,
    parse_generator_schedule,
)
from custom_components.enphase_iq_gateway.client.endpoints.scheduler import parse_scheduler
from custom_components.enphase_iq_gateway.client.endpoints.tariff import parse_tariff
from custom_components.enphase_iq_gateway.client.endpoints.values import object_in
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from custom_components.enphase_iq_gateway.client.settings_models import (
    DryContactSettings,
    ExportLimit,
    Generator,
    GeneratorConfig,
    GeneratorMode,
    GeneratorSchedule,
    ProductionLimit,
    Scheduler,
    Tariff,
)
from tests.support import installer_answers, storage_answers as storage
from tests.support.answers import Document, body


def settings(**changes: Document) -> DryContactSettings:
    """Parse the settings of one contact."""
    return parse_dry_contact_settings(body({"dry_contacts": [storage.contact_settings(**changes)]}))["NC1"]


def test_contacts_have_their_status() -> None:
    contacts = parse_dry_contacts(body(storage.dry_contacts()))

    assert {contact.contact_id: contact.status for contact in contacts.values()} == {
        "NC1": "closed",
        "NC2": "closed",
        "NO1": "open",
        "NO2": "open",
    }


def test_settings_of_a_contact_have_all_values() -> None:
    assert settings() == DryContactSettings(
        contact_id="NC1",
        contact_type="LOAD",
        load_name="Pool",
        mode="soc",
        grid_action="apply",
        off_grid_action="shed",
        generator_action="none",
        soc_low_percent=30.0,
        soc_high_percent=70.0,
        raw=storage.contact_settings(),
    )


def test_settings_keep_what_the_model_lacks_for_a_later_write() -> None:
    """S§27: partial objects may crash the gateway, and texts must stay texts."""
    raw = settings(black_start_retries=10000.0, future_key=[1]).raw

    assert (raw["black_start_retries"], raw["future_key"], raw["manual_override"]) == (10000.0, [1], "true")


@pytest.mark.parametrize("entry", [None, 1, {}, {"id": 3}])
def test_an_odd_contact_leaves_the_others(entry: Document) -> None:
    document: Document = {"dry_contacts": [entry, {"id": "NC1", "status": "open"}]}

    assert list(parse_dry_contacts(body(document))) == ["NC1"]
    assert list(parse_dry_contact_settings(body(document))) == ["NC1"]


def test_an_idle_generator_is_read() -> None:
    generator = parse_generator(body(storage.generator()))

    assert generator == Generator(
        commanded_position="open",
        relay_position="open",
        mode_number=2,
    )
    assert generator.running is False


@pytest.mark.parametrize("word", ["close", "closed"])
def test_a_generator_runs_while_its_relay_is_closed(word: str) -> None:
    """S§8.1: the gateway's word is `close`."""
    assert parse_generator(body(storage.generator(oper_state=word))).running is True


def test_it_is_unknown_whether_a_generator_without_a_position_runs() -> None:
    assert parse_generator(b'{"admin_state": "unknown"}').running is None


def test_the_rated_power_of_a_generator_is_sent_in_kilowatts() -> None:
    """S§8.2: in spite of the key `name_plate_rating_wat`."""
    assert parse_generator_config(body(storage.generator_config())) == GeneratorConfig(
        configured=True,
        manufacturer="Made up",
        model="G007042-3 (22kW)",
        rated_power_w=22_000.0,
    )


def test_without_a_generator_its_settings_are_empty() -> None:
    assert parse_generator_config(b"{}") == GeneratorConfig(configured=False)
    assert parse_generator_mode(b"{}") == GeneratorMode()


def test_a_generator_starts_by_its_levels_and_for_its_exercise() -> None:
    assert parse_generator_schedule(body(installer_answers.generator_schedule())) == GeneratorSchedule(
        start_percent=30.0,
        stop_percent=70.0,
        exercise_day="Sat",
        exercise_start_min=945,
        exercise_duration_min=20,
        exercise_every_weeks=3,
    )


def test_an_exercise_that_was_never_configured_is_missing() -> None:
    schedule = installer_answers.generator_schedule()
    del schedule["exercise_config"]

    assert parse_generator_schedule(body(schedule)) == GeneratorSchedule(start_percent=30.0, stop_percent=70.0)
    assert parse_generator_schedule(b"{}") == GeneratorSchedule()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ExportLimit(enabled=True, limit_w=5000.0)),
        ({"percent": True, "PEL_Limit": 60}, ExportLimit(enabled=True, limit_percent=60.0)),
        ({"PEL_Limit": -1}, ExportLimit(enabled=True)),
        ({"percent": True, "PEL_Limit": 101}, ExportLimit(enabled=True)),
        ({"percent": None}, ExportLimit(enabled=True)),
    ],
)
def test_an_export_limit_is_in_watts_or_in_percent(changes: dict[str, Document], expected: ExportLimit) -> None:
    assert parse_export_limit(body(installer_answers.export_limit(**changes))) == expected


def test_without_an_export_limit_the_document_is_short() -> None:
    assert parse_export_limit(b'{"PEL": false}') == ExportLimit(enabled=False)


def test_the_limit_of_production_is_in_percent() -> None:
    assert parse_production_limit(body(installer_answers.production_limit())) == ProductionLimit(
        enabled=False, limit_percent=100.0
    )


def test_the_mode_of_a_generator_is_its_last_command() -> None:
    assert parse_generator_mode(b'{"gen_cmd": "auto", "last_updated_by": "ITK"}').command == "auto"


def test_the_scheduler_permits_charging_from_the_grid() -> None:
    assert parse_scheduler(body(storage.scheduler())) == Scheduler(
        charge_from_grid_allowed=True,
        last_mode="ZN - Zero Net",
    )


@pytest.mark.parametrize("number", [-1, 3, None, "1"])
def test_a_mode_without_a_name_is_missing(number: Document) -> None:
    assert parse_scheduler(body(storage.scheduler(acb_current_mode=number))).last_mode is None


def test_the_tariff_has_the_settings_of_storage() -> None:
    document = storage.tariff()

    assert parse_tariff(body(document)) == Tariff(
        mode="self-consumption",
        shutdown_level_percent=5.0,
        charge_from_grid=True,
        raw=object_in(document["tariff"]),
    )


def test_the_tariff_keeps_its_rates_unrounded() -> None:
    """S§11.2: they are written back as they are."""
    raw = parse_tariff(body(storage.tariff())).raw

    assert raw["seasons"] == [{"id": "summer", "periods": [{"rate": 0.36445000767707825}]}]
    assert raw["seasons_sell"] == []


@pytest.mark.parametrize(("sent", "expected"), [(True, True), (False, False), (None, False)])
def test_the_tariff_shows_the_optimizer(sent: Document, *, expected: bool) -> None:
    assert parse_tariff(body(storage.tariff(opt_schedules=sent))).optimized is expected


def test_a_tariff_without_settings_of_storage_has_none() -> None:
    """S§11.1: firmware 4 and 5, and a mode that is null."""
    assert parse_tariff(b'{"tariff": {"currency": {}}}') == Tariff(raw={"currency": {}})
    assert parse_tariff(body(storage.tariff(mode=None, date=None))).mode is None


def test_sleep_orders_are_read_by_serial() -> None:
    assert parse_acb_config(body(storage.acb_config())) == {storage.AC_BATTERY}
    assert parse_acb_config(b'{"acb_sleep": [null, {"serial_num": ""}]}') == frozenset()


PARSERS: list[Callable[[bytes], object]] = [
    parse_dry_contacts,
    parse_dry_contact_settings,
    parse_generator,
    parse_generator_config,
    parse_generator_mode,
    parse_generator_schedule,
    parse_export_limit,
    parse_production_limit,
    parse_scheduler,
    parse_tariff,
    parse_acb_config,
]


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("document", [b"", b"<html>", b"[]", b'{"err": "404 - Not Found"}', b'{"error": "404"}'])
def test_another_document_is_an_error(parse: Callable[[bytes], object], document: bytes) -> None:
    with pytest.raises(GatewayResponseError):
        parse(document)


@pytest.mark.parametrize(
    ("parse", "document"),
    [
        (parse_dry_contacts, b'{"dry_contacts": {}}'),
        (parse_tariff, b'{"tariff": []}'),
        (parse_acb_config, b'{"acb_sleep": {}}'),
    ],
)
def test_a_key_with_a_value_of_another_type_is_an_error(parse: Callable[[bytes], object], document: bytes) -> None:
    with pytest.raises(GatewayResponseError):
        parse(document)
