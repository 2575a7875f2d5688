"""Powers that no site can have are unknown, whichever endpoint sends them."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.endpoints.quantities import CT_LIMIT_W
from custom_components.enphase_iq_gateway.client.models import Flow, Inverter, Measurement
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.limits import INVERTER_LIMIT_W
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.measuring import measure_live
from tests.support.models import (
    NOW,
    READINGS,
    changed,
    device_data,
    documents_of,
    house,
    info,
    inverter,
    inverter_list,
    lifetime,
    listed,
    metered,
    meters,
    reading,
    report,
    reported,
    reported_inverters,
    summary,
)

PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION
IMPOSSIBLE_W = 3_000_000.0


@pytest.mark.parametrize("power_w", [IMPOSSIBLE_W, -IMPOSSIBLE_W])
def test_an_impossible_power_of_a_ct_and_what_follows_from_it_are_unknown(power_w: float) -> None:
    odd = Measurement(power_w=power_w, energy_delivered_wh=3_000_000.0, energy_received_wh=0.0)
    documents = changed(metered(), readings=(reading(PRODUCTION, odd), READINGS[1]))

    snapshot = measure_live(documents)

    assert snapshot.measurement(PRODUCTION).power_w is None
    assert snapshot.measurement(PRODUCTION).energy_lifetime_wh == 3_000_000.0
    assert snapshot.measurement(TOTAL).power_w is None
    assert snapshot.measurement(NET).power_w == -1000.0
    assert snapshot.rejected_powers == 1


@pytest.mark.parametrize(
    ("phases", "power_w", "possible"), [(1, CT_LIMIT_W, True), (1, CT_LIMIT_W + 1, False), (3, 3 * CT_LIMIT_W, True)]
)
def test_a_ct_has_a_limit_for_each_of_its_phases(*, phases: int, power_w: float, possible: bool) -> None:
    documents = changed(
        metered(phases=phases), readings=(reading(PRODUCTION, Measurement(power_w=power_w), Measurement()),)
    )

    assert (measure_live(documents).measurement(PRODUCTION).power_w is not None) is possible


def test_an_impossible_power_of_one_phase_leaves_the_others() -> None:
    channels = (lifetime(None, IMPOSSIBLE_W), lifetime(None, 10.0), lifetime(None, 20.0))
    documents = changed(metered(phases=2), readings=(reading(PRODUCTION, lifetime(None, 30.0), *channels),))

    snapshot = measure_live(documents)

    assert [part.power_w for part in snapshot.flows[PRODUCTION]] == [30.0, None, 10.0]
    assert snapshot.rejected_powers == 1


def test_disabled_cts_are_not_counted() -> None:
    documents = changed(
        metered(),
        meters=meters(PRODUCTION, NET, disabled=(Flow.EVSE,)),
        readings=(*READINGS, reading(Flow.EVSE, lifetime(None, IMPOSSIBLE_W))),
    )

    assert measure_live(documents).rejected_powers == 0


def test_an_impossible_power_in_the_report_is_unknown() -> None:
    flows = {**house(), PRODUCTION: reported(lifetime(50_000.0, IMPOSSIBLE_W))}
    documents = documents_of(info=info("7.3.517"), report=report(flows))

    snapshot = measure_live(documents)

    assert snapshot.measurement(PRODUCTION) == lifetime(50_000.0, None)
    assert snapshot.measurement(TOTAL).power_w == 2000.0


def test_an_impossible_power_of_one_line_of_a_report_leaves_the_others() -> None:
    lines = (lifetime(None, IMPOSSIBLE_W), lifetime(None, 10.0))
    flows = {**house(), PRODUCTION: reported(lifetime(50_000.0, 30.0), *lines)}
    documents = changed(metered(phases=2), readings=None, report=report(flows))

    snapshot = measure_live(documents)

    assert [part.power_w for part in snapshot.flows[PRODUCTION]] == [30.0, None, 10.0]
    assert snapshot.rejected_powers == 1


def test_the_power_of_an_inactive_entry_of_the_report_is_not_counted() -> None:
    documents = documents_of(info=info("7.3.517"), report=report(house()))
    odd = reported(lifetime(50_000.0, IMPOSSIBLE_W), active=False)

    snapshot = measure(
        decide(documents), PollGroup.LIVE, changed(documents, report=report({**house(), PRODUCTION: odd})), NOW
    )

    assert snapshot.rejected_powers == 0


@pytest.mark.parametrize(
    ("documents", "group"),
    [
        (
            documents_of(
                info=info("7.6.175", has_meter=False), meters=(), summary=replace(summary(), power_w=IMPOSSIBLE_W)
            ),
            PollGroup.LIVE,
        ),
        (
            documents_of(info=info(), report=report(inverters=replace(reported_inverters(), power_w=IMPOSSIBLE_W))),
            PollGroup.LIVE,
        ),
        (
            documents_of(
                info=info(), device_data=device_data(replace(inverter("A"), power_w=IMPOSSIBLE_W), inverter("B"))
            ),
            PollGroup.INVERTERS,
        ),
    ],
)
def test_an_impossible_sum_of_the_inverters_is_unknown(documents: Documents, group: PollGroup) -> None:
    snapshot = measure(decide(documents), group, documents, NOW)

    assert snapshot.measurement(PRODUCTION).power_w is None
    assert snapshot.rejected_powers == 1


@pytest.mark.parametrize(
    "odd",
    [
        changed(metered(), device_data=device_data(replace(inverter(), power_w=INVERTER_LIMIT_W + 1.0))),
        changed(metered(), inverter_list=inverter_list(listed(power_w=INVERTER_LIMIT_W + 1.0))),
    ],
)
def test_an_impossible_power_of_an_inverter_is_unknown(odd: Documents) -> None:
    found: Inverter = measure(decide(odd), PollGroup.INVERTERS, odd, NOW).inverters["A"]

    assert found.power_w is None
    assert found.last_reported == NOW


def test_an_impossible_highest_power_of_an_inverter_is_unknown() -> None:
    odd = changed(metered(), device_data=device_data(replace(inverter(), max_power_w=INVERTER_LIMIT_W + 1.0)))

    snapshot = measure(decide(odd), PollGroup.INVERTERS, odd, NOW)

    assert snapshot.inverters["A"].max_power_w is None
    assert snapshot.inverters["A"].power_w is not None
    assert snapshot.rejected_powers == 1


def test_possible_powers_stay_as_they_are() -> None:
    documents = changed(metered(), device_data=device_data(inverter()), summary=summary())

    snapshot = measure(decide(documents), PollGroup.INVERTERS, documents, NOW)

    assert snapshot.inverters == {"A": inverter()}
    assert snapshot.rejected_powers == 0
