"""Profiles of gateways: at least one for each class of G§13.2, on one, two or three phases."""

from dataclasses import dataclass

PRODUCTION = "production"
NET = "net-consumption"
TOTAL = "total-consumption"
STORAGE = "storage"


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
    battery_wh: float = 0.0
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
        name="metered_storage_split_phase",
        description="production, net and storage CT with a battery, split phase, firmware 8.2.4286",
        firmware="D8.2.4286",
        part_number="800-00664-r05",
        phases=2,
        enabled_cts=_BOTH | {STORAGE},
        battery_wh=10_000.0,
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
        description="production and net CT, one phase, firmware 8.2.4382: two AC Batteries among the inverters",
        firmware="D8.2.4382",
        part_number="800-00654-r06",
        enabled_cts=_BOTH,
        battery_wh=2_400.0,
        ac_batteries=2,
    ),
)

PROFILES = {profile.name: profile for profile in _ALL}
