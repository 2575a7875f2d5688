"""Repairs: every kind of issue that can be fixed has a flow and texts."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

import custom_components.enphase_iq_gateway
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.issues.counters import COUNTER_JUMP
from custom_components.enphase_iq_gateway.issues.cts import CHECK_WIRING, DISABLED, NEGATIVE_PRODUCTION
from custom_components.enphase_iq_gateway.issues.identity import CERTIFICATE_RENEWED, OTHER_CERTIFICATE, WRONG_DEVICE
from custom_components.enphase_iq_gateway.issues.ignored_setting import IGNORED_SETTING, SETTINGS
from custom_components.enphase_iq_gateway.issues.registry import async_clear, async_create, issue_id
from custom_components.enphase_iq_gateway.issues.takeover import TWO_INTEGRATIONS
from custom_components.enphase_iq_gateway.issues.token import TOKEN_ENDS
from custom_components.enphase_iq_gateway.repairs import FLOWS, async_create_fix_flow
from tests.conftest import StartSimulator, set_up
from tests.support.repairs import open_repair, submit_repair

TEXTS = orjson.loads(
    (Path(custom_components.enphase_iq_gateway.__file__).parent / "translations" / "en.json").read_bytes()
)["issues"]
CONFIRMED = {CERTIFICATE_RENEWED, IGNORED_SETTING}
"""The kinds whose flow only confirms, also while the gateway is not set up."""
MENUS = {COUNTER_JUMP, TWO_INTEGRATIONS, WRONG_DEVICE}
"""The kinds whose flow begins with a menu; their own tests open it while the gateway is not set up."""


@pytest.mark.parametrize("kind", [*FLOWS])
async def test_each_kind_has_its_flow_and_its_texts(hass: HomeAssistant, kind: str) -> None:
    flow = await async_create_fix_flow(hass, "any", {"kind": kind, "entry_id": "any"})

    assert type(flow) is FLOWS[kind]
    assert steps_of(kind)
    assert all(step["title"] and step["description"] for step in steps_of(kind))


def steps_of(kind: str) -> list[dict[str, str]]:
    """Return the texts of the steps of a repair; each setting that is ignored has texts of its own."""
    own = [TEXTS[key] for key in (SETTINGS.values() if kind == IGNORED_SETTING else [kind])]
    assert all(texts["title"] for texts in own)
    return [step for texts in own for step in texts["fix_flow"]["step"].values()]


@pytest.mark.parametrize(
    ("kind", "flows"), [(DISABLED, set(Flow)), (CHECK_WIRING, set(Flow)), (NEGATIVE_PRODUCTION, {Flow.PRODUCTION})]
)
async def test_every_ct_has_texts_and_a_step_of_its_own(hass: HomeAssistant, kind: str, flows: set[Flow]) -> None:
    fix_flow = await async_create_fix_flow(hass, "any", {"kind": kind, "entry_id": "any"})

    assert set(TEXTS[kind]["fix_flow"]["step"]) == flows
    assert all(callable(getattr(fix_flow, f"async_step_{flow}")) for flow in flows)


@pytest.mark.parametrize("kind", [kind for kind in FLOWS if kind not in {*CONFIRMED, *MENUS}])
async def test_a_repair_of_a_gateway_that_is_not_set_up_ends_with_an_explanation(
    hass: HomeAssistant, start_simulator: StartSimulator, kind: str
) -> None:
    entry = await set_up(hass, await start_simulator())
    async_create(hass, entry, kind, data={"ct": "production"})
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(kind, entry))
    assert issue is not None
    question = await open_repair(hass, issue)
    if kind in {OTHER_CERTIFICATE, TOKEN_ENDS}:
        # These work while the gateway is not set up, but not once it is deleted.
        await hass.config_entries.async_remove(entry.entry_id)
    else:
        await hass.config_entries.async_unload(entry.entry_id)

    result = await submit_repair(hass, question, {"next_step_id": "token"} if kind == TOKEN_ENDS else None)

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")
    assert "isn't set up at the moment" in TEXTS[kind]["fix_flow"]["abort"]["not_loaded"]


async def test_clearing_deletes_the_issues_of_one_gateway(hass: HomeAssistant) -> None:
    one, other = MockConfigEntry(domain=DOMAIN), MockConfigEntry(domain=DOMAIN)
    for entry in (one, other):
        async_create(hass, entry, "reports_hourly", is_fixable=False)
        async_create(hass, entry, DISABLED, subject="production")
        async_create(hass, entry, COUNTER_JUMP, "1781000000")

    async_clear(hass, one, DISABLED)
    async_clear(hass, other)

    assert {issue for _, issue in ir.async_get(hass).issues} == {
        f"reports_hourly_{one.entry_id}",
        f"counter_jump_{one.entry_id}_1781000000",
    }


@pytest.mark.parametrize("data", [None, {"kind": "unheard of"}])
async def test_an_issue_of_an_unknown_kind_has_no_flow(
    hass: HomeAssistant, data: dict[str, str | int | float | None] | None
) -> None:
    with pytest.raises(KeyError):
        await async_create_fix_flow(hass, "any", data)


@pytest.mark.parametrize("kind", [OTHER_CERTIFICATE, TOKEN_ENDS])
async def test_opening_a_repair_changes_nothing(
    hass: HomeAssistant, start_simulator: StartSimulator, kind: str
) -> None:
    entry = await set_up(hass, await start_simulator())
    before = dict(entry.data)
    ir.async_create_issue(
        hass,
        DOMAIN,
        kind,
        data={"kind": kind, "entry_id": entry.entry_id},
        is_fixable=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key=kind,
        translation_placeholders={"host": "192.0.2.5"},
    )
    issue = ir.async_get(hass).async_get_issue(DOMAIN, kind)
    assert issue is not None

    question = await open_repair(hass, issue)

    first_step = "init" if kind == TOKEN_ENDS else "confirm"
    assert (question["step_id"], question["description_placeholders"]) == (first_step, {"host": "192.0.2.5"})
    assert entry.data == before
    assert hass.config_entries.flow.async_progress() == []
