"""Diagnostics: enough to find a fault, and nothing that should not be published."""

from collections.abc import Mapping
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes
from homeassistant.setup import async_setup_component
import orjson
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.enphase_iq_gateway.array.feed import async_roof_feed
from custom_components.enphase_iq_gateway.array.layout import Layout, LayoutSource, RoofArray
from custom_components.enphase_iq_gateway.client import Certificate
from custom_components.enphase_iq_gateway.client.redaction import Scrubber
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.counters.key import InverterCounter
from custom_components.enphase_iq_gateway.diagnostics import async_get_config_entry_diagnostics
from custom_components.enphase_iq_gateway.issues.counters import COUNTER_JUMP, async_create_jump_issue
from custom_components.enphase_iq_gateway.issues.identity import CERTIFICATE_RENEWED, report_renewed_certificate
from simulator import PROFILES

from .conftest import StartSimulator, set_up

GATEWAY = "999900000000"


async def download(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, Any]:
    """Return the diagnostics as they are in the downloaded file."""
    document: dict[str, Any] = orjson.loads(json_bytes(await async_get_config_entry_diagnostics(hass, entry)))
    return document


def write_capture(folder: Path, answers: Mapping[str, Any]) -> Path:
    """Write the answers as a capture."""
    folder.mkdir()
    for name, answer in answers.items():
        (folder / name).write_bytes(answer.encode() if isinstance(answer, str) else orjson.dumps(answer))
    return folder


async def test_of_the_layout_only_its_source_is_in_the_document(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    entry = await set_up(hass, await start_simulator())
    assert (await download(hass, entry))["layout"] == {"version": 0}
    layout = Layout(version=0, source=LayoutSource.PERSON, arrays=(RoofArray(id="a1", name="Garage"),), panels={})
    await async_roof_feed(hass, entry.entry_id).async_save(layout, 0)

    assert (await download(hass, entry))["layout"] == {"version": 1, "source": "person"}


async def test_the_document_has_how_the_gateway_is_set_up(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    entry = await set_up(hass, await start_simulator())

    document = (await download(hass, entry))["entry"]

    assert set(document) == {"options", "address", "sign_in", "password_stored", "certificate"}
    assert (document["address"], document["password_stored"]) == ("IPv4 with a port", False)
    assert document["sign_in"]["role"] == "owner"
    assert document["sign_in"]["expires_at"] - document["sign_in"]["issued_at"] == 31_536_000
    assert set(document["certificate"]) == {"not_before", "not_after"}


@pytest.mark.parametrize(
    ("host", "kind"), [("envoy.local", "name"), ("192.0.2.5", "IPv4"), ("[2001:db8::5]:8443", "IPv6 with a port")]
)
async def test_the_document_has_the_kind_of_address(
    hass: HomeAssistant, start_simulator: StartSimulator, host: str, kind: str
) -> None:
    entry = await set_up(hass, await start_simulator())
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: host})

    document = await download(hass, entry)

    assert document["entry"]["address"] == kind
    assert host not in str(document)


async def test_the_document_has_what_the_gateway_has(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    entry = await set_up(hass, await start_simulator())

    document = (await download(hass, entry))["site"]

    assert (document["class"], document["firmware"], document["inverters"]) == ("metered", "8.2.4345", 3)
    assert document["sources"]["production.power"] == "readings"
    assert document["phases"]["production"] == 3


async def test_the_document_has_the_statistics_of_reading(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    simulator.faults.add("status", path="/ivp/meters/readings", code=503)
    for _ in range(2):
        await entry.runtime_data.coordinators[PollGroup.LIVE].async_refresh()

    document = await download(hass, entry)

    live, report = document["coordinators"]["live"], document["coordinators"]["report"]
    assert live["endpoints"] == ["/ivp/meters/readings"]
    assert (live["has_values"], report["has_values"]) == (False, True)
    assert "/ivp/meters/readings with status 503" in live["last_error"]
    assert report["last_success"]
    readings = document["endpoints"]["/ivp/meters/readings"]
    assert readings["last_error"] == "/ivp/meters/readings: status 503, expected 200"
    assert readings["requests"] >= 3
    assert readings["duration_ms"] >= 0


@pytest.mark.slow
async def test_the_document_holds_the_state_of_the_counters(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    entry = await set_up(hass, await start_simulator())

    counters = (await download(hass, entry))["counters"]

    assert counters["counters"]["production.energy_lifetime_wh.0"]["published"] > 0


async def test_serials_are_the_same_pseudonyms_throughout(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)

    first, second = await download(hass, entry), await download(hass, entry)

    assert f"<sn>{GATEWAY}</sn>" in first["answers"]["info"]
    listed = {inverter["serialNumber"] for inverter in first["answers"]["api_v1_production_inverters"]}
    assert listed == {"999900000001", "999900000002", "999900000003"}
    detailed = {device["sn"] for device in first["answers"]["ivp_pdm_device_data"].values() if isinstance(device, dict)}
    assert listed <= detailed
    assert first["answers"]["info"].partition("<device>")[2] == second["answers"]["info"].partition("<device>")[2]
    for serial in (simulator.serial, *simulator.world.inverters):
        assert serial not in str(first)


async def test_an_endpoint_that_fails_gives_its_error(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    simulator.faults.add("status", path="/ivp/meters", code=503)
    simulator.faults.add("html", path="/ivp/pdm/device_data")
    simulator.faults.add("status", path="/api/v1/production", code=401)

    document = await download(hass, entry)

    assert document["unanswered"]["/ivp/meters"] == "/ivp/meters: status 503, expected 200"
    assert document["unanswered"]["/ivp/pdm/device_data"].endswith("bytes in an unexpected format")
    assert document["unanswered"]["/api/v1/production"] == "/api/v1/production: status 401, expected 200"
    assert "ivp_meters_readings" in document["answers"]
    assert hass.config_entries.flow.async_progress() == []


async def test_a_download_ends_after_its_time_limit(
    hass: HomeAssistant, start_simulator: StartSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.enphase_iq_gateway.diagnostics.LIMIT_S", 0.5)
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    simulator.faults.add("hang", path="/ivp/meters")

    document = await download(hass, entry)

    assert "info" in document["answers"]
    assert "no whole answer within" in document["unanswered"]["/ivp/meters"]
    assert document["unanswered"]["/production.json?details=1"] == "no time left"


async def test_a_deeply_nested_answer_is_left_out(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    deep = b"[" * 1020 + b"]" * 1020

    with patch("custom_components.enphase_iq_gateway.client.Gateway.read_raw", return_value=deep):
        document = await download(hass, entry)

    assert document["answers"] == {}
    assert document["unanswered"]["/ivp/meters"] == "2040 bytes in an unexpected format"


async def test_answers_are_redacted_outside_the_event_loop(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    entry = await set_up(hass, await start_simulator())
    threads = []

    with patch.object(Scrubber, "answer", side_effect=lambda _: threads.append(current_thread())):
        await download(hass, entry)

    assert threads
    assert main_thread() not in threads


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("how", ["running", "reload"])
@pytest.mark.usefixtures("mock_async_zeroconf")
async def test_the_address_of_a_gateway_that_cannot_be_reached_is_redacted(
    hass: HomeAssistant, start_simulator: StartSimulator, *, host: str, how: str
) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    port = simulator.address.rpartition(":")[2]
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: f"{host}:{port}"})
    await hass.config_entries.async_reload(entry.entry_id)
    await simulator.stop()
    if how == "reload":
        await hass.config_entries.async_reload(entry.entry_id)
    else:
        for coordinator in entry.runtime_data.coordinators.values():
            await coordinator.async_refresh()

    document = str(await download(hass, entry))

    assert [secret for secret in ("127.0.0.1", "::1", "localhost", port) if secret in document] == []


async def test_repairs_add_no_address_and_no_serial_to_the_download(
    hass: HomeAssistant, start_simulator: StartSimulator, hass_client: ClientSessionGenerator
) -> None:
    """Home Assistant adds those that outlast a restart."""
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    (serial, *_) = simulator.world.inverters
    report_renewed_certificate(hass, entry, Certificate(sha256="ab" * 32, not_before=0, not_after=1))
    async_create_jump_issue(hass, entry, 0.0, {InverterCounter(serial): 5000.0})
    assert await async_setup_component(hass, "diagnostics", {})

    answer = await (await hass_client()).get(f"/api/diagnostics/config_entry/{entry.entry_id}")
    document = await answer.json()

    assert [issue["data"]["kind"] for issue in document["issues"]] == [CERTIFICATE_RENEWED, COUNTER_JUMP]
    secrets = (entry.data[CONF_HOST], simulator.serial, serial)
    assert [secret for secret in secrets if secret in str(document)] == []


@pytest.mark.parametrize("stored", ["edited", None])
async def test_a_gateway_that_is_not_set_up_has_a_document_too(
    hass: HomeAssistant, start_simulator: StartSimulator, stored: str | None
) -> None:
    simulator = await start_simulator()
    entry = await set_up(hass, simulator)
    if stored is not None:
        hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_TOKEN: stored})
    await simulator.stop()
    await hass.config_entries.async_reload(entry.entry_id)

    document = await download(hass, entry)

    assert document["state"] == ("setup_error" if stored else "setup_retry")
    assert document["reason"]
    assert ("error" in document["entry"]["sign_in"]) is (stored is not None)


async def test_a_local_account_is_named_without_its_password(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator("non_metered", serial="122300424242")
    entry = await set_up(hass, simulator)
    assert entry.data[CONF_PASSWORD] == simulator.password

    document = await download(hass, entry)

    assert (document["entry"]["sign_in"], document["entry"]["certificate"]) == ("local account", None)
    assert document["entry"]["password_stored"] is True
    assert simulator.password not in str(document)


@pytest.mark.slow
@pytest.mark.parametrize("profile", [*PROFILES])
async def test_the_answers_in_the_document_can_be_replayed(
    hass: HomeAssistant, start_simulator: StartSimulator, tmp_path: Path, profile: str
) -> None:
    """The simulator replays it as the same gateway."""
    entry = await set_up(hass, await start_simulator(profile))
    document = await download(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)

    replayed = await start_simulator(replay=write_capture(tmp_path / "capture", document["answers"]))
    again = await set_up(hass, replayed)

    assert again.state is ConfigEntryState.LOADED
    assert again.unique_id == GATEWAY
    assert (await download(hass, again))["site"] == document["site"]
