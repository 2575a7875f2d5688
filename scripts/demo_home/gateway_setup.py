"""Set-up of the integration through its config flow, as in the browser, over Home Assistant's REST API."""

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
    """Address and credential of a gateway: a token (firmware 7 and later) or a local account."""

    host: str
    token: str = ""
    username: str = ""
    password: str = ""


def ask_credentials(host: str, token_file: Path | None) -> Gateway:
    """Return a real gateway with the credential that the user enters or has stored in a file."""
    if token_file is not None:
        return Gateway(host=host, token=token_file.read_text().strip())
    if not sys.stdin.isatty():
        raise DemoError("--host needs a terminal to enter the token, or --token-file")
    print("Enter the gateway's token (firmware 7 and later), or leave it empty to sign in with its local account.")
    if token := getpass("Token: ").strip():
        return Gateway(host=host, token=token)
    return Gateway(host=host, username=input("Username [envoy]: ").strip() or "envoy", password=getpass("Password: "))


async def add_gateway(home: HomeAssistant, gateway: Gateway) -> str:
    """Complete the config flow for a gateway and return the id of the new config entry.

    Steps without fields are confirmed. Raise DemoError when the flow rejects an input or has an unexpected step.
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
            raise DemoError(f"the demo cannot fill in this step of the set-up: {step['type']} {step['step_id']}")
        step = await home.post(f"{FLOW}/{step['flow_id']}", answer)
    entry_id: str = step["result"]["entry_id"]
    return entry_id


async def fill_energy_dashboard(home: HomeAssistant, entry_id: str) -> None:
    """Add the gateway's energy to the Energy dashboard, if the integration offers that."""
    step = await home.post(OPTIONS_FLOW, {"handler": entry_id})
    if step["type"] == "form":
        await home.post(f"{OPTIONS_FLOW}/{step['flow_id']}", {})


async def show_every_phase(home: HomeAssistant, entry_id: str) -> None:
    """Enable the sensors of single phases in the settings, so that the table shows all of them."""
    menu = await home.post(OPTIONS_FLOW, {"handler": entry_id})
    form = await home.post(f"{OPTIONS_FLOW}/{menu['flow_id']}", {"next_step_id": "settings"})
    await home.post(f"{OPTIONS_FLOW}/{form['flow_id']}", {"phase_values": "power_and_energy"})


def translated_text(section: str, key: str, step: dict[str, Any]) -> str:
    """Return the English text for an error or abort reason of the config flow."""
    translations = ROOT / "custom_components" / DOMAIN / "translations" / "en.json"
    text: str = json.loads(translations.read_text())["config"][section].get(key, key)
    return text.format_map(step.get("description_placeholders") or {})
