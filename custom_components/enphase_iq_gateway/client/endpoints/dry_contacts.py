"""`/ivp/ensemble/dry_contacts` and `/ivp/ss/dry_contact_settings`: the four dry contacts (S§7)."""

from collections.abc import Mapping
from typing import Final

from ..exceptions import GatewayResponseError
from ..json_types import JsonObject
from ..settings_models import DryContact, DryContactSettings
from .quantities import percent
from .values import load_settings, word

DRY_CONTACTS_PATH: Final = "/ivp/ensemble/dry_contacts"
DRY_CONTACT_SETTINGS_PATH: Final = "/ivp/ss/dry_contact_settings"

_KEY: Final = "dry_contacts"


def parse_dry_contacts(body: bytes) -> Mapping[str, DryContact]:
    """Return the contacts by their id; a gateway without a system controller sends four too.

    Raises:
        GatewayResponseError: the body is not an object with an array of contacts.
    """
    return {
        contact_id: DryContact(contact_id=contact_id, status=word(entry.get("status")))
        for contact_id, entry in _contacts(body, DRY_CONTACTS_PATH).items()
    }


def parse_dry_contact_settings(body: bytes) -> Mapping[str, DryContactSettings]:
    """Return the settings of the contacts by their id.

    Raises:
        GatewayResponseError: the body is not an object with an array of contacts.
    """
    return {
        contact_id: _settings(contact_id, entry)
        for contact_id, entry in _contacts(body, DRY_CONTACT_SETTINGS_PATH).items()
    }


def _contacts(body: bytes, endpoint: str) -> dict[str, JsonObject]:
    entries = load_settings(body, endpoint, _KEY)[_KEY]
    if not isinstance(entries, list):
        raise GatewayResponseError(endpoint, f"no array in {_KEY}")
    return {
        contact_id: entry
        for entry in entries
        if isinstance(entry, dict) and (contact_id := word(entry.get("id"))) is not None
    }


def _settings(contact_id: str, entry: JsonObject) -> DryContactSettings:
    return DryContactSettings(
        contact_id=contact_id,
        contact_type=word(entry.get("type")),
        load_name=word(entry.get("load_name")),
        mode=word(entry.get("mode")),
        grid_action=word(entry.get("grid_action")),
        off_grid_action=word(entry.get("micro_grid_action")),
        generator_action=word(entry.get("gen_action")),
        soc_low_percent=percent(entry.get("soc_low")),
        soc_high_percent=percent(entry.get("soc_high")),
        raw=entry,
    )
