"""Every fault at every endpoint of storage: only its own values become unavailable, logged once, and recover.

The slow faults are tested at one endpoint.
"""

from itertools import islice
from unittest.mock import DEFAULT, AsyncMock

import pytest

from custom_components.enphase_iq_gateway.client.site import storage_read
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from tests.conftest import StartHome
from tests.support.home import Home

pytestmark = pytest.mark.slow
GONE = {"unknown", "unavailable"}
# An answer is used for its interval and 90 s more; one that keeps failing is tried every 5 minutes.
KEPT_S = 90.0
AGAIN_S = 300.0
SLACK_S = 75.0
DAY_S = 86_400.0
STEP_S = 30.0


class Values:
    """The entities whose values an endpoint has, its interval, and a site that has it."""

    def __init__(self, interval_s: float, profile: str = "storage_ct_split", **keys: str) -> None:
        self.interval_s = interval_s
        self.profile = profile
        self.keys = {f"{kind} {key}" for kind, together in keys.items() for key in together.split()}


# Where a value has another source, that one takes over: the state of charge is in live data too.
ENDPOINTS = {
    "/ivp/ensemble/inventory": Values(
        900,
        battery="state_of_charge power temperature max_cell_temperature available_energy capacity state last_reported"
        " status communicating dc_switch",
        controller="temperature last_reported status communicating",
    ),
    "/ivp/ensemble/power": Values(360, battery="power state"),
    "/ivp/ensemble/secctrl": Values(1800, gateway="battery_reserve_energy battery_health"),
    "/ivp/ensemble/relay": Values(12),
    "/ivp/ensemble/status": Values(DAY_S),
    "/ivp/ensemble/dry_contacts": Values(DAY_S),
    "/ivp/ss/dry_contact_settings": Values(DAY_S),
    "/ivp/ensemble/generator": Values(120, gateway="generator_state"),
    "/ivp/ss/gen_config": Values(DAY_S, gateway="generator_state generator_power"),
    "/ivp/ss/gen_mode": Values(3600),
    "/ivp/ss/gen_schedule": Values(DAY_S),
    "/ivp/ss/pel_settings": Values(DAY_S),
    "/ivp/sc/pvlimit": Values(DAY_S),
    "/admin/lib/tariff": Values(3600),
    "/ivp/livedata/status": Values(30, gateway="battery_profile generator_power"),
    "/ivp/sc/sched": Values(1800, profile="storage", gateway="charge_from_grid_allowed"),
    "/admin/lib/acb_config": Values(900, profile="acb"),
    "/inventory.json": Values(900, profile="acb", ac_battery="communicating sleep_state"),
}
FAULTS: dict[str, tuple[str, dict[str, int | str]]] = {
    **{f"status {code}": ("status", {"code": code}) for code in (400, 401, 403, 404, 429, 500, 503)},
    "empty": ("empty", {}),
    "HTML as JSON": ("html", {}),
    "truncated": ("truncated", {}),
    "huge": ("huge", {"size": 5 * 2**20}),
    "reset before": ("reset", {"when": "before"}),
    "reset within": ("reset", {"when": "within"}),
}


@pytest.fixture
def profile() -> str:
    """Return the profile of a site with batteries, a system controller and a generator."""
    return "storage_ct_split"


@pytest.fixture
async def home(request: pytest.FixtureRequest, start_home: StartHome, profile: str) -> Home:
    """Set up a site, every entity enabled."""
    request.getfixturevalue("all_entities_enabled")
    home = await start_home(profile)
    await home.advance(120, step=STEP_S)
    home.caplog.clear()
    return home


def missing(home: Home) -> set[str]:
    """Return the entities without a value: the kind of device and the key."""
    storage = home.entry.runtime_data.site.storage
    kinds = {
        str(home.entry.unique_id): "gateway",
        **dict.fromkeys(storage.batteries, "battery"),
        **dict.fromkeys(storage.ac_batteries, "ac_battery"),
        **dict.fromkeys(storage.system_controllers, "controller"),
    }
    split = ((unique_id.partition("_"), state) for unique_id, (_, state) in home.states().items())
    return {f"{kinds.get(serial, 'inverter')} {key}" for (serial, _, key), state in split if state in GONE}


@pytest.mark.parametrize(("path", "profile"), [(path, values.profile) for path, values in ENDPOINTS.items()])
@pytest.mark.parametrize(
    "fault", [next(iter(FAULTS)), *(pytest.param(name, marks=pytest.mark.long) for name in islice(FAULTS, 1, None))]
)
async def test_a_fault_makes_only_the_values_of_its_endpoint_unavailable(home: Home, path: str, fault: str) -> None:
    assert missing(home) == set()
    values = ENDPOINTS[path]
    name, parameters = FAULTS[fault]
    home.simulator.faults.add(name, path=path).parameters.update(parameters)

    # In an interval of hours nothing happens but what is read more often.
    await home.advance(values.interval_s, step=max(STEP_S, values.interval_s / 12))
    await home.advance(KEPT_S + AGAIN_S + SLACK_S, step=STEP_S)

    assert missing(home) == values.keys
    assert [level for level, _ in home.log()] == ["WARNING"]
    home.simulator.faults.clear()
    await home.advance(AGAIN_S + 2 * SLACK_S, step=STEP_S)
    assert missing(home) == set()
    assert [level for level, _ in home.log()] == ["WARNING", "INFO"]


@pytest.mark.parametrize("fault", ["hang", "slow_drip"])
async def test_an_endpoint_that_hangs_makes_only_its_own_values_unavailable(home: Home, fault: str) -> None:
    home.simulator.faults.add(fault, path="/ivp/ensemble/power")

    await home.advance_hanging(600, step=5)

    assert missing(home) == ENDPOINTS["/ivp/ensemble/power"].keys
    home.simulator.faults.clear()
    await home.advance_hanging(60, step=5)
    await home.advance(AGAIN_S + SLACK_S, step=STEP_S)
    assert missing(home) == set()


async def test_an_endpoint_that_hangs_affects_no_others_where_nothing_is_read_every_minute(
    start_home: StartHome,
) -> None:
    home = await start_home("storage_single_phase")
    await home.advance(60, step=STEP_S)
    home.simulator.faults.add("hang", path="/ivp/ensemble/power")

    await home.advance_hanging(600, step=5)

    assert missing(home) == {"battery power"}


async def test_an_endpoint_that_keeps_failing_is_requested_every_five_minutes(start_home: StartHome) -> None:
    home = await start_home("storage_single_phase")
    fault = home.simulator.faults.add("status", path="/ivp/ensemble/power", code=503)
    await home.advance(900, step=STEP_S)
    before = fault.hits

    await home.advance(10 * AGAIN_S, step=STEP_S)

    assert 8 <= fault.hits - before <= 10


async def test_a_gateway_that_resets_every_connection_is_requested_less_often(home: Home) -> None:
    before = len(home.simulator.requests)
    home.simulator.faults.add("reset")

    await home.advance(600)

    assert PollGroup.STORAGE in home.lost()
    assert sum(request.path != "/info" for request in home.simulator.requests[before:]) < 60
    home.simulator.faults.clear()
    await home.advance(400, step=STEP_S)
    assert missing(home) == set()


async def test_endpoints_that_were_never_requested_do_not_stop_the_others(
    start_home: StartHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The probe of storage had no time for them, and then the gateway resets the connections to them."""
    read = storage_read._read  # noqa: SLF001 - how far the probe gets depends on the clock
    with monkeypatch.context() as patch:
        patch.setattr(storage_read, "_read", AsyncMock(wraps=read, side_effect=[*[DEFAULT] * 5, TimeoutError]))
        home = await start_home("storage_ct_split")
    for path in ("/ivp/ss/*", "/ivp/sc/*", "/admin/*", "/ivp/ensemble/s*", "/ivp/ensemble/power"):
        home.simulator.faults.add("reset", path=path, when="before")

    await home.advance(360, step=15)

    assert "Unexpected" not in home.caplog.text
    assert "KeyError" not in home.caplog.text
