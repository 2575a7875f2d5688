"""Answers about what an installer sets: limits, and the schedule of a generator (S§8.3, S§9)."""

from .answers import Document, Object


def generator_schedule(**changes: Document) -> Object:
    """Return when a generator starts by itself, with an exercise."""
    return {
        "exercise_config": {"freq_in_weeks": 3, "start": 945, "duration": 20, "day": "Sat"},
        "default_soc": {"start_soc": 30, "stop_soc": 70},
        "schedule": {"default": []},
        "last_updated_by": "ITK",
        **changes,
    }


def export_limit(**changes: Document) -> Object:
    """Return an enabled export limit in W."""
    return {
        "PEL": True,
        "Hard_PEL": False,
        "Soft_PEL": True,
        "Export_Limit_Type": "Aggregate",
        "percent": False,
        "apparent": False,
        "PEL_Limit": 5000.0,
        "Comm_Time_Loss": 10000.0,
        "Resp_Time_SoftPEL": 30000.0,
        "PEL_db": 1.0,
        **changes,
    }


def production_limit(**changes: Document) -> Object:
    """Return the limit of production that every gateway sends."""
    return {"enable": False, "pv_limit_pct": 100, **changes}
