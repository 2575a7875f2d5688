"""Start and submit repair flows."""

from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS, RepairsFlowResult, repairs_flow_manager
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component


async def open_repair(hass: HomeAssistant, issue: ir.IssueEntry) -> RepairsFlowResult:
    """Start the repair flow of an issue."""
    await async_setup_component(hass, REPAIRS, {})
    manager = repairs_flow_manager(hass)
    assert manager is not None
    return await manager.async_init(issue.domain, context={"issue_id": issue.issue_id})


async def submit_repair(
    hass: HomeAssistant, question: RepairsFlowResult, answers: dict[str, Any] | None = None
) -> RepairsFlowResult:
    """Submit the form of a repair flow."""
    manager = repairs_flow_manager(hass)
    assert manager is not None
    result = await manager.async_configure(question["flow_id"], answers or {})
    await hass.async_block_till_done()
    return result
