"""Profiles of gateways: at least one for each class of G§13.2, on one, two or three phases."""

from dataclasses import dataclass

from .storage.hardware import (
    IQ_BATTERY_3T,
    IQ_BATTERY_5P,
    IQ_BATTERY_5P_FLEXPHASE,
    IQ_BATTERY_10C_MODULE,
    GeneratorModel,
    Hardware,
)

PRODUCTION = "production"
NET = "net-consumption"
TOTAL = "total-consumption"
STORAGE = "storage"
BACKFEED = "backfeed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The hardware of a gateway and its site; everything else follows from the firmware."""

    name: str
    description: str
    firmware: str
    part_number: str
    imeter: bool | None = True
    """Value of `imeter` in `/info`; None omits it, as 3.x does (G§1.2)."""
    phases: int = 1
    consumption_ct: str = NET
    """Measurement type of the consumption CT, enabled or not."""
    enabled_cts: frozenset[str] = frozenset()
    meters_list: bool = True
    """Whether `/ivp/meters` exists."""
    inverter_phases: tuple[int, ...] = ()
    """Phases, from 0, that the inverters are connected to in turn; empty for all phases."""
    production_ct_phases: tuple[int, ...] = ()
    """Phase of the conductor that each channel of the production CT is around; empty for all phases in order."""
    production_ct_shares: tuple[float, ...] = ()
    """Share of its conductor's power that each channel of the production CT measures; empty for all of it."""
    storage: Hardware | None = None
    """IQ Batteries and everything that comes with them."""
    third_party_battery_wh: float = 0.0
    """Capacity of a battery of another maker on the first phase, behind the consumption CT."""
    third_party_pv_w: float = 0.0
    """Rated power of an inverter of another maker on the first phase, behind the consumption CT."""
    third_party_pv_measured: bool = False
    """Whether that inverter is behind the production CT too."""
    ac_batteries: int = 0
    """Number of AC Batteries (ACB), which are listed among the inverters (G§4)."""
    relays: int = 0
    """Number of Q Relays (NSRB), which are listed among the devices (G§5.2)."""
    retired_inverters: int = 0
    eim_record_lost: bool = False
    """Whether the 15-minute record is missing: today and seven days equal lifetime, v1 is days old (G§6.5, G§3)."""
    v1_zero: bool = False
    """Whether `/api/v1/production` returns four zeros (G§3)."""

    @property
    def has_eim(self) -> bool:
        """Whether the gateway has metering hardware (EIM)."""
        return self.imeter is True

    @property
    def phase_mode(self) -> str:
        """Phase mode of the metering hardware (G§8): "three" even when only one phase is used."""
        return "split" if self.phases == 2 else "three"

    @property
    def measured_phases(self) -> tuple[int, ...]:
        """Phase that each channel of the production CT measures."""
        return self.production_ct_phases or tuple(range(self.phases))


_BOTH = frozenset({PRODUCTION, NET})

_ALL = (
    Profile(
        name="legacy",
        description="Envoy-R of 2010-2015, firmware 3.9: no metering, HTML instead of JSON",
        firmware="R3.9.36",
        part_number="800-00069-r05",
        imeter=None,
    ),
    Profile(
        name="non_metered",
        description="Envoy-S Standard, firmware 5: no metering, digest sign-in",
        firmware="D5.0.62",
        part_number="800-00551-r02",
        imeter=False,
    ),
    Profile(
        name="non_metered_token",
        description="Envoy-S Standard, firmware 7.6: no metering, token sign-in, a wrapping inverter total",
        firmware="D7.6.175",
        part_number="800-00656-r06",
        imeter=False,
    ),
    Profile(
        name="non_metered_new",
        description="Envoy-S Standard, firmware 8.3: no metering, /api/v1/production is all zeros",
        firmware="D8.3.5422",
        part_number="800-00656-r06",
        imeter=False,
        v1_zero=True,
    ),
    Profile(
        name="metered_without_cts",
        description="metered gateway without a CT, firmware 8.2.4345: /api/v1/production never changes",
        firmware="D8.2.4345",
        part_number="800-00554-r03",
        phases=3,
    ),
    Profile(
        name="metered_without_cts_old",
        description="metered gateway without a CT, firmware 7.6: /api/v1/production is all zeros",
        firmware="D7.6.175",
        part_number="800-00654-r06",
        phases=3,
    ),
    Profile(
        name="metered_digest",
        description="production and net CT, split phase, firmware 4.10: digest sign-in, no lines",
        firmware="R4.10.35",
        part_number="800-00555-r03",
        phases=2,
        enabled_cts=_BOTH,
    ),
    Profile(
        name="metered_production_only",
        description="production CT only, one phase, firmware 8.3.5289: three retired inverters",
        firmware="D8.3.5289",
        part_number="800-00554-r03",
        enabled_cts=frozenset({PRODUCTION}),
        relays=1,
        retired_inverters=3,
    ),
    Profile(
        name="metered_net_single_phase",
        description="production and net CT, one phase, firmware 8.2.4345",
        firmware="D8.2.4345",
        part_number="800-00649-r01",
        enabled_cts=_BOTH,
    ),
    Profile(
        name="metered_net_split_phase",
        description="production and net CT, split phase (North America), firmware 8.3.5169",
        firmware="D8.3.5169",
        part_number="800-00647-r11",
        phases=2,
        enabled_cts=_BOTH,
    ),
    Profile(
        name="metered_net_three_phase",
        description="production and net CT, three phases, firmware 8.2.4345",
        firmware="D8.2.4345",
        part_number="800-00649-r01",
        phases=3,
        enabled_cts=_BOTH,
    ),
    Profile(
        name="metered_total_split_phase",
        description="production and total-consumption CT, split phase, firmware 8.3.5433: total equals net",
        firmware="D8.3.5433",
        part_number="800-00555-r03",
        phases=2,
        consumption_ct=TOTAL,
        enabled_cts=frozenset({PRODUCTION, TOTAL}),
        retired_inverters=8,
        eim_record_lost=True,
    ),
    Profile(
        name="metered_total_three_phase",
        description="production and total-consumption CT, three phases, firmware 8.2.4345",
        firmware="D8.2.4345",
        part_number="800-00649-r01",
        phases=3,
        consumption_ct=TOTAL,
        enabled_cts=frozenset({PRODUCTION, TOTAL}),
    ),
    Profile(
        name="metered_net_only_three_phase",
        description="net CT only, three phases, firmware 8.2.4345: total consumption lacks the production",
        firmware="D8.2.4345",
        part_number="800-00649-r01",
        phases=3,
        enabled_cts=frozenset({NET}),
    ),
    Profile(
        name="metered_production_on_one_of_three_phases",
        description="production CT on one phase, net CT on three, firmware 8.2.4345",
        firmware="D8.2.4345",
        part_number="800-00649-r01",
        phases=3,
        enabled_cts=_BOTH,
        inverter_phases=(0,),
        production_ct_phases=(0,),
    ),
    Profile(
        name="metered_production_on_two_of_three_phases",
        description="production CT on two phases, net CT on three, firmware 8.3.5169",
        firmware="D8.3.5169",
        part_number="800-00649-r01",
        phases=3,
        enabled_cts=_BOTH,
        inverter_phases=(0, 1),
        production_ct_phases=(0, 1),
    ),
    Profile(
        name="metered_swapped_phases",
        description="production CT with its phases in another order than the net CT: some phases fall below zero",
        firmware="D8.2.4345",
        part_number="800-00649-r01",
        phases=3,
        enabled_cts=_BOTH,
        inverter_phases=(0, 0, 1),
        production_ct_phases=(2, 0, 1),
    ),
    Profile(
        name="metered_production_ct_measures_nothing",
        description="production CT around a conductor without current, net CT, one phase, firmware 8.2.4345",
        firmware="D8.2.4345",
        part_number="800-00649-r01",
        enabled_cts=_BOTH,
        production_ct_shares=(0.0,),
    ),
    Profile(
        name="metered_production_ct_lacks_a_phase",
        description="production CT that measures two of the three phases with inverters, firmware 8.2.4345",
        firmware="D8.2.4345",
        part_number="800-00649-r01",
        phases=3,
        enabled_cts=_BOTH,
        production_ct_shares=(1.0, 0.0, 1.0),
    ),
    Profile(
        name="metered_third_party_inverter",
        description="production and net CT, one phase: another maker's inverter makes total consumption fall by day",
        firmware="D8.2.4345",
        part_number="800-00649-r01",
        enabled_cts=_BOTH,
        third_party_pv_w=5_000.0,
    ),
    Profile(
        name="metered_third_party_inverter_measured",
        description="production and net CT, three phases: the production CT measures another maker's inverter too",
        firmware="D8.3.5169",
        part_number="800-00649-r01",
        phases=3,
        enabled_cts=_BOTH,
        third_party_pv_w=5_000.0,
        third_party_pv_measured=True,
    ),
    Profile(
        name="metered_third_party_battery",
        description="production and net CT, three phases: another maker's battery makes total consumption fall at dusk",
        firmware="D8.2.4345",
        part_number="800-00649-r01",
        phases=3,
        enabled_cts=_BOTH,
        third_party_battery_wh=10_000.0,
    ),
    Profile(
        name="metered_storage_three_phase",
        description="production, net and storage CT with a battery, three phases, firmware 8.3.5169",
        firmware="D8.3.5169",
        part_number="800-00664-r05",
        phases=3,
        enabled_cts=_BOTH | {STORAGE},
        storage=Hardware(batteries=(IQ_BATTERY_5P_FLEXPHASE, IQ_BATTERY_5P_FLEXPHASE), reserve=0, very_low=5),
    ),
    Profile(
        name="metered_storage_split_phase",
        description="production, net and storage CT with a battery, split phase, firmware 8.2.4286",
        firmware="D8.2.4286",
        part_number="800-00664-r05",
        phases=2,
        enabled_cts=_BOTH | {STORAGE},
        storage=Hardware(batteries=(IQ_BATTERY_5P, IQ_BATTERY_5P), reserve=0, very_low=5),
    ),
    Profile(
        name="metered_without_meters_list",
        description="production and net CT, split phase, firmware 7.3.517: no /ivp/meters",
        firmware="D7.3.517",
        part_number="800-00555-r03",
        phases=2,
        enabled_cts=_BOTH,
        meters_list=False,
    ),
    Profile(
        name="acb",
        description="production and net CT, one phase, firmware 8.2.4382: an IQ Battery 3T and two AC Batteries",
        firmware="D8.2.4382",
        part_number="800-00654-r06",
        enabled_cts=_BOTH,
        storage=Hardware(batteries=(IQ_BATTERY_3T,), reserve=0, very_low=5, optimizer=True, export_limit=True),
        ac_batteries=2,
    ),
    Profile(
        name="storage",
        description="two IQ Batteries 5P and a System Controller, three phases, firmware 8.3.6086: no storage CT",
        firmware="D8.3.6086",
        part_number="800-00664-r05",
        phases=3,
        enabled_cts=_BOTH,
        storage=Hardware(
            batteries=(IQ_BATTERY_5P_FLEXPHASE, IQ_BATTERY_5P_FLEXPHASE),
            controller="enpower",
            controller_part="860-01801-r10",
            loads=("Air conditioner", "Dryer"),
        ),
    ),
    Profile(
        name="storage_ct_split",
        description="IQ Batteries 5P, System Controller, generator and storage CT, split phase, firmware 8.2.4286",
        firmware="D8.2.4286",
        part_number="800-00664-r05",
        phases=2,
        enabled_cts=_BOTH | {STORAGE},
        storage=Hardware(
            batteries=(IQ_BATTERY_5P, IQ_BATTERY_5P),
            controller="enpower",
            generator=GeneratorModel(),
            loads=("Pool pump",),
        ),
    ),
    Profile(
        name="storage_single_phase",
        description="an IQ Battery 3T without a relay, one phase (Europe), firmware 8.3.5169: no backup in an outage",
        firmware="D8.3.5169",
        part_number="800-00654-r06",
        enabled_cts=_BOTH,
        storage=Hardware(batteries=(IQ_BATTERY_3T,), reserve=10, very_low=5),
    ),
    Profile(
        name="collar",
        description="an IQ Battery 10C, Meter Collar, Combiner 6C and storage CT, split phase, firmware 8.3.1598",
        firmware="D8.3.1598",
        part_number="800-02403-r08",
        phases=2,
        enabled_cts=_BOTH | {STORAGE, BACKFEED},
        storage=Hardware(
            batteries=(IQ_BATTERY_10C_MODULE, IQ_BATTERY_10C_MODULE), controller="collar", reserve=20, very_low=5
        ),
    ),
)

PROFILES = {profile.name: profile for profile in _ALL}
