"""`/ivp/pdm/device_data`: every device of the gateway (G§5)."""

from simulator.inverter_reports import Inverter, Report
from simulator.profiles import PRODUCTION, STORAGE
from simulator.simulated_site import SimulatedSite
from simulator.site_state import PowerAndEnergy, SiteState
from simulator.storage.reports import AcbReport, acb_reports

from . import Document
from .electrics import Electrics, electrics
from .meters import EIDS

DEVICE_LIMIT = 50  # deviceDataLimit (G§5.1)

_FIRST_PCU, _FIRST_ACB, _FIRST_NSRB = 0x21000100, 0x2B000100, 0x2C000100
_TO_CHANNEL = 0x40000011  # difference of the eids of a channel and its device
_NEXT_DEVICE = 0x100
_RECORD_S = 900
_NSRB_SERIAL = 482_100_000_001  # made up
_NSRB_INTERVAL_S = 2711  # G§5.4


def device_data(site: SimulatedSite, now: float) -> Document:
    """Return the devices by eid up to the limit, and the count of all of them (G§5.1)."""
    devices: Document = {}
    for number, inverter in enumerate(site.world.inverters.values()):
        eid = _FIRST_PCU + number * _NEXT_DEVICE
        devices[str(eid)] = _pcu(eid, inverter, site.world.report(inverter, now), site)
    if site.profile.has_eim:
        numbers = {PRODUCTION: 1, site.world.consumption_ct: 2}
        if site.measures(STORAGE):
            numbers[STORAGE] = 4  # G§5.2
        for kind, number in numbers.items():
            devices[str(EIDS[kind])] = _eim(EIDS[kind], kind, f"{site.serial}EIM{number}", site, now)
    for number, report in enumerate(acb_reports(site, now)):
        eid = _FIRST_ACB + number * _NEXT_DEVICE
        devices[str(eid)] = _acb(eid, report)
    for number in range(site.profile.relays):
        eid = _FIRST_NSRB + number * _NEXT_DEVICE
        devices[str(eid)] = _nsrb(eid, str(_NSRB_SERIAL + number), now)
    count = len(devices)
    listed = dict(list(devices.items())[:DEVICE_LIMIT])
    return {**listed, "deviceCount": count, "deviceDataLimit": DEVICE_LIMIT}


def _device(name: str, serial: str, channels: list[Document], *, active: bool, gone: bool) -> Document:
    return {"devName": name, "sn": serial, "active": active, "modGone": gone, "channels": channels}


def _empty_channel(eid: int) -> Document:
    """Return a channel that has never reported."""
    return {
        "chanEid": eid,
        "created": 0,
        "wattHours": {"today": 0, "yesterday": 0, "week": 0},
        "watts": {"now": 0, "nowUsed": 0, "max": 0},
        "lastReading": {},
        "lifetime": {},
    }


def _pcu(device_eid: int, inverter: Inverter, report: Report | None, site: SimulatedSite) -> Document:
    """Return an inverter, in J, mV, mA and mHz (G§5.4); the channel of a retired one is empty."""
    eid = device_eid + _TO_CHANNEL
    if not inverter.active or report is None:
        return _device("pcu", inverter.serial, [_empty_channel(eid)], active=inverter.active, gone=not inverter.active)
    watts = report.watts
    volts = 242_000 if site.world.phases == 2 else 231_500
    channel = {
        "chanEid": eid,
        "created": report.end,
        "wattHours": {"today": report.today_wh, "yesterday": report.yesterday_wh, "week": report.week_wh},
        "watts": {"now": watts, "nowUsed": 0, "max": round(inverter.rated_w * 1.012)},
        "lastReading": {
            "eid": eid,
            "interval_type": 0,
            "endDate": report.end,
            "duration": report.duration,
            "flags": 0,
            "flags_hex": "0x0000000000000000",
            "joulesProduced": report.joules,
            "acVoltageINmV": volts + 3 * watts,
            "acFrequencyINmHz": 60_012 if site.world.phases == 2 else 50_012,
            "dcVoltageINmV": 29_000 + 9 * watts,
            "dcCurrentINmA": round(1000 * watts / (0.96 * (29.0 + 0.009 * watts))),
            "channelTemp": 12 + watts // 12,
            "pwrConvErrSecs": 0,
            "pwrConvMaxErrCycles": 0,
            "joulesUsed": 0,
            "leadingVArs": 1,
            "laggingVArs": 38,
            "acCurrentInmA": round(1_000_000 * watts / (volts + 3 * watts)),
            "l1NAcVoltageInmV": 0,
            "l2NAcVoltageInmV": 0,
            "l3NAcVoltageInmV": 0,
            "rssi": 100 + inverter.offset_s % 10,
            "issi": 60 + inverter.offset_s % 17,
        },
        "lifetime": {
            "createdTime": 1_704_067_200,
            "duration": 31_536_000,
            "joulesProduced": report.lifetime_joules,
        },
    }
    return _device("pcu", inverter.serial, [channel], active=True, gone=False)


def _eim(device_eid: int, kind: str, serial: str, site: SimulatedSite, now: float) -> Document:
    """Return the 15-minute record of a meter, which is always active and modGone (G§5.2)."""
    world = site.world
    record, midnights = world.record(now), [world.midnight(now, days) for days in (0, 1, 7)]
    first = device_eid + _TO_CHANNEL
    channels: list[Document] = []
    if site.measures(kind):
        rows = electrics(kind, site.quantity(record, kind), world.phases)
        for number, row in enumerate(rows):
            before = [site.quantity(midnight, kind).phases[number] for midnight in midnights]
            channels.append(_eim_channel(first + number, row, record, before))
    channels.extend(_empty_channel(first + number) for number in range(len(channels), site.firmware.eim_channels))
    return _device("eim", serial, channels, active=True, gone=True)


def _eim_channel(eid: int, row: Electrics, record: SiteState, midnights: list[PowerAndEnergy]) -> Document:
    """Return a channel of a meter; watts.now is the unsigned form of a signed value (G§5.3)."""
    watts = round(row.power)
    today, yesterday, week = (midnight.delivered_wh for midnight in midnights)
    counters = {
        "wh_dlvd_cum": int(row.delivered),
        "varh_lead_cum": int(row.leading_energy),
        "varh_lag_cum": int(row.lagging_energy),
        "vah_cum": int(row.apparent_energy),
    }
    return {
        "chanEid": eid,
        "created": int(record.at),
        "wattHours": {
            "today": max(0, int(int(row.delivered) - today)),
            "yesterday": int(today - yesterday),
            "week": int(today - week),
        },
        "watts": {"now": watts % 2**32, "nowUsed": 0, "max": max(3000, watts)},
        "lastReading": {
            "eid": eid,
            "interval_type": 0,
            "endDate": int(record.at),
            "duration": _RECORD_S,
            "curr_w": watts,
            **counters,
            "rms_mvolt": round(1000 * row.voltage),
            "rms_mamp": round(1000 * row.current),
            "freq_mhz": round(1000 * row.frequency),
            "wh_pos": int(row.delivered),
            "wh_neg": int(row.received),
        },
        "lifetime": {"createdTime": 1_704_067_200, "duration": 31_536_000, **counters},
    }


def _acb(device_eid: int, report: AcbReport) -> Document:
    """Return an AC Battery (S§13); its wattHours are meaningless, and its power is that of discharging only."""
    eid = device_eid + _TO_CHANNEL
    channel = _empty_channel(eid) | {
        "created": report.at,
        "wattHours": {"today": 57_134, "yesterday": 0, "week": 0},
        "watts": {"now": max(0, report.power_w), "nowUsed": max(0, -report.power_w), "max": 271},
        "lastReading": {
            "eid": eid,
            "interval_type": 0,
            "endDate": report.at,
            "duration": report.duration,
            "flags": 3_149_824,
            "flags_hex": "0x0000000000301000",
            "joulesProduced": report.joules_out,
            "joulesUsed": report.joules_in,
            "acVoltageINmV": 231_500,
            "acFrequencyINmHz": 50_012,
            "dcVoltageINmV": 22_540,
            "dcCurrentINmA": 64,
            "channelTemp": 21,
            "SOC": report.percent,
            "SOH": 97,
            "minCellTemp": report.max_cell_temperature - 1,
            "maxCellTemp": report.max_cell_temperature,
            "totVoltage": 22_400,
            "vendor_data": "0256",
        },
        "lifetime": {
            "createdTime": 1_704_067_200,
            "duration": 31_536_000,
            "joulesProduced": report.lifetime_out,
            "joulesUsed": report.lifetime_in,
        },
    }
    return _device("acb", report.unit.serial, [channel], active=True, gone=False)


def _nsrb(device_eid: int, serial: str, now: float) -> Document:
    """Return a Q Relay (G§5.4), whose lifetime is always empty."""
    eid = device_eid + _TO_CHANNEL
    end = int(now - now % _NSRB_INTERVAL_S)
    channel = _empty_channel(eid) | {
        "created": end,
        "lastReading": {
            "eid": eid,
            "interval_type": 0,
            "endDate": end,
            "duration": _NSRB_INTERVAL_S,
            "flags": 16,
            "flags_hex": "0x0000000000000010",
            "temperature": 41,
            "acCurrOffset": -12,
            "VrmsL1N": 231_500,
            "VrmsL2N": 4_100,
            "VrmsL3N": 0,
            "freqInmHz": 50_012,
            "stateChngCnt": 1,
            "vrmsB1L12_or_L12": 0,
            "vrmsB2L12_or_L23": 0,
            "vrmsL31": 0,
        },
    }
    return _device("nsrb", serial, [channel], active=True, gone=False)
