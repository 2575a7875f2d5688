"""Made-up answers about storage: a small valid document for each endpoint, in which a test changes what it needs."""

from .answers import NOW, Document, Object

BATTERY, OTHER_BATTERY = "999900000201", "999900000202"
CONTROLLER, COLLAR, COMBINER, METER = "999900000301", "999900000302", "999900000303", "999900000304"
AC_BATTERY, OTHER_AC_BATTERY = "999900000401", "999900000402"


def battery(serial: str = BATTERY, /, **changes: Document) -> Object:
    """Return one IQ Battery of the inventory."""
    return {
        "part_num": "836-01826-r76",
        "installed": NOW - 9000,
        "serial_num": serial,
        "device_status": ["envoy.global.ok", "prop.done"],
        "last_rpt_date": NOW - 50,
        "admin_state_str": "ENCHG_STATE_READY",
        "img_pnum_running": "3.0.7545_rel/31.33",
        "bmu_fw_version": "3.8.63",
        "communicating": True,
        "sleep_enabled": False,
        "percentFull": 48,
        "temperature": 18,
        "maxCellTemp": 20,
        "reported_enc_grid_state": "grid-tied",
        "comm_level_sub_ghz": 0,
        "comm_level_2_4_ghz": 3,
        "led_status": 12,
        "dc_switch_off": False,
        "encharge_rev": 3,
        "encharge_capacity": 5000,
        "phase": "ph-a",
        "der_index": 2,
        **changes,
    }


def controller(serial: str = CONTROLLER, /, **changes: Document) -> Object:
    """Return one system controller of the inventory."""
    return {
        "part_num": "865-00378-r27",
        "installed": NOW - 9000,
        "serial_num": serial,
        "device_status": ["envoy.global.ok", "prop.done"],
        "last_rpt_date": NOW - 5,
        "admin_state_str": "ENPWR_STATE_OPER_CLOSED",
        "img_pnum_running": "3.0.6297_rel/31.33",
        "communicating": True,
        "temperature": 77,
        "mains_admin_state": "closed",
        "mains_oper_state": "closed",
        "Enpwr_grid_mode": "multimode-ongrid",
        "Enchg_grid_mode": "multimode-ongrid",
        **changes,
    }


def collar(serial: str = COLLAR, /, **changes: Document) -> Object:
    """Return one meter collar of the inventory."""
    return {
        "part_num": "865-00400-r22",
        "serial_num": serial,
        "installed": NOW - 9000,
        "last_rpt_date": NOW - 9000,
        "admin_state_str": "ENCMN_MDE_ON_GRID",
        "img_pnum_running": "3.0.6-D0",
        "communicating": True,
        "temperature": 42,
        "mid_state": "close",
        "grid_state": "on_grid",
        "control_error": 0,
        "collar_state": "Installed",
        **changes,
    }


def group(kind: str, *devices: Document) -> Object:
    """Return one group of the inventory."""
    return {"type": kind, "devices": list(devices)}


def ensemble_inventory() -> list[Document]:
    """Return an inventory with a device of every kind."""
    return [
        group("ENCHARGE", battery(), battery(OTHER_BATTERY, percentFull=46)),
        group("ENPOWER", controller()),
        group("COLLAR", collar()),
        group(
            "C6 COMBINER CONTROLLER",
            {"part_num": "800-02403-r08", "serial_num": COMBINER, "fw_version": "0.1.20-D1", "communicating": True},
        ),
        group("C6 RGM", {"part_num": "800-02403-r08", "serial_num": METER, "FW Version": "2.2.1-D4119"}),
    ]


def ensemble_power(**changes: Document) -> Object:
    """Return the power of two batteries that are charging."""
    return {
        "devices:": [
            {"serial_num": BATTERY, "real_power_mw": -1324000, "apparent_power_mva": -1324000, "soc": 49},
            {"serial_num": OTHER_BATTERY, "real_power_mw": -1300000, "apparent_power_mva": -1300000, "soc": 47},
        ],
        **changes,
    }


def secondary_control(**changes: Document) -> Object:
    """Return the aggregate values of two IQ Batteries."""
    return {
        "shutdown": False,
        "offgrid_secctrl": {"F": 0.0, "is_active": False},
        "configured_backup_soc": 20,
        "adjusted_backup_soc": 30,
        "agg_soc": 47,
        "Max_energy": 10000,
        "ENC_agg_soc": 47,
        "ENC_agg_soh": 99,
        "ENC_agg_backup_energy": 2000,
        "ENC_agg_avail_energy": 4700,
        "Enc_commissioned_capacity": 10000,
        "Enc_max_available_capacity": 10000,
        "ACB_agg_soc": 0,
        "ACB_agg_energy": 0,
        "VLS_Limit": 10,
        "Commission_in_progress": False,
        "ESS_in_progress": False,
        **changes,
    }


def ensemble_status(**changes: Document) -> Object:
    """Return the status of a battery and of a communications kit."""
    return {
        "inventory": {
            "serial_nums": {
                BATTERY: {
                    "device_type": 13,
                    "com_interface_str": "CAN",
                    "part_number": "836-01826-r76",
                    "app_fw_version": "3.0.7545",
                    "admin_state_str": "ENCHG_STATE_READY",
                    "reported_grid_mode": "multimode-ongrid",
                    "encharge_rated_power": 3840,
                },
                "999900000501": {"device_type": 22, "com_interface_str": "USB"},
            }
        },
        "counters": {},
        **changes,
    }


def grid_relay(**changes: Document) -> Object:
    """Return the grid relay on grid."""
    return {
        "mains_admin_state": "closed",
        "mains_oper_state": "closed",
        "der1_state": 0,
        "Enchg_grid_mode": "multimode-ongrid",
        "Solar_grid_mode": "grid-tied",
        **changes,
    }


def dry_contacts(**changes: Document) -> Object:
    """Return four contacts."""
    statuses = {"NC1": "closed", "NC2": "closed", "NO1": "open", "NO2": "open"}
    return {"dry_contacts": [{"id": name, "status": status} for name, status in statuses.items()], **changes}


def contact_settings(contact_id: str = "NC1", /, **changes: Document) -> Object:
    """Return the settings of one contact, of the newest firmware."""
    return {
        "id": contact_id,
        "type": "LOAD",
        "grid_action": "apply",
        "micro_grid_action": "shed",
        "gen_action": "none",
        "safe_state_action": "shed",
        "essential_start_time": 28800.0,
        "essential_end_time": 64800.0,
        "priority": 1.0,
        "override": "false",
        "manual_override": "true",
        "load_name": "Pool",
        "mode": "soc",
        "soc_low": 30.0,
        "soc_high": 70,
        "pv_serial_nb": ["999900000101"],
        **changes,
    }


def generator(**changes: Document) -> Object:
    """Return the state of a generator that is idle."""
    return {
        "admin_state": "open",
        "oper_state": "open",
        "admin_mode": 2,
        "schedule": 1,
        "start_soc": 30,
        "stop_soc": 70,
        "exc_on": 0,
        "present": 1,
        **changes,
    }


def generator_config(**changes: Document) -> Object:
    """Return the configuration of a generator of 22 kW."""
    return {
        "max_cont_gen_amps": 60.0,
        "name_plate_rating_wat": 22.0,
        "start_method": "Auto",
        "warm_up_mins": 5,
        "cool_down_mins": 5,
        "gen_type": "Standby",
        "model": "G007042-3 (22kW)",
        "manufacturer": "Made up",
        "charge_from_generator": True,
        **changes,
    }


def scheduler(**changes: Document) -> Object:
    """Return what the scheduler permits."""
    return {
        "acb_current_mode": 1,
        "Agg Backup Energy": 5000,
        "Agg VLS Energy": 500,
        "Num_of_enc": 2,
        "Charge From Grid Allowed": True,
        "Num_of_acb": 0,
        "sched_mode_key": ["ID - Idle", "ZN - Zero Net", "CG - Charge From Grid"],
        **changes,
    }


def tariff(**settings: Document) -> Object:
    """Return a tariff with these settings of storage."""
    return {
        "tariff": {
            "currency": {"code": "USD"},
            "date": "1722561964",
            "storage_settings": {
                "mode": "self-consumption",
                "operation_mode_sub_type": "",
                "reserved_soc": 20.0,
                "very_low_soc": 5,
                "charge_from_grid": True,
                "date": "1722551964",
                "opt_schedules": False,
                **settings,
            },
            "seasons": [{"id": "summer", "periods": [{"rate": 0.36445000767707825}]}],
            "seasons_sell": [],
        },
        "schedule": {"reserved_soc": 30.0},
    }


def acb_config(**changes: Document) -> Object:
    """Return the order for one AC Battery to sleep."""
    return {"acb_sleep": [{"serial_num": AC_BATTERY, "sleep_min_soc": 25, "sleep_max_soc": 30}], **changes}


def listed_ac_battery(serial: str = AC_BATTERY, /, **changes: Document) -> Object:
    """Return one AC Battery of `/inventory.json`, whose times are texts."""
    return {
        "part_num": "800-00930-r03",
        "serial_num": serial,
        "device_status": ["envoy.global.ok"],
        "last_rpt_date": str(NOW - 300),
        "admin_state": 2,
        "img_pnum_running": "520-00092-r01-v02.13.02",
        "producing": True,
        "communicating": True,
        "operating": True,
        "sleep_enabled": False,
        "percentFull": 3,
        "maxCellTemp": 30,
        "sleep_min_soc": 25,
        "sleep_max_soc": 30,
        "charge_status": "idle",
        **changes,
    }


def detailed_ac_battery(
    serial: str = AC_BATTERY, reading: Object | None = None, lifetime: Object | None = None, /, **changes: Document
) -> Object:
    """Return one AC Battery of the device data."""
    return {
        "devName": "acb",
        "sn": serial,
        "active": True,
        "modGone": False,
        "channels": [
            {
                "chanEid": 7002,
                "wattHours": {"today": 57134, "yesterday": 0, "week": 0},
                "watts": {"now": 4, "nowUsed": 1, "max": 271},
                "lastReading": {
                    "endDate": NOW - 100,
                    "duration": 900,
                    "joulesProduced": 9000,
                    "joulesUsed": 189000,
                    "SOC": 2,
                    "SOH": 86,
                    "minCellTemp": 31,
                    "maxCellTemp": 32,
                    **(reading or {}),
                },
                "lifetime": {
                    "createdTime": NOW - 8_000_000,
                    "duration": 6225221,
                    "joulesProduced": 212_400_000,
                    "joulesUsed": 259_200_000,
                    **(lifetime or {}),
                },
            }
        ],
        **changes,
    }


def reported_storage(**changes: Document) -> Object:
    """Return the AC Batteries in a report of production."""
    return {
        "type": "acb",
        "activeCount": 3,
        "readingTime": NOW - 60,
        "wNow": 260,
        "whNow": 930,
        "state": "discharging",
        "percentFull": 25,
        **changes,
    }


def live_flow(total_mw: int, *phases_mw: int) -> Object:
    """Return the power of one flow in live data."""
    names = zip("abc", (*phases_mw, 0, 0, 0), strict=False)
    return {"agg_p_mw": total_mw, "agg_s_mva": 1, **{f"agg_p_ph_{name}_mw": power for name, power in names}}


def live_data(*, meters: Object | None = None, **changes: Document) -> Object:
    """Return live data of a split-phase site whose batteries discharge."""
    return {
        "connection": {"mqtt_state": "connected", "sc_stream": "enabled"},
        "meters": {
            "last_update": NOW,
            "soc": 48,
            "main_relay_state": 1,
            "gen_relay_state": 5,
            "backup_bat_mode": 1,
            "backup_soc": 30,
            "is_split_phase": 1,
            "phase_count": 2,
            "enc_agg_soc": 48,
            "enc_agg_energy": 4800,
            "acb_agg_soc": 0,
            "acb_agg_energy": 0,
            "pv": live_flow(2000000, 1000000, 1000000),
            "storage": live_flow(1500500, 750500, 750000),
            "grid": live_flow(-500000, -250000, -250000),
            "load": live_flow(3000500, 1500500, 1500000),
            "generator": live_flow(0),
            "iqpm": {"status": True, "total_PCU_count": 12, "running_PCU_count": 6},
            **(meters or {}),
        },
        **changes,
    }
