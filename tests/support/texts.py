"""What a person reads: the English texts, with what they name filled in."""

from pathlib import Path

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers import issue_registry as ir
import orjson

import custom_components.enphase_iq_gateway

_TEXTS = orjson.loads(
    (Path(custom_components.enphase_iq_gateway.__file__).parent / "translations" / "en.json").read_bytes()
)


def error_text(result: ConfigFlowResult) -> str:
    """Give what a form says is wrong; nothing when all is well."""
    key = (result["errors"] or {}).get("base")
    return "" if key is None else _filled(_TEXTS["config"]["error"][key], result["description_placeholders"])


def step_text(result: ConfigFlowResult) -> str:
    """Give what a form or a menu says above its fields."""
    return _filled(_TEXTS["config"]["step"][result["step_id"]]["description"], result["description_placeholders"])


def abort_text(result: ConfigFlowResult) -> str:
    """Give what is said when a flow ends without an entry."""
    text: str = _TEXTS["config"]["abort"][result["reason"]]
    return text


def issue_text(issue: ir.IssueEntry) -> str:
    """Give what a repair says: its description, or that of the question it leads to."""
    texts = _TEXTS["issues"][issue.translation_key]
    if issue.is_fixable:
        texts = texts["fix_flow"]["step"]["confirm"]
    return _filled(texts["description"], issue.translation_placeholders)


def _filled(text: str, placeholders: dict[str, str] | object) -> str:
    return text.format(**placeholders) if isinstance(placeholders, dict) else text
