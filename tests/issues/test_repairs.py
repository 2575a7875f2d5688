"""Every kind of repair that can be fixed leads to its own question, in words that exist."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import orjson
import pytest

import custom_components.enphase_iq_gateway
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.hub.token_renewal import TOKEN_ENDS
from custom_components.enphase_iq_gateway.issues.identity import OTHER_CERTIFICATE
from custom_components.enphase_iq_gateway.repairs import FLOWS, async_create_fix_flow
from tests.conftest import StartSimulator, set_up
from tests.support.repairs import open_repair

TEXTS = orjson.loads(
    (Path(custom_components.enphase_iq_gateway.__file__).parent / "translations" / "en.json").read_bytes()
)["issues"]


@pytest.mark.parametrize("kind", [*FLOWS])
async def test_each_kind_has_its_flow_and_its_words(hass: HomeAssistant, kind: str) -> None:
    """A repair without words would be a key nobody understands."""
    flow = await async_create_fix_flow(hass, "any", {"kind": kind, "entry_id": "any"})

    assert type(flow) is FLOWS[kind]
    assert TEXTS[kind]["title"]
    assert all(step["title"] and step["description"] for step in TEXTS[kind]["fix_flow"]["step"].values())


@pytest.mark.parametrize("data", [None, {"kind": "unheard of"}])
async def test_an_issue_without_a_known_kind_is_a_mistake_of_ours(
    hass: HomeAssistant, data: dict[str, str | int | float | None] | None
) -> None:
    """Not a question that does nothing."""
    with pytest.raises(KeyError):
        await async_create_fix_flow(hass, "any", data)


@pytest.mark.parametrize("kind", [OTHER_CERTIFICATE, TOKEN_ENDS])
async def test_opening_a_repair_changes_nothing(
    hass: HomeAssistant, start_simulator: StartSimulator, kind: str
) -> None:
    """The person reads first."""
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

    assert (question["step_id"], question["description_placeholders"]) == ("confirm", {"host": "192.0.2.5"})
    assert entry.data == before
    assert hass.config_entries.flow.async_progress() == []
