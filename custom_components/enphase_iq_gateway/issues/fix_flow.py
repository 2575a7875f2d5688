"""The fix flow of an issue of one gateway, from which those of the kinds of issues derive."""

from collections.abc import Mapping

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.helpers import issue_registry as ir

from ..coordinator import GatewayConfigEntry


class FixFlow(RepairsFlow):
    """A fix flow whose issue has the entry's id in its data."""

    @property
    def entry(self) -> GatewayConfigEntry | None:
        """Return the config entry of the issue, None where it has been removed."""
        return self.hass.config_entries.async_get_entry(str((self.data or {}).get("entry_id")))

    @property
    def issue(self) -> ir.IssueEntry | None:
        """Return the issue, None where it has been deleted meanwhile."""
        return ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)

    @property
    def placeholders(self) -> Mapping[str, str]:
        """Return the placeholders of the issue's text."""
        return (self.issue and self.issue.translation_placeholders) or {}

    def show_choice(self, *options: str) -> RepairsFlowResult:
        """Show the steps among which the user chooses."""
        return self.async_show_menu(
            step_id="init", menu_options=list(options), description_placeholders=self.placeholders
        )
