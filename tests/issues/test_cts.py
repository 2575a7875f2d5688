"""The issue of a CT follows from its flags and its status."""

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow, Meter, MeterStatus
from custom_components.enphase_iq_gateway.issues.cts import problem_of


def problem(*flags: str, flow: Flow = Flow.PRODUCTION, status: MeterStatus = MeterStatus.NORMAL) -> str | None:
    meter = Meter(eid=1, flow=flow, enabled=True, phase_count=3, status=status, flags=frozenset(flags))
    return problem_of(meter, None)


@pytest.mark.parametrize(
    ("flag", "flow", "kind"),
    [
        ("production-imbalance", Flow.PRODUCTION, "ct_production_imbalance"),
        ("negative-production", Flow.PRODUCTION, "ct_negative_production"),
        ("negative-total-consumption", Flow.TOTAL_CONSUMPTION, "ct_negative_consumption"),
        ("negative-total-consumption", Flow.NET_CONSUMPTION, "ct_negative_consumption"),
        *(("power-on-unused-phase", flow, "ct_unused_phase") for flow in Flow),
    ],
)
def test_each_flag_has_a_kind_of_its_own_even_while_the_status_is_normal(flag: str, flow: Flow, kind: str) -> None:
    assert problem(flag, flow=flow) == kind


def test_the_most_specific_of_several_flags_decides() -> None:
    flags = ("production-imbalance", "negative-total-consumption", "negative-production")

    assert problem(*flags, status=MeterStatus.CHECK_WIRING) == "ct_negative_production"


@pytest.mark.parametrize("flag", ["production-imbalance", "unknown-flag"])
def test_a_flag_that_a_ct_cannot_have_leaves_the_status_to_decide(flag: str) -> None:
    assert problem(flag, flow=Flow.EVSE, status=MeterStatus.CHECK_WIRING) == "ct_check_wiring"
    assert problem(flag, flow=Flow.EVSE) is None
