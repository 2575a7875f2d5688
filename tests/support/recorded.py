"""The entities expected of each recorded gateway, and where their values differ from pyenphase's."""

from collections.abc import Iterator
from dataclasses import dataclass

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.site import GatewayClass

A, B = GatewayClass.LEGACY, GatewayClass.NON_METERED
C, D = GatewayClass.METERED_WITHOUT_CT, GatewayClass.METERED
P, N, T = Flow.PRODUCTION, Flow.NET_CONSUMPTION, Flow.TOTAL_CONSUMPTION
S, K = Flow.STORAGE, Flow.BACKFEED

ELECTRICAL = ("voltage", "current", "apparent_power", "reactive_power", "power_factor")
LISTED = frozenset({"power", "max_power", "last_reported", "communicating"})
DETAILED = LISTED | {
    *("energy_lifetime", "energy_today", "energy_yesterday", "energy_last_7_days", "temperature"),
    *("dc_voltage", "dc_current", "ac_voltage", "ac_frequency", "report_interval", "conversion_error_time"),
}
# Unknown once the last report is older than two intervals.
MEASURED_NOW = frozenset({"dc_voltage", "dc_current", "ac_voltage", "ac_current", "ac_frequency", "temperature"})
# Older inverters do not measure these (G§5.4).
NEWER = frozenset({"ac_current", "signal_strength"})


@dataclass(frozen=True)
class Expected:
    """The class, inverters and CTs of a recorded gateway, from which its entities follow."""

    kind: GatewayClass
    inverters: int
    detail: frozenset[str] = LISTED
    cts: tuple[Flow, ...] = ()
    phases: int = 1
    tokens: bool = True
    weeks: tuple[Flow, ...] = (P,)
    """The flows whose energy of the last seven days is plausible (G§6.5)."""
    meters: bool = True
    """Whether the gateway has `/ivp/meters` and `/ivp/meters/readings`."""
    lines: bool = False
    """Whether the report has `lines`, one per phase."""
    batteries: bool = False
    """Whether the batteries' own power, which has no phases, is part of total consumption (S§23)."""
    without: frozenset[str] = frozenset()
    """Entities that the gateway lacks although its kind has them, with their reason in DIFFERENCES."""

    def keys(self) -> set[str]:
        """Return the keys of the gateway's own entities."""
        return {*self._flow_keys(), *self._own_keys()} - self.without

    def _own_keys(self) -> Iterator[str]:
        yield "rejected_readings"
        yield from ("token_expires",) * self.tokens
        yield from ("inverters_reporting",) * (self.inverters > 0)
        yield from (f"{flow}_energy_last_7_days" for flow in self.weeks)
        yield from (f"{flow}_ct_status" for flow in self.cts if self.meters)
        yield from ("grid_frequency",) * (self.meters and P in self.cts)

    def _flow_keys(self) -> Iterator[str]:
        yield from ("production_power", "production_energy_lifetime", "production_energy_today")
        if P in self.cts:
            yield from self._phased("production_power", "production_energy_lifetime", *_electrical(P))
        if N in self.cts or T in self.cts:
            yield from ("total_consumption_energy_today", "net_consumption_energy_lifetime")
            yield from ("grid_import_power", "grid_export_power")
            total = ("total_consumption_power", "total_consumption_energy_lifetime")
            yield from total if self.batteries else self._phased(*total)
            yield from self._phased("net_consumption_power")
        if self.phases > 1 and (T in self.cts or (N in self.cts and self.meters)):
            yield from ("grid_import_energy_balanced", "grid_export_energy_balanced")
        if N in self.cts:
            yield from self._phased(*_electrical(N))
            if S not in self.cts and not self.batteries:
                yield from self._phased(*_electrical(T)) if self.lines else _electrical(T)
            if self.meters:
                yield from self._phased("grid_import_energy", "grid_export_energy")
        if T in self.cts:
            yield from ("grid_import_energy", "grid_export_energy")
            yield from self._phased(*_electrical(T))
        for flow in self.cts:
            if flow in (S, K):
                yield from self._phased(f"{flow}_ct_power", f"{flow}_ct_energy_delivered", f"{flow}_ct_energy_received")

    def _phased(self, *keys: str) -> Iterator[str]:
        """Yield each key, followed by its phases where there are several."""
        for key in keys:
            yield key
            yield from (f"{key}_l{phase}" for phase in range(1, self.phases + 1) if self.phases > 1)


def _electrical(flow: Flow) -> tuple[str, ...]:
    return tuple(f"{flow}_{quantity}" for quantity in ELECTRICAL)


GATEWAYS = {
    "3.8.10": Expected(A, 41, tokens=False),
    "3.9.36": Expected(A, 12, LISTED - {"power"}, tokens=False),
    "4.2.27": Expected(B, 0, tokens=False),
    "4.10.35": Expected(D, 19, cts=(P, N), phases=2, tokens=False, weeks=(P, T)),
    "5.0.62": Expected(B, 40, tokens=False),
    "7.3.130_no_consumption": Expected(D, 15, cts=(P,), phases=2),
    "7.3.466_metered_disabled_cts": Expected(C, 7, weeks=()),
    "7.3.517": Expected(D, 22, cts=(P, N), meters=False, batteries=True),
    "7.3.517_legacy_savings_mode": Expected(D, 22, cts=(P, N), meters=False, batteries=True),
    "7.6.175": Expected(C, 13, LISTED - {"power"}),
    "7.6.175_standard": Expected(B, 24),
    "7.6.175_total": Expected(C, 14, weeks=()),
    "7.6.175_with_cts_3phase": Expected(
        D,
        7,
        cts=(P, N),
        phases=3,
        lines=True,
        weeks=(P, T),
        without=frozenset({"grid_import_energy_l2", "production_energy_lifetime_l2"}),
    ),
    "8.2.127_with_generator_running": Expected(D, 26, cts=(P, N), phases=2, batteries=True),
    "8.2.127_with_3cts_and_battery_split": Expected(D, 5, cts=(P, N, S), phases=2, weeks=()),
    "8.2.4286_with_3cts_and_battery_split": Expected(D, 35, cts=(P, N, S), phases=2, lines=True, weeks=()),
    "8.2.4345_with_device_data": Expected(D, 15, DETAILED | NEWER, cts=(P, N), weeks=(P, T)),
    "8.2.4382_ACB": Expected(D, 17, cts=(P, N)),
    "8.3.5167_3rd-pv": Expected(D, 12, DETAILED | NEWER, cts=(P, N), phases=3, lines=True, weeks=(), batteries=True),
    "8.3.1598_collar": Expected(
        D,
        17,
        cts=(P, N, S, K),
        phases=2,
        lines=True,
        weeks=(),
        without=frozenset({"backfeed_ct_energy_delivered_l2", "backfeed_ct_energy_received_l2"}),
    ),
    "8.3.5169_ACB_inventory": Expected(D, 3, DETAILED - MEASURED_NOW, cts=(P, N)),
    "8.3.5169_with_generator": Expected(D, 20, DETAILED | NEWER, cts=(P, N), phases=2, lines=True, weeks=(P, T)),
    "8.3.5289_modGone": Expected(D, 12, DETAILED, cts=(P,)),
    "8.3.5433_tot_is_net_cons": Expected(D, 12, DETAILED | NEWER, cts=(P, T), phases=2, lines=True, weeks=()),
}
"""All captures but 3.7.0, which has no readable endpoint."""

_WEEK_IS_A_QUARTER_HOUR = "less than today: it holds only a part of the last quarter of an hour (G§6.5)"
_WEEK_IS_THE_LIFETIME = "together with today it is the lifetime: the gateway has lost its history (G§3, §6.5)"
_WITHOUT_LINES = "computed from the readings, as the report has no lines; the report differs by some Wh (G§6.3, §6.4)"
_SUMMED_FACTOR = "real over apparent power; the gateway sends the mean of the phases, or their sum (G§6.3)"
_NOT_MEASURED = "older inverters do not measure it and report 0 (G§5.4)"
_ONLY_COMPUTED = "no CT measures it: the gateway reports less VA than W (G§6.4, §6.8)"
_WITH_STORAGE = "production + net + storage; the gateway's own total leaves the battery out (S§23)"
_ONE_CONNECTED = "three phases are set up and one is connected: the others have stray voltages (G§9)"
_OLD_REPORT = "unknown: the last report is older than two intervals, pyenphase has no limit"
_FROM_ZERO = "a first value of 0 is not published: a gateway that is starting reports it too (G§9.6)"
_OTHER_MOMENT = "instantaneousDemand, which adds up to the total; activePower of the phases is of another moment (G§9)"
_NO_HISTORY = "equal to the lifetime: the gateway has lost its history (G§6.5)"

DIFFERENCES: dict[str, dict[str, str]] = {
    "3.9.36": {"inverter * power": _OLD_REPORT},
    "4.10.35": {
        "net_consumption_power_factor": _SUMMED_FACTOR,
        "production_power_factor": _SUMMED_FACTOR,
        "total_consumption_power_factor": _SUMMED_FACTOR,
        "total_consumption_energy_lifetime": _WITHOUT_LINES,
    },
    "7.3.130_no_consumption": {"production_power_factor": _SUMMED_FACTOR},
    "7.3.466_metered_disabled_cts": {
        "production_energy_last_7_days": "that of the disabled CT (G§13.3)",
        "production_energy_today": "that of the disabled CT; ours counts from set-up (G§13.3)",
    },
    "7.3.517": {"total_consumption_*": _WITH_STORAGE},
    "7.3.517_legacy_savings_mode": {"total_consumption_*": _WITH_STORAGE},
    "7.6.175": {
        "inverter * power": _OLD_REPORT,
        "production_power": "metered without CTs: the sum of the inverters, newer than the summary (G§3, §13.3)",
    },
    "7.6.175_total": {"production_energy_last_7_days": "four zeros are not an answer (G§3)"},
    "7.6.175_with_cts_3phase": {
        "grid_import_energy_l2": _FROM_ZERO,
        "production_energy_lifetime_l2": _FROM_ZERO,
        "rejected_readings": _FROM_ZERO,
        "net_consumption_power_factor": _SUMMED_FACTOR,
        "production_power_factor": _SUMMED_FACTOR,
        "total_consumption_apparent_power": "three times the sum of its lines (G§6.3)",
        "total_consumption_power_factor": _SUMMED_FACTOR,
        "production_voltage": _ONE_CONNECTED,
        "net_consumption_voltage": _ONE_CONNECTED,
    },
    "8.2.127_with_generator_running": {
        "net_consumption_power_factor": _SUMMED_FACTOR,
        "production_power_factor": _SUMMED_FACTOR,
        "total_consumption_*": _WITH_STORAGE,
    },
    "8.2.127_with_3cts_and_battery_split": {
        "net_consumption_power_factor": _SUMMED_FACTOR,
        "production_power_factor": _SUMMED_FACTOR,
        "production_energy_last_7_days": _WEEK_IS_THE_LIFETIME,
        "total_consumption_*": _WITH_STORAGE,
    },
    "8.2.4286_with_3cts_and_battery_split": {
        "net_consumption_power_factor": _SUMMED_FACTOR,
        "production_energy_last_7_days": _WEEK_IS_THE_LIFETIME,
        "total_consumption_*": _WITH_STORAGE,
    },
    "8.2.4382_ACB": {"total_consumption_energy_last_7_days": _WEEK_IS_A_QUARTER_HOUR},
    "8.3.5167_3rd-pv": {
        "production_power_factor": _SUMMED_FACTOR,
        "production_energy_last_7_days": _WEEK_IS_THE_LIFETIME,
        "total_consumption_*": _WITH_STORAGE,
    },
    "8.3.1598_collar": {
        "backfeed_ct_power_l1": _OTHER_MOMENT,
        "net_consumption_power_l*": _OTHER_MOMENT,
        "storage_ct_power_l*": _OTHER_MOMENT,
        "total_consumption_power_l*": _OTHER_MOMENT,
        "backfeed_ct_energy_delivered_l2": _FROM_ZERO,
        "backfeed_ct_energy_received_l2": _FROM_ZERO,
        "rejected_readings": _FROM_ZERO,
        "net_consumption_power_factor": _SUMMED_FACTOR,
        "production_energy_today": _NO_HISTORY,
        "production_energy_last_7_days": _NO_HISTORY,
        "total_consumption_*": _WITH_STORAGE,
        "*_power_l?": _OTHER_MOMENT,
    },
    "8.3.5169_ACB_inventory": {
        **{f"inverter * {key}": _OLD_REPORT for key in MEASURED_NOW},
        "inverter * signal_strength": _NOT_MEASURED,
        "total_consumption_energy_last_7_days": _WEEK_IS_A_QUARTER_HOUR,
    },
    "8.3.5169_with_generator": {
        "net_consumption_power_factor": _SUMMED_FACTOR,
        "total_consumption_power_factor": _SUMMED_FACTOR,
    },
    "8.3.5289_modGone": {"inverter * ac_current": _NOT_MEASURED, "inverter * signal_strength": _NOT_MEASURED},
    "8.3.5433_tot_is_net_cons": {
        "net_consumption_power_l1": _OTHER_MOMENT,
        "production_power_l*": _OTHER_MOMENT,
        "total_consumption_power_l*": _OTHER_MOMENT,
        "grid_import_energy": "integrated from net power (G§9)",
        "grid_export_energy": "integrated from net power (G§9)",
        "net_consumption_voltage*": _ONLY_COMPUTED,
        "net_consumption_current*": _ONLY_COMPUTED,
        "net_consumption_apparent_power*": _ONLY_COMPUTED,
        "net_consumption_reactive_power*": _ONLY_COMPUTED,
        "net_consumption_power_factor*": _ONLY_COMPUTED,
        "production_power_factor": _SUMMED_FACTOR,
        "total_consumption_power_factor": _SUMMED_FACTOR,
        "production_energy_today": _NO_HISTORY,
        "production_energy_last_7_days": _NO_HISTORY,
        "total_consumption_energy_today": "the lifetime of net consumption (G§6.5, §6.8)",
        "total_consumption_energy_last_7_days": "the lifetime of net consumption (G§6.5, §6.8)",
        "*_power_l?": _OTHER_MOMENT,
    },
}
"""For each capture, the values that differ from pyenphase's, with the reason."""
