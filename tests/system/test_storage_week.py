"""Over a week with outages, a generator and lost answers, the energies of a battery are those of the simulated site."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import LIVE_DATA
from custom_components.enphase_iq_gateway.counters.lines import CounterEvent
from tests.support.storage_week import StorageWeek

type Result = tuple[StorageWeek, dict[str, tuple[float, float]]]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def ct() -> Result:
    """Run the week with a storage CT."""
    week = StorageWeek()
    return week, week.run()


@pytest.fixture(scope="module")
def live() -> Result:
    """Run the same week without the CT."""
    week = StorageWeek(with_ct=False)
    return week, week.run()


@pytest.fixture(scope="module")
def batteries() -> Result:
    """Run the same week without the CT on a gateway without live data."""
    week = StorageWeek(with_ct=False, missing=frozenset({LIVE_DATA}))
    return week, week.run()


def _errors(result: Result) -> dict[str, float]:
    """Return the error of each counter in percent."""
    return {name: 100 * (counted / true - 1) for name, (counted, true) in result[1].items()}


def test_a_storage_ct_counts_the_true_energies(ct: Result) -> None:
    assert _errors(ct) == pytest.approx(dict.fromkeys(("charged", "discharged", "consumption"), 0.0), abs=0.1)


def test_live_data_give_the_true_energies_within_one_percent(live: Result) -> None:
    assert _errors(live) == pytest.approx(dict.fromkeys(("charged", "discharged", "consumption"), 0.0), abs=1.0)


def test_energies_by_the_reports_of_the_batteries_are_as_low_as_their_power(batteries: Result) -> None:
    """By 7 to 17 % (S§21); consumption is off by what is missing of the losses."""
    errors = _errors(batteries)
    assert -17 < errors["charged"] < -7
    assert -17 < errors["discharged"] < -7
    assert abs(errors["consumption"]) < 1


def test_the_week_has_a_generator_run(live: Result) -> None:
    assert live[0].world.now.generated_wh > 1000


@pytest.mark.parametrize("name", ["ct", "live", "batteries"])
def test_no_counter_leaves_its_line(request: pytest.FixtureRequest, name: str) -> None:
    """Total consumption falls by no more than what two answers of different moments can differ by."""
    week: StorageWeek = request.getfixturevalue(name)[0]
    assert week.fell_wh < 60
    assert not [event for event in week.guard.take_events() if isinstance(event, CounterEvent)]
