"""The CT check-up over days of every simulated site and over recorded answers: no false alarm, and none missed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from custom_components.enphase_iq_gateway.client import GatewayError, GatewayResponseError
from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    INFO,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Site
from custom_components.enphase_iq_gateway.client.site.sources import decide
from custom_components.enphase_iq_gateway.polling.ct_checkup import CtCheckup, CtProblem, can_check
from simulator import PROFILES
from simulator.firmware import Firmware
from simulator.profiles import Profile
from simulator.routes import answer
from simulator.simulated_site import SimulatedSite
from simulator.world import World
from tests.support.captures import ANSWERS, CAPTURES, CASES, file_of, folders, needs

LIVE_S, INVERTERS_S = 150, 300
DAY_S: Final = 16 * 3600
COARSE_S: Final = 600
MEASURES_NOTHING: Final = CASES / "5_ct_enabled_measures_nothing"
ENDPOINTS: tuple[Endpoint[object], ...] = (
    METERS,
    READINGS,
    REPORT_DETAILED,
    REPORT,
    PRODUCTION_SUMMARY,
    DEVICE_DATA,
    INVERTER_LIST,
)
WRONG: Final[Mapping[str, CtProblem]] = {
    "metered_production_ct_measures_nothing": CtProblem.NOTHING,
    "metered_production_ct_lacks_a_phase": CtProblem.PHASE_MISSING,
}
"""What is to be found on the profiles whose production CT is wrong."""
WITH_CT: Final = [profile for profile in PROFILES.values() if "production" in profile.enabled_cts]


class Day:
    """A gateway on one day from 4 to 20 h UTC, read without a network."""

    def __init__(self, profile: Profile, start: datetime, *, report_interval_s: int = 900) -> None:
        self.start = self.at = start.timestamp()
        self.world = World(
            profile,
            inverters=12,
            clock=lambda: self.at,
            seed=start.month,
            report_interval_s=report_interval_s,
            lifetime_wh=9_000_000,
            step_s=LIVE_S,
        )
        self.simulated = SimulatedSite(profile, Firmware.parse(profile.firmware), "122300000001", self.world)
        self.info = self.read(INFO)
        self.site = decide(self.documents(*ENDPOINTS), {})

    def read[T](self, endpoint: Endpoint[T]) -> T:
        path, _, query = endpoint.path.partition("?")
        answered = answer(self.simulated, path, query, self.at)
        if answered.status != 200:
            raise GatewayResponseError(path, "status")
        return endpoint.parse(answered.body)

    def documents(self, *endpoints: Endpoint[object]) -> Documents:
        documents = Documents(info=self.info)
        for endpoint in endpoints:
            try:
                documents = documents.with_answer(endpoint, self.read(endpoint))
            except GatewayError:
                continue
        return documents

    def found(self) -> Iterator[CtProblem | None]:
        """Yield what is found after each reading of the inverters."""
        checkup = CtCheckup()
        for elapsed in range(0, DAY_S, LIVE_S):
            self.at = self.start + elapsed
            self.read_live(checkup)
            if self.at % INVERTERS_S == 0:
                yield self.read_inverters(checkup)

    def found_by_day(self, days: int) -> Iterator[CtProblem | None]:
        """Yield what is found on many days, which are read every ten minutes from dawn to an hour after dusk."""
        checkup, light_at = CtCheckup(), 0.0
        for elapsed in range(0, days * 86_400, COARSE_S):
            self.at = self.start + elapsed
            now = self.world.now.powers
            light_at = self.at if now.east or now.west else light_at
            if self.at - light_at <= 3600:
                self.read_live(checkup)
                yield self.read_inverters(checkup)

    def read_live(self, checkup: CtCheckup) -> None:
        """Add what the CT measures."""
        live = self.site.reads(PollGroup.LIVE) | {METERS}
        measured = measure(self.site, PollGroup.LIVE, self.documents(*live), self.at)
        checkup.add_production(self.at, measured.flows[Flow.PRODUCTION])

    def read_inverters(self, checkup: CtCheckup) -> CtProblem | None:
        """Add the reports of the inverters; return what is found."""
        inverters = self.documents(*self.site.reads(PollGroup.INVERTERS))
        finding = checkup.add_inverters(measure(self.site, PollGroup.INVERTERS, inverters, self.at))
        return finding.problem if finding else None


@pytest.mark.parametrize("profile", WITH_CT, ids=lambda profile: profile.name)
def test_the_problem_of_a_site_is_found_within_a_day_and_no_other(profile: Profile) -> None:
    day = Day(profile, datetime(2026, 6, 10, 4, tzinfo=UTC))

    assert can_check(day.site)
    assert set(day.found()) == {None, WRONG.get(profile.name)}


@pytest.mark.parametrize("month", [1, 3, 5, 8, 10, 12])
def test_nothing_is_found_in_any_season(month: int) -> None:
    day = Day(PROFILES["metered_net_three_phase"], datetime(2026, month, 20, 4, tzinfo=UTC))

    assert set(day.found()) == {None}


@pytest.mark.long
def test_nothing_is_found_on_any_day_of_a_year() -> None:
    year = Day(PROFILES["metered_net_three_phase"], datetime(2026, 1, 1, tzinfo=UTC))

    assert set(year.found_by_day(365)) == {None}


def test_nothing_is_found_where_inverters_report_hourly() -> None:
    day = Day(PROFILES["metered_net_single_phase"], datetime(2026, 9, 4, 4, tzinfo=UTC), report_interval_s=3600)

    assert set(day.found()) == {None}


def recorded(folder: Path) -> tuple[Site, Documents] | None:
    """Return the recorded documents of a gateway and its site, None where they are too few for one."""
    info = file_of(folder, INFO)
    if info is None:
        return None
    documents = Documents(info=INFO.parse(info.read_bytes()))
    for endpoint in ENDPOINTS:
        file = file_of(folder, endpoint)
        if file is None:
            continue
        try:
            documents = documents.with_answer(endpoint, endpoint.parse(file.read_bytes()))
        except GatewayError:
            continue
    try:
        return decide(documents, {}), documents
    except GatewayError:
        return None


def found_in(site: Site, documents: Documents) -> CtProblem | None:
    """Return what is found when a gateway answers the same for three hours but for the times of the reports."""
    checkup = CtCheckup()
    start = documents.info.time or max(
        each.last_reported or 0 for each in measure(site, PollGroup.INVERTERS, documents, 0.0).inverters.values()
    )
    for elapsed in range(0, 3 * 3600, LIVE_S):
        at = start + elapsed
        measured = measure(site, PollGroup.LIVE, documents, at)
        checkup.add_production(at, measured.flows.get(Flow.PRODUCTION, ()))
        if elapsed % INVERTERS_S == 0:
            snapshot = measure(site, PollGroup.INVERTERS, documents, at)
            later = {
                serial: replace(each, last_reported=each.last_reported and each.last_reported + elapsed)
                for serial, each in snapshot.inverters.items()
            }
            checkup.add_inverters(replace(snapshot, inverters=later))
    return checkup.finding.problem if checkup.finding else None


def checked(*parents: Path) -> list[Path]:
    """Return the folders of recorded answers that can be checked."""
    every = [folder for parent in parents for folder in folders(parent)]
    return [folder for folder in every if (known := recorded(folder)) is not None and can_check(known[0])]


@needs(CAPTURES)
def test_most_recordings_with_a_production_ct_can_be_checked() -> None:
    assert len(checked(CAPTURES)) >= 12


@pytest.mark.parametrize("folder", checked(CAPTURES, ANSWERS, CASES), ids=lambda folder: folder.name)
def test_only_the_ct_that_measures_nothing_is_found_in_recorded_answers(folder: Path) -> None:
    known = recorded(folder)
    assert known is not None

    assert found_in(*known) is (CtProblem.NOTHING if folder == MEASURES_NOTHING else None)
