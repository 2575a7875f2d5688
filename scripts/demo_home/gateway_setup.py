"""Adding the integration through its config flow, as the page does, over Home Assistant's REST interface."""

from dataclasses import dataclass
from getpass import getpass
import json
from pathlib import Path
import sys
from typing import Any

from .home_assistant import ROOT, HomeAssistant
from .processes import DemoError

DOMAIN = "enphase_iq_gateway"
FLOW = "/api/config/config_entries/flow"
OPTIONS_FLOW = "/api/config/config_entries/options/flow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Where a gateway is, and what signs in to it: a token (firmware 7 and later) or an account of its own."""

    host: str
    token: str = ""
    username: str = ""
    password: str = ""


def ask_credentials(host: str, token_file: Path | None) -> Gateway:
    """Return a real gateway with what its owner types, or has put into a file."""
    if token_file is not None:
        return Gateway(host=host, token=token_file.read_text().strip())
    if not sys.stdin.isatty():
        raise DemoError("--host needs a terminal to ask for the token, or --token-file")
    print(
        "The gateway's token (firmware 7 and later); leave it empty to sign in with an account of the gateway instead."
    )
    if token := getpass("Token: ").strip():
        return Gateway(host=host, token=token)
    return Gateway(host=host, username=input("User name [envoy]: ").strip() or "envoy", password=getpass("Password: "))


async def add_gateway(home: HomeAssistant, gateway: Gateway) -> str:
    """Go through the config flow with the gateway's answers; return the id of the new entry.

    A step that has nothing to fill in is confirmed. DemoError when the flow turns an answer away or wants to know what
    the demo does not.
    """
    answers: dict[str, dict[str, str]] = {
        "user": {"host": gateway.host},
        "token": {"token": gateway.token},
        "local_account": {"username": gateway.username, "password": gateway.password},
    }
    step = await home.post(FLOW, {"handler": DOMAIN})
    while step["type"] != "create_entry":
        if step["type"] == "abort":
            raise DemoError(f"the gateway was not added: {translated_text('abort', step['reason'], step)}")
        if errors := step.get("errors"):
            raise DemoError(
                f"the gateway was not added: {' '.join(translated_text('error', key, step) for key in errors.values())}"
            )
        if step["type"] == "menu" and "token" in step["menu_options"]:
            answer = {"next_step_id": "token"}
        elif step["type"] == "form" and (step["step_id"] in answers or not step["data_schema"]):
            answer = answers.get(step["step_id"], {})
        else:
            raise DemoError(f"set-up asks something the demo has no answer for: {step['type']} {step['step_id']}")
        step = await home.post(f"{FLOW}/{step['flow_id']}", answer)
    entry_id: str = step["result"]["entry_id"]
    return entry_id


async def fill_energy_dashboard(home: HomeAssistant, entry_id: str) -> None:
    """Go on with what set-up offers: the gateway's energy in the Energy dashboard; nothing where there is nothing."""
    step = await home.post(OPTIONS_FLOW, {"handler": entry_id})
    if step["type"] == "form":
        await home.post(f"{OPTIONS_FLOW}/{step['flow_id']}", {})


def translated_text(section: str, key: str, step: dict[str, Any]) -> str:
    """Return the text that the page shows for an error or the end of a step of the config flow."""
    translations = ROOT / "custom_components" / DOMAIN / "translations" / "en.json"
    text: str = json.loads(translations.read_text())["config"][section].get(key, key)
    return text.format_map(step.get("description_placeholders") or {})
