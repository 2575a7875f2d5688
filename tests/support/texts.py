"""The English texts, with their placeholders filled in."""

from pathlib import Path

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers import issue_registry as ir
import orjson

import custom_components.enphase_iq_gateway

_TEXTS = orjson.loads(
    (Path(custom_components.enphase_iq_gateway.__file__).parent / "translations" / "en.json").read_bytes()
)


def error_text(result: ConfigFlowResult) -> str:
    """Return the error of a form, an empty text without one."""
    key = (result["errors"] or {}).get("base")
    return "" if key is None else _filled(_TEXTS["config"]["error"][key], result["description_placeholders"])


def step_text(result: ConfigFlowResult) -> str:
    """Return the description of a form or menu."""
    return _filled(_TEXTS["config"]["step"][result["step_id"]]["description"], result["description_placeholders"])


def abort_text(result: ConfigFlowResult) -> str:
    """Return the text of a flow that was aborted."""
    text: str = _TEXTS["config"]["abort"][result["reason"]]
    return text


def issue_text(issue: ir.IssueEntry) -> str:
    """Return the description of an issue, or of the form of its repair flow."""
    texts = _TEXTS["issues"][issue.translation_key]
    if issue.is_fixable:
        (texts,) = (step for key, step in texts["fix_flow"]["step"].items() if key in {"confirm", "init"})
    return _filled(texts["description"], issue.translation_placeholders)


def _filled(text: str, placeholders: dict[str, str] | object) -> str:
    return text.format(**placeholders) if isinstance(placeholders, dict) else text
