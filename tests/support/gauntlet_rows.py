"""The gauntlet: one fault in an hour of an otherwise faultless site in each row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from simulator import Simulator

MINUTE = 60
READINGS = "/ivp/meters/readings"
REPORT = "/production.json*"
V1 = "/api/v1/production"
DEVICE_DATA = "/ivp/pdm/device_data"
NOON = datetime(2026, 6, 10, 11, 0, tzinfo=UTC)
# The sun still shines and the house already uses much: the site produces, imports and exports.
EVENING = datetime(2026, 6, 10, 16, 0, tzinfo=UTC)
# Energy of today is small.
MORNING = datetime(2026, 6, 10, 5, 30, tzinfo=UTC)

type Act = Callable[[Simulator], object]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """How the user answers the repair of a jump: in several forms, which are all open before the first is submitted."""

    opened: int
    """The minute since set-up in which the forms are opened."""
    accepted: tuple[int, ...]
    """The minutes since set-up in which one of them is submitted: the jump was energy."""
    energy_wh: float
    """What the user confirms, for every counter."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault in one hour."""

    name: str
    source: str
    """The section of the gateway's reference with the fault."""
    profile: str = "metered_net_single_phase"
    before: Act = lambda _: None
    """Called before set-up."""
    acts: Mapping[int, Act] = field(default_factory=dict[int, Act])
    """Calls by minutes since set-up."""
    restarts: tuple[int, ...] = ()
    """The minutes since set-up in which the integration is reloaded."""
    losses: tuple[int, ...] = ()
    """The minutes since set-up in which it is reloaded and the state of its counters is lost."""
    crashes: tuple[int, ...] = ()
    """The minutes since set-up in which Home Assistant is killed: what was not written to the disk is lost."""
    jumps: Mapping[int, float] = field(default_factory=dict[int, float])
    """The seconds by which Home Assistant's clock is set, by minutes since set-up."""
    answers: Answers | None = None
    repairs: int = 0
    """The number of repairs of jumps that are raised."""
    all_entities: bool = False
    """Whether the entities that are disabled by default are compared too."""
    start: datetime = EVENING
    inverters: int = 6


def fault(name: str, *, path: str | None = None, **parameters: float) -> Act:
    """Return an act that adds a fault for good."""
    return lambda simulator: simulator.faults.add(name, path=path, after=0, count=None, **parameters)


def clear(simulator: Simulator) -> None:
    """Remove all faults."""
    simulator.faults.clear()


def between(begin: int, end: int, act: Act) -> dict[int, Act]:
    """Return the acts that add a fault in one minute and remove it in another."""
    return {begin: act, end: clear}


def first_inverter(simulator: Simulator) -> str:
    """Return the serial of the first inverter."""
    return next(iter(simulator.world.inverters))


def disconnect(simulator: Simulator) -> None:
    """Cut the connection between the first inverter and the gateway."""
    simulator.world.inverters[first_inverter(simulator)].communicating = False


def reconnect(simulator: Simulator) -> None:
    """Restore the connection between the first inverter and the gateway."""
    simulator.world.inverters[first_inverter(simulator)].communicating = True


def spike_after_all(simulator: Simulator) -> None:
    """Replace all faults by a spike in the next reading of the CTs."""
    clear(simulator)
    simulator.faults.add("spike", path=READINGS, wh=20_000.0, count=1)


ROWS = (
    Row(name="nothing", source="a good hour"),
    Row(name="two samples of zero", source="G§9.6, G§3", acts=between(20, 22, fault("zeros"))),
    Row(name="ten minutes of zero", source="G§9.6", acts=between(20, 30, fault("zeros"))),
    Row(name="zero in the report only", source="G§6.5", acts=between(20, 31, fault("zeros", path=REPORT))),
    Row(name="one spike", source="G§6.5", acts=between(20, 21, fault("spike"))),
    Row(name="ten minutes of a spike", source="G§6.5", acts=between(20, 30, fault("spike"))),
    Row(
        name="a spike small enough to be true",
        source="G§6.5",
        profile="metered_production_only",
        start=NOON,  # the counter has to pass the spike within the hour
        acts=between(20, 24, fault("spike", path=READINGS, wh=900.0)),
    ),
    Row(name="a jump for good", source="G§6.5", acts={20: fault("spike", wh=1_691_000.0)}, repairs=1),
    Row(
        name="a jump of every counter",
        source="G§6.5",
        profile="metered_net_three_phase",
        acts={7: fault("spike", wh=1_691_000.0)},  # not when all coordinators read at the same time
        repairs=1,
        all_entities=True,
    ),
    Row(
        name="a jump that is confirmed in three forms",
        source="a user",
        acts={3: fault("spike", wh=1_691_000.0)},
        answers=Answers(opened=28, accepted=(30, 31, 45), energy_wh=1_691_000.0),
        repairs=1,
        restarts=(38,),
    ),
    Row(name="a wrap and back", source="G§6.6", acts=between(20, 22, fault("wrap"))),
    Row(
        name="a wrap for good", source="G§6.6", acts={20: fault("wrap", path=READINGS), 21: fault("wrap", path=REPORT)}
    ),
    Row(name="a restart within zeros", source="G§9.6", acts=between(20, 28, fault("zeros")), restarts=(24,)),
    Row(name="a restart within a wrap", source="G§6.6", acts=between(20, 40, fault("wrap")), restarts=(30,)),
    Row(
        name="a spike as the first answer after a pause",
        source="G§6.5",
        acts={
            # A spike that is accepted is undone a quarter of an hour after its end.
            10: fault("status", code=503),
            44: spike_after_all,
        },
    ),
    Row(
        name="a spike that the CTs could carry, on counters that hardly move",
        source="G§6.5",
        profile="metered_net_three_phase",
        acts=between(10, 14, fault("spike", path=READINGS, wh=900.0)),
    ),
    Row(name="a fall that comes back", source="G§6.5", acts=between(10, 40, fault("spike", wh=-300_700.0))),
    Row(
        name="back and forth between two lines",
        source="G§6.5",
        acts={**between(3, 21, fault("spike")), **between(39, 57, fault("spike"))},
        repairs=1,
    ),
    Row(name="the state is lost", source="damage", losses=(30,)),
    Row(name="the state is lost on three phases", source="damage", profile="metered_net_three_phase", losses=(30,)),
    Row(
        name="the state is lost twice, first while today = lifetime",
        source="G§6.5",
        acts=between(18, 30, fault("today_is_lifetime")),
        losses=(20, 40),
    ),
    Row(
        name="the state is lost after a wrap",
        source="G§6.6",
        acts={10: fault("wrap", path=READINGS), 11: fault("wrap", path=REPORT)},
        losses=(30,),
    ),
    *(
        Row(
            name=f"crashes before zeros, {site}",
            source="a power cut",
            profile=profile,
            # The state was written at minute 15, and is written again at minute 30 after the first crash.
            acts={**between(28, 34, fault("zeros")), **between(42, 46, fault("zeros"))},
            crashes=(28, 42),
            start=MORNING,
        )
        for site, profile in (
            ("three phases", "metered_net_three_phase"),
            ("a total CT", "metered_total_split_phase"),
            ("no CTs", "non_metered"),
        )
    ),
    Row(
        name="a crash after midnight before zeros",
        source="a power cut",
        acts=between(28, 34, fault("zeros")),
        crashes=(28,),
        start=datetime(2026, 6, 10, 21, 40, tzinfo=UTC),
    ),
    Row(name="a hair down and up", source="G§3", before=fault("hair")),
    Row(name="null counters", source="G§15.31", acts=between(20, 25, fault("nulls"))),
    Row(name="negative counters", source="G§15.27", acts=between(20, 25, fault("negative"))),
    Row(name="no readings in the list", source="G§13.4", acts=between(20, 30, fault("no_readings"))),
    Row(name="a replaced meter", source="G§9.6", acts={20: fault("replaced_meter")}),
    Row(name="today = lifetime", source="G§6.5", before=fault("today_is_lifetime")),
    Row(name="today = lifetime for a while", source="G§6.5", acts=between(20, 35, fault("today_is_lifetime"))),
    Row(name="total = net", source="G§6.8", profile="metered_net_three_phase", acts={20: fault("total_is_net")}),
    Row(name="total = net with a total CT", source="G§6.8", profile="metered_total_split_phase"),
    Row(name="activeCount flickers", source="G§6.7", before=fault("active_count_flicker")),
    Row(
        name="activeCount flickers, no list of meters",
        source="G§6.7",
        profile="metered_without_meters_list",
        acts={10: fault("active_count_flicker")},
    ),
    Row(
        name="/api/v1/production zero after boot",
        source="G§3",
        profile="non_metered",
        acts=between(20, 25, fault("zero_v1")),
    ),
    Row(name="/api/v1/production always zero", source="G§3", profile="non_metered_new"),
    Row(
        name="/api/v1/production frozen",
        source="G§3",
        profile="metered_without_cts",
        before=fault("frozen_v1"),
    ),
    Row(name="the inverters' total wraps", source="G§6.6", profile="non_metered_token"),
    Row(
        name="an inverter without a reading",
        source="G§5.2",
        profile="metered_without_cts",
        acts=between(10, 40, fault("missing_device")),
    ),
    Row(
        name="an inverter out of reach",
        source="G§5.2",
        profile="metered_without_cts",
        acts={10: disconnect, 40: reconnect},
    ),
    Row(
        name="a new inverter",
        source="G§13.1",
        profile="metered_without_cts",
        acts={20: lambda simulator: simulator.world.add_inverter()},
    ),
    Row(
        name="a retired inverter",
        source="G§15.13",
        profile="metered_without_cts",
        acts={20: lambda simulator: simulator.world.retire_inverter(first_inverter(simulator))},
    ),
    Row(
        name="unsigned image of a negative power",
        source="G§15.21",
        profile="metered_total_split_phase",
        acts=between(20, 22, fault("unsigned_power", always=True)),
    ),
    Row(
        name="an absurd report interval with a spike",
        source="fuzzing",
        profile="non_metered_new",
        # The first interval is no interval, the second one is too long.
        acts={
            **between(10, 16, fault("absurd_interval")),
            **between(45, 51, fault("absurd_interval", wh=12_000.0, seconds=80_000)),
        },
    ),
    Row(
        name="no energy of today of the inverters",
        source="G§15.29",
        all_entities=True,
        acts=between(20, 26, fault("inverter_today")),
    ),
    Row(
        name="impossible energy of today of the inverters",
        source="G§15.29",
        all_entities=True,
        acts=between(20, 26, fault("inverter_today", wh=57_134.0)),
    ),
    Row(
        name="a clock that is a day, then an hour ahead for ten minutes",
        source="clock",
        jumps={10: 86_400.0, 20: -86_400.0, 40: 3_600.0, 50: -3_600.0},
    ),
    Row(
        name="a restart while the clock is a day ahead",
        source="clock",
        jumps={10: 86_400.0, 20: -86_400.0},
        restarts=(10,),
    ),
    Row(
        name="a restart of a computer without a clock of its own",
        source="clock",
        jumps={10: -40 * 86_400.0, 20: 40 * 86_400.0},
        restarts=(10,),
    ),
    Row(name="a net CT alone", source="G§13.2", profile="metered_net_only_three_phase"),
    Row(
        name="a net CT alone, an inverter out of reach",
        source="G§5.2",
        profile="metered_net_only_three_phase",
        acts={10: disconnect, 40: reconnect},
    ),
    Row(
        name="a net CT alone, ten minutes of zero",
        source="G§9.6",
        profile="metered_net_only_three_phase",
        acts=between(20, 30, fault("zeros")),
    ),
    Row(
        name="a net CT alone, a wrap and back",
        source="G§6.6",
        profile="metered_net_only_three_phase",
        acts=between(20, 22, fault("wrap")),
    ),
    Row(
        name="a storage channel lost",
        source="G§9.5",
        profile="metered_storage_split_phase",
        acts=between(20, 30, fault("storage_channel_lost")),
    ),
    Row(
        name="a storage channel lost for half an hour",
        source="G§9.5",
        profile="metered_storage_split_phase",
        acts=between(15, 45, fault("storage_channel_lost")),
    ),
    Row(
        name="a storage channel lost on three phases",
        source="G§9.5",
        profile="metered_storage_three_phase",
        acts=between(20, 30, fault("storage_channel_lost")),
    ),
    Row(
        name="ten minutes of zero with storage",
        source="G§9.6",
        profile="metered_storage_three_phase",
        acts=between(20, 30, fault("zeros")),
    ),
    Row(
        name="a wrap with storage",
        source="G§6.6",
        profile="metered_storage_three_phase",
        acts={20: fault("wrap", path=READINGS), 21: fault("wrap", path=REPORT)},
    ),
    Row(
        name="a wrap and back with storage",
        source="G§6.6",
        profile="metered_storage_split_phase",
        acts=between(20, 22, fault("wrap")),
    ),
    Row(name="503 for half an hour", source="G§15.7", acts=between(10, 40, fault("status", code=503))),
    Row(name="answers cut in half", source="G§2.8", acts=between(20, 30, fault("truncated"))),
    Row(name="HTML instead of JSON", source="G§15.1", acts=between(20, 30, fault("html"))),
    Row(name="a firmware update", source="G§1.3", acts={20: lambda simulator: simulator.set_firmware("D8.3.5169")}),
    Row(
        name="the nightly outage, and midnight",
        source="G§2.6",
        before=fault("nightly_outage"),
        start=datetime(2026, 6, 10, 20, 55, tzinfo=UTC),
    ),
    Row(
        name="zeros over midnight",
        source="G§9.6",
        acts=between(25, 35, fault("zeros")),
        start=datetime(2026, 6, 10, 21, 30, tzinfo=UTC),
    ),
    Row(name="the night of 25 hours", source="DST", start=datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    Row(name="the night of 23 hours", source="DST", start=datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
)
