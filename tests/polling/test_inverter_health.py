"""Inverters that stop reporting while others report."""

from custom_components.enphase_iq_gateway.client.models import Inverter, InverterDetails
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.polling.inverter_health import InverterHealth

NOON = 1_795_172_400.0
HOUR = 3600.0


class Roof:
    """Four inverters that are polled every five minutes."""

    def __init__(self) -> None:
        self.health = InverterHealth()
        self.at = NOON
        self.reported: dict[str, int | None] = dict.fromkeys("abcd", int(NOON))
        self.power_w = 100.0

    def pass_hours(
        self, hours: float, *, silent: str = "", interval_s: int = 900, reports_interval: bool = True
    ) -> None:
        """Advance the time while all but some report at their interval."""
        end = self.at + hours * HOUR
        while self.at < end:
            self.at += 300
            for serial in self.reported:
                if serial not in silent:
                    self.reported[serial] = int(self.at - self.at % interval_s)
            self.judged = self.health.judge(
                Snapshot(
                    at=self.at,
                    inverters={
                        serial: Inverter(
                            serial=serial,
                            power_w=self.power_w,
                            last_reported=reported,
                            energy_lifetime_wh=20_000.0,
                            details=InverterDetails(
                                energy_today_wh=500.0,
                                ac_voltage_v=230.0,
                                temperature_c=40.0,
                                report_interval_s=interval_s if reports_interval else None,
                            ),
                        )
                        for serial, reported in self.reported.items()
                    },
                )
            )

    def silent(self) -> str:
        """Return the inverters that do not communicate."""
        return "".join(serial for serial, inverter in self.judged.inverters.items() if not inverter.communicating)


def test_an_inverter_silent_for_two_hours_of_day_does_not_communicate() -> None:
    roof = Roof()
    roof.pass_hours(1)

    roof.pass_hours(2.1, silent="b")

    assert roof.silent() == "b"


def test_an_inverter_silent_for_less_than_two_hours_still_communicates() -> None:
    roof = Roof()
    roof.pass_hours(1)

    roof.pass_hours(1.9, silent="b")

    assert roof.silent() == ""


def test_an_inverter_that_reports_again_communicates_at_once() -> None:
    roof = Roof()
    roof.pass_hours(3, silent="b")

    roof.pass_hours(0.25)

    assert roof.silent() == ""


def test_a_night_is_no_silence() -> None:
    roof = Roof()
    roof.pass_hours(1)

    roof.pass_hours(14, silent="abcd")

    assert roof.silent() == ""


def test_the_night_does_not_count_as_silence_of_an_inverter_that_wakes_late() -> None:
    roof = Roof()
    roof.pass_hours(14, silent="abcd")

    roof.pass_hours(1.5, silent="d")

    assert roof.silent() == ""


def test_it_is_not_day_while_only_one_inverter_reports() -> None:
    roof = Roof()
    roof.pass_hours(14, silent="abcd")

    roof.pass_hours(4, silent="bcd")

    assert roof.silent() == ""


def test_a_silent_inverter_stays_so_over_the_night() -> None:
    roof = Roof()
    roof.pass_hours(3, silent="b")

    roof.pass_hours(14, silent="abcd")

    assert roof.silent() == "b"


def test_an_inverter_that_has_never_reported_is_found_silent() -> None:
    roof = Roof()
    roof.reported["e"] = None

    roof.pass_hours(3, silent="e")

    assert roof.silent() == "e"


def test_a_replaced_inverter_is_forgotten() -> None:
    roof = Roof()
    roof.pass_hours(3, silent="b")
    del roof.reported["b"]

    roof.pass_hours(0.25)

    assert roof.health.silent == frozenset()


def test_an_hourly_interval_that_the_gateway_reports_is_detected() -> None:
    roof = Roof()

    roof.pass_hours(1, interval_s=3600)

    assert roof.judged.reports_hourly


def test_an_hourly_interval_is_detected_by_the_times_of_the_reports() -> None:
    roof = Roof()

    roof.pass_hours(3, interval_s=3600, reports_interval=False)

    assert roof.judged.reports_hourly


def test_a_quarter_of_an_hour_is_not_hourly() -> None:
    roof = Roof()

    roof.pass_hours(3, reports_interval=False)

    assert not roof.judged.reports_hourly


def test_the_interval_of_a_replaced_inverter_is_forgotten() -> None:
    roof = Roof()
    roof.pass_hours(3, interval_s=3600)
    for gone in "abc":
        del roof.reported[gone]

    roof.pass_hours(1)

    assert not roof.judged.reports_hourly


def test_an_hourly_inverter_is_not_silent_between_its_reports() -> None:
    roof = Roof()

    roof.pass_hours(6, interval_s=3600)

    assert roof.silent() == ""


def test_a_report_older_than_two_intervals_has_no_values_by_day() -> None:
    roof = Roof()
    roof.pass_hours(1)

    roof.pass_hours(0.6, silent="b")

    stale = roof.judged.inverters["b"]
    assert (stale.power_w, stale.details.ac_voltage_v, stale.details.temperature_c) == (None, None, None)
    assert (stale.energy_lifetime_wh, stale.details.energy_today_wh) == (20_000.0, 500.0)


def test_a_report_of_two_intervals_ago_has_its_values() -> None:
    roof = Roof()
    roof.pass_hours(1)

    roof.pass_hours(0.5, silent="b")

    assert roof.judged.inverters["b"].power_w == 100.0


def test_inverters_that_sleep_have_no_power() -> None:
    roof = Roof()
    roof.power_w = 3.0

    roof.pass_hours(10, silent="abcd")

    assert {inverter.power_w for inverter in roof.judged.inverters.values()} == {0.0}


def test_the_power_of_inverters_that_went_silent_while_producing_is_unknown() -> None:
    roof = Roof()

    roof.pass_hours(10, silent="abcd")

    assert {inverter.power_w for inverter in roof.judged.inverters.values()} == {None}


def test_an_inverter_that_wakes_late_still_sleeps() -> None:
    roof = Roof()
    roof.power_w = 3.0
    roof.pass_hours(10, silent="abcd")

    roof.pass_hours(1.5, silent="d")

    assert roof.judged.inverters["d"].power_w == 0.0


def test_an_inverter_that_does_not_wake_has_an_unknown_power() -> None:
    roof = Roof()
    roof.power_w = 3.0
    roof.pass_hours(10, silent="abcd")

    roof.pass_hours(2.1, silent="d")

    assert roof.judged.inverters["d"].power_w is None


def judge_one(*, power_w: float | None, silent_s: int) -> InverterHealth:
    """Return the health after a single inverter has not reported for a while."""
    health = InverterHealth()
    inverter = Inverter(
        serial="a", power_w=power_w, last_reported=int(NOON) - silent_s, details=InverterDetails(report_interval_s=900)
    )
    health.judge(Snapshot(at=NOON, inverters={"a": inverter}))
    return health


def test_only_inverters_that_reported_within_two_intervals_are_counted() -> None:
    """The others are listed, some of them without any report."""
    reported = {"a": 1800, "b": 1801, "c": 5 * 86_400, "d": None}
    snapshot = InverterHealth().judge(
        Snapshot(
            at=NOON,
            inverters={
                serial: Inverter(serial=serial, power_w=100.0, last_reported=None if ago is None else int(NOON) - ago)
                for serial, ago in reported.items()
            },
        )
    )

    assert snapshot.inverters_reporting == 1


def test_inverters_that_report_hourly_are_counted_for_two_hours() -> None:
    inverter = Inverter(
        serial="a", last_reported=int(NOON) - 7200, details=InverterDetails(report_interval_s=3600), power_w=100.0
    )

    assert InverterHealth().judge(Snapshot(at=NOON, inverters={"a": inverter})).inverters_reporting == 1


def test_inverters_that_went_silent_without_power_are_asleep() -> None:
    assert judge_one(power_w=0.0, silent_s=1801).asleep


def test_inverters_that_still_report_are_awake() -> None:
    assert not judge_one(power_w=0.0, silent_s=1800).asleep


def test_inverters_that_went_silent_with_power_are_not_asleep() -> None:
    assert not judge_one(power_w=120.0, silent_s=36_000).asleep


def test_a_gateway_without_inverters_does_not_sleep() -> None:
    health = InverterHealth()
    health.judge(Snapshot(at=NOON))

    assert not health.asleep
