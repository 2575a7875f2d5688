"""A folder of recorded answers is replayed as it was recorded."""

from pathlib import Path

import orjson
import pytest

from simulator import Simulator

from .conftest import Start

INFO = "<envoy_info><device><sn>{}</sn><software>{}</software></device></envoy_info>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a small recording of a gateway with tokens."""
    (tmp_path / "info").write_text(INFO.format("xx00000redacted", "D7.6.175"))
    (tmp_path / "api_v1_production").write_text('{"wattsNow": 1}')
    (tmp_path / "production.json").write_text("plain")
    (tmp_path / "production.json_details_1").write_text("detailed")
    (tmp_path / "ivp_meters").write_text("[]")
    (tmp_path / "ivp_ensemble_power").write_text("no")
    (tmp_path / "ivp_ensemble_power_log.json").write_bytes(
        orjson.dumps({"code": 401, "headers": {"Content-Type": "text/html", "content-length": "7"}})
    )
    return tmp_path


async def test_a_replay_has_the_serial_and_firmware_of_the_recording(start: Start, folder: Path) -> None:
    simulator, client = await start(replay=folder)
    assert (simulator.serial, simulator.firmware) == ("xx00000redacted", "7.6.175")
    assert (await client.request("/info"))[1] == (folder / "info").read_bytes()


async def test_recorded_answers_need_the_sign_in(start: Start, folder: Path) -> None:
    _, client = await start(replay=folder)
    assert await client.status("/api/v1/production") == 401
    assert await client.json("/api/v1/production") == {"wattsNow": 1}


async def test_a_query_has_its_own_file_or_the_paths(start: Start, folder: Path) -> None:
    _, client = await start(replay=folder)
    assert (await client.get("/production.json?details=1"))[1] == b"detailed"
    (folder / "production.json_details_1").unlink()
    assert (await client.get("/production.json?details=1"))[1] == b"plain"


async def test_status_and_type_are_replayed_but_not_the_length(start: Start, folder: Path) -> None:
    """Some recordings were edited afterwards, so their length is wrong (G§14)."""
    _, client = await start(replay=folder)
    response, body = await client.get("/ivp/ensemble/power")
    assert (response.status, response.headers["Content-Type"], body) == (401, "text/html", b"no")
    assert response.headers["Content-Length"] == "2"


async def test_an_answer_that_was_not_recorded_is_a_404(start: Start, folder: Path) -> None:
    _, client = await start(replay=folder)
    assert (await client.get("/ivp/pdm/device_data"))[0].status == 404
    assert (await client.get("/ivp_ensemble_power_log.json"))[0].status == 404


async def test_old_firmware_accepts_digest_with_the_end_of_the_recorded_serial(start: Start, folder: Path) -> None:
    """Endpoints without sign-in stay open (G§2.2)."""
    (folder / "info").write_text(INFO.format("121600000042", "D5.0.62"))
    (folder / "api_v1_production_inverters").write_text("[]")
    simulator, client = await start(replay=folder)
    assert simulator.password == "000042"
    assert await client.status("/api/v1/production") == 200
    assert await client.status("/api/v1/production/inverters") == 401
    assert await client.json("/api/v1/production/inverters") == []


async def test_an_invalid_recorded_challenge_is_replayed_unchanged(start: Start, folder: Path) -> None:
    """The bytes are not changed (G§2.2)."""
    (folder / "info").write_text(INFO.format("121600000042", "R3.9.36"))
    (folder / "api_v1_production_inverters").write_text("{}")
    (folder / "api_v1_production_inverters_log.json").write_bytes(
        orjson.dumps({"code": 401, "headers": {"www-authenticate": "ØÉÆA"}})
    )
    _, client = await start(replay=folder)
    response, _ = await client.request("/api/v1/production/inverters")
    assert response.status == 401
    assert response.raw_headers[-1] == (b"WWW-Authenticate", "ØÉÆA".encode("latin-1"))


def test_a_folder_without_a_serial_is_refused(folder: Path) -> None:
    (folder / "info").write_text("<envoy_info/>")
    with pytest.raises(ValueError, match="has no <sn>"):
        Simulator(replay=folder)
