"""Redacting answers of the gateway so that they can be published: only values known to be harmless are kept.

Each serial is replaced by the same number throughout a document, so that it works as a capture for the simulator.
"""

from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv6Address
import re
from typing import Final

import orjson

from .identifiers import is_serial

REDACTED: Final = "**REDACTED**"
# Twelve digits like a serial, but never a real one: those begin with year and week of manufacture (G§1.1).
_FIRST_PSEUDONYM: Final = 999_900_000_000

# Twelve digits as a rule; some devices have longer serials.
_SERIAL: Final = re.compile(r"(?<![0-9.])(?<!0x)[0-9]{12,}(?![0-9])")
_HIDDEN: Final = re.compile(
    r"(?i)(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"  # a MAC address
    r"|(?<![0-9a-z.])(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}(?![0-9a-z.])"  # a MAC address as routers write it
    r"|(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{12}(?![0-9a-z])"  # a MAC address without separators
    r"|\('[^']*', [0-9]+[^)]*\)"  # address and port in an error of the operating system
    r"|(?<![0-9])(?<![0-9]\.)(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?[0-9])"  # an IPv4 address, also before a port
    r"|[\w.+'-]+@[\w-]+(?:\.[\w-]+)*"  # an email address
    r"|eyJ[\w-]+(?:\.[\w-]*)*"  # a token
)
_MAYBE_IPV6: Final = re.compile(r"(?i)[0-9a-f]*:[0-9a-f:]*(?:::|[0-9a-f])")
_WORDS: Final = re.compile(r"[\w .:+/-]{0,64}")
"""The form of a harmless text: a type, a state, a version, a hexadecimal number."""
# Without backtracking, which takes hours where a tag has no end.
_TAG: Final = re.compile(r"<(?P<close>/?)(?P<name>[\w-]++)(?P<attributes>[^<>]*+)>(?P<text>[^<]*)")
_PACKAGE: Final = re.compile(r' name="[\w.-]{1,64}"')
_LONGEST_NUMBER: Final = 20
"""Digits of the number of a device that is a key."""

_SERIAL_FIELDS: Final = frozenset({"serialNumber", "sn", "serial_num", "serial_nums", "device_id", "pv_serial_nb"})
_INFO_TAGS: Final = frozenset(
    re.findall(
        r"\S+",
        """
        time sn pn software seqnum apiver imeter web-tokens version build build_id build_time_gmt release_ver
        release_stage
        """,
    )
)
_TAGS: Final = _INFO_TAGS | {"envoy_info", "device", "package", "build_info", "euaid"}
_STORAGE_FIELDS: Final = frozenset(
    re.findall(
        r"[^|]+",
        # Names of loads and models, tariffs and times of the user are left out.
        "devices:|FW Version|Device State|Agg Backup Energy|Agg VLS Energy|Force Discharge|Charge From Grid Allowed",
    )
) | frozenset(
    re.findall(
        r"\w+",
        """
        ACB_agg_energy ACB_agg_soc Comm_Time_Loss Commission_in_progress ENC_agg_avail_energy ENC_agg_backup_energy
        ENC_agg_energy ENC_agg_soc ENC_agg_soh ESS_R3_To_R4_in_progress ESS_in_progress Enc_commissioned_capacity
        Enc_max_available_capacity Enchg_grid_mode Enpwr_curr_state_id Enpwr_grid_mode Enpwr_relay_state_bm
        Export_Limit_Type Hard_PEL Max_energy Num_of_acb Num_of_enc PEL PEL_Limit PEL_db Resp_Time_HardPEL
        Resp_Time_SoftPEL SOC SOH Soft_PEL Solar_grid_mode VLS_Limit acb_agg_energy acb_agg_soc acb_current_mode
        acb_debug_mode acb_sleep action_retries adjusted_backup_soc admin_mode admin_state admin_state_str agg_p_mw
        agg_p_ph_a_mw agg_p_ph_b_mw agg_p_ph_c_mw agg_s_mva agg_s_ph_a_mva agg_s_ph_b_mva agg_s_ph_c_mva agg_soc
        app_fw_version apparent apparent_power_mva assembly_number auth_state backup_bat_mode backup_soc black_s_start
        black_start_retries bmu_fw_version bmu_ibl_fw_version chaneid charge_from_generator charge_from_grid
        charge_status collar_state com_interface_str comm_level_2_4_ghz comm_level_sub_ghz communicating
        configured_backup_soc connection control_error cool_down_mins created_date dc_switch_off default_soc der1_state
        der2_state der3_state der_index dev_type device_status device_type devices dmir dmir_version dry_contacts enable
        enc_agg_energy enc_agg_soc encharge_capacity encharge_rated_power encharge_rev encharge_revision exc_on
        freq_bias_hz fw_version gen_action gen_cmd gen_relay_state gen_type generator grid grid_action grid_state
        ibl_fw_version id img_load_date img_pnum_running info installed inventory iqpm is_active is_split_phase
        is_system_balanced issupported last_rpt_date last_update led_status load main_relay_state mains_admin_state
        mains_oper_state manual_override maxCellTemp max_cont_gen_amps max_energy max_gen_efficiency_perc meters
        micro_grid_action mid_state minCellTemp min_gen_loading_perc mode mqtt_state msReset_HardPEL msg_retry_count
        name_plate_rating_wat offgrid_secctrl oper_state operating operation_mode_sub_type opt_schedules override
        part_num part_number percent phase phase_count present priority procload producing prov_state provisioned ptpn
        pv pv_limit_pct real_power_mw relay reported_enc_grid_state reported_grid_mode reserved_soc running_PCU_count
        safe_state_action sc_debug sc_stream sched_mode_key schedule secctrl serial_nums shutdown sleep_enabled
        sleep_max_soc sleep_min_soc soc soc_high soc_low soc_rec_enabled soc_recovery_entry soc_recovery_exit
        srt12_state srt13_state start_method start_soc status stop_soc storage_settings submodule_count submodules
        swift_asic_fw_version tariff totVoltage total_PCU_count user_commanded_offgrid_vls_offset very_low_soc
        voltage_bias_v warm_up_mins zigbee_dongle_fw_version
        """,
    )
)
"""The known fields of the endpoints of storage (S§2 to §14)."""
_FIELDS: Final = (
    _SERIAL_FIELDS
    | _STORAGE_FIELDS
    | frozenset(
        re.findall(
            r"\w+",
            """
        VrmsL1N VrmsL2N VrmsL3N acCurrOffset acCurrentInmA acFrequencyINmHz acVoltageINmV actEnergyDlvd actEnergyRcvd
        active activeCount activePower apparentEnergy apparentPower apprntPwr chanEid channelTemp channels consumption
        created createdTime curr_w current dcCurrentINmA dcVoltageINmV devName devType deviceCount deviceDataLimit
        duration eid endDate flags flags_hex freq freqInmHz freq_mhz instantaneousDemand interval_type issi
        joulesProduced joulesUsed l1NAcVoltageInmV l2NAcVoltageInmV l3NAcVoltageInmV laggingVArs lastReading
        lastReportDate lastReportWatts leadingVArs lifetime lines max maxReportWatts measurementType meteringStatus
        modGone now nowUsed percentFull phaseCount phaseMode production pwrConvErrSecs pwrConvMaxErrCycles pwrFactor
        reactEnergyLagg reactEnergyLead reactPwr reactivePower readingTime rmsCurrent rmsVoltage rms_mamp rms_mvolt rssi
        state stateChngCnt statusFlags storage temperature timestamp today type vahLifetime vahToday vah_cum
        varhLagLifetime varhLagToday varhLeadLifetime varhLeadToday varh_lag_cum varh_lead_cum voltage vrmsB1L12_or_L12
        vrmsB2L12_or_L23 vrmsL31 wNow wattHours wattHoursLifetime wattHoursSevenDays wattHoursToday watts wattsNow week
        whLastSevenDays whLifetime whNow whToday wh_dlvd_cum wh_neg wh_pos yesterday
        """,
        )
    )
)
"""The known fields of the endpoints that are used (G§3 to §9); the keys of device data are numbers."""


class Scrubber:
    """Redacts all parts of one document with the same pseudonyms."""

    def __init__(self, serials: Iterable[str], hosts: Iterable[str] = ()) -> None:
        """Set what is known beforehand; the order of the serials makes their pseudonyms the same in every document."""
        self._hosts = [re.compile(rf"(?i)(?<![\w.-]){re.escape(host)}(?![\w-])") for host in hosts if host]
        self._pseudonyms: dict[str, str] = {}
        self._given: set[str] = set()
        self._lengths: list[int] = []
        """The lengths of the known serials, longest first: one serial may contain another."""
        for serial in serials:
            self._pseudonym(serial)

    def text(self, text: str) -> str:
        """Redact a text, such as an error message or the name of a counter."""
        text = _MAYBE_IPV6.sub(_without_address, _HIDDEN.sub(REDACTED, text))
        for host in self._hosts:
            text = host.sub(REDACTED, text)
        return _SERIAL.sub(lambda found: self._pseudonym(found[0]), self._without_known(text))

    def value(self, value: object, field: str = "") -> object:
        """Redact a JSON value; `field` is the key under which it was found."""
        if isinstance(value, dict):
            return {
                self._key(str(name), number): self.value(part, str(name))
                for number, (name, part) in enumerate(value.items())
            }
        if isinstance(value, list):
            return [self.value(part, field) for part in value]
        if isinstance(value, str | int) and (field in _SERIAL_FIELDS or str(value) in self._pseudonyms):
            return type(value)(self._pseudonym(str(value)))
        if field not in _FIELDS or (isinstance(value, str) and not _WORDS.fullmatch(value)):
            return REDACTED
        return self.text(value) if isinstance(value, str) else value

    def answer(self, body: bytes) -> object:
        """Redact an answer: a JSON document, or the XML of `/info` as text.

        Raises:
            ValueError: it is anything else.
        """
        if body.lstrip(b"\0 \t\r\n\xef\xbb\xbf").startswith(b"<?xml"):
            return self._xml(body.decode(errors="replace"))
        return self.value(orjson.loads(body))

    def _xml(self, text: str) -> str:
        """Keep known tags, names of packages, and the text of known tags."""
        lines = []
        for found in _TAG.finditer(text):
            tag = found["name"] if found["name"] in _TAGS else "unknown"
            package = _PACKAGE.fullmatch(found["attributes"])
            content = found["text"].strip()
            if content and (found["close"] or found["name"] not in _INFO_TAGS or not _WORDS.fullmatch(content)):
                content = REDACTED
            elif content and found["name"] in _SERIAL_FIELDS:
                content = self._pseudonym(content)
            lines.append(f"<{found['close']}{tag}{self.text(package[0]) if package else ''}>{self.text(content)}")
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(lines)

    def _key(self, name: str, number: int) -> str:
        """Keep a known field and the number of a device; other keys may be anything, such as a name or an address."""
        if name in _FIELDS:
            return name
        is_number = name.isdecimal() and len(name) <= _LONGEST_NUMBER
        return self.text(name) if is_number else f"{REDACTED} {number}"

    def _pseudonym(self, serial: str) -> str:
        """Return the number that replaces a serial; such a number is returned unchanged."""
        if serial in self._given:
            return serial
        if serial not in self._pseudonyms:
            self._pseudonyms[serial] = str(_FIRST_PSEUDONYM + len(self._pseudonyms))
            self._given.add(self._pseudonyms[serial])
            if is_serial(serial) and len(serial) not in self._lengths:
                self._lengths = sorted([*self._lengths, len(serial)], reverse=True)
        return self._pseudonyms[serial]

    def _without_known(self, text: str) -> str:
        """Replace the known serials, also within longer words."""
        parts: list[str] = []
        start = at = 0
        while at < len(text):
            known = next((part for n in self._lengths if (part := text[at : at + n]) in self._pseudonyms), None)
            if known is None:
                at += 1
                continue
            parts += (text[start:at], self._pseudonyms[known])
            start = at = at + len(known)
        return "".join((*parts, text[start:]))


def _without_address(found: re.Match[str]) -> str:
    """Redact an IPv6 address, and keep what only looks like one, such as a time."""
    label, colon, rest = found[0].partition(":")
    for before, text in (("", found[0]), (label + colon, rest)):  # `ip:fe80::1` has a label before it
        with suppress(ValueError):
            IPv6Address(text)
            return before + REDACTED
    return found[0]
