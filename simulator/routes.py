"""Routes: the document of each path, with the headers of its firmware."""

from collections.abc import Callable
from dataclasses import replace

import orjson

from .authentication import TOKEN_REFUSED
from .documents import Document, device_data, info, inventory, meters, production_json, v1
from .documents.storage import aggregates, contacts, home, inventory as ensemble, live_data, status, tariff
from .firmware import Firmware
from .server import Answer, Request
from .simulated_site import SimulatedSite
from .storage.writes import STREAM, WRITES, RefusedError, WriteMode, carry_out

_JSON = "application/json"
_LEGACY_PAGE = b"""<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">
<html lang="en"><head><title>error</title></head><body><h1>Page Not Found</h1></body></html>
"""

type Builder = Callable[[SimulatedSite, float], Document]

_DOCUMENTS: dict[str, Builder] = {
    "/api/v1/production": v1.production,
    "/api/v1/production/inverters": v1.inverters,
    "/production.json": production_json.without_details,
    "/production": production_json.without_details,
    "/inventory.json": inventory.inventory,
    "/ivp/meters": meters.meters,
    "/ivp/meters/readings": meters.readings,
    "/ivp/pdm/device_data": device_data.device_data,
    "/home": home.home,
    "/home.json": home.home,
    "/admin/lib/tariff": tariff.tariff,
}
INVENTORY_PATH = "/ivp/ensemble/inventory"
_OF_STORAGE: dict[str, Builder] = {
    INVENTORY_PATH: ensemble.inventory,
    "/ivp/ensemble/power": ensemble.power,
    "/ivp/ensemble/secctrl": aggregates.secctrl,
    "/ivp/ensemble/status": status.status,
    "/ivp/ensemble/relay": aggregates.relay,
    "/ivp/ensemble/dry_contacts": contacts.contacts,
    "/ivp/ensemble/generator": contacts.generator,
    "/ivp/ensemble/sleep": aggregates.sleep,
    "/ivp/ss/dry_contact_settings": contacts.contact_settings,
    "/ivp/ss/gen_config": contacts.generator_config,
    "/ivp/ss/gen_schedule": contacts.generator_schedule,
    "/ivp/ss/gen_mode": contacts.generator_mode,
    "/ivp/ss/pel_settings": contacts.export_limit,
    "/ivp/sc/pvlimit": aggregates.pv_limit,
    "/ivp/sc/sched": aggregates.scheduler,
    "/ivp/livedata/status": live_data.live_data,
    "/admin/lib/acb_config": tariff.acb_config,
}


def not_found(firmware: Firmware) -> Answer:
    """Return the 404 of a firmware (G§2.6)."""
    if firmware.tokens:
        return Answer(status=404, body=b'{ "err": "404 - Not Found" }')
    return Answer(status=404, body=b'{ "error" : "404 - Not Found" }', content_type=f"{_JSON}; charset=ISO-8859-4")


def _not_found_in_ss(path: str) -> Answer | None:
    """Return the other 404 that old firmware has below two paths (S§1: 5.0.62)."""
    if path.startswith(("/ivp/ss/", "/ivp/sc/")):
        return Answer(status=404, body=b'{ "err": "404 - Not Found" }', content_type=_JSON)
    return None


def answer(site: SimulatedSite, path: str, query: str, now: float) -> Answer:
    """Answer an authorized request."""
    firmware = site.firmware
    if path in ("/info", "/info.xml"):
        content_type = None if firmware.info_without_content_type else "text/xml"
        return Answer(body=info.info(site, now).encode(), content_type=content_type)
    if path in _OF_STORAGE and firmware.ensemble_refused and path != INVENTORY_PATH:
        return TOKEN_REFUSED
    build = _DOCUMENTS.get(path) or _OF_STORAGE.get(path)
    if build is None or not _exists(site, path):
        return _not_found_in_ss(path) or not_found(firmware)
    if firmware.legacy and path == "/admin/lib/tariff":
        return Answer(body=_LEGACY_PAGE, content_type="text/html")  # S§1
    if firmware.legacy and path.startswith("/production"):
        return Answer(body=_LEGACY_PAGE, content_type="text/html", chunked=True)
    if path == "/production.json" and "details=1" in query.split("&"):
        build = production_json.with_details
    return Answer(
        body=orjson.dumps(build(site, now)),
        content_type=None if path.startswith("/ivp/") else _JSON,  # G§2.8
        chunked=path.startswith("/production"),
    )


def write(site: SimulatedSite, request: Request, mode: WriteMode, now: float) -> Answer:
    """Carry out and answer an authorized write (S§27)."""
    path, key = request.path, (request.method, request.path)
    readable = answer(site, path, request.query, now)
    if key not in WRITES:
        return _not_allowed() if readable.status == 200 else readable
    if path != STREAM and readable.status != 200:
        return readable
    if path == STREAM and not site.firmware.ensemble:
        return not_found(site.firmware)
    if mode.status != 200:
        return Answer(status=mode.status, body=b'{"error": "The request can\'t be carried out"}')
    try:
        result = carry_out(site, key, request.body, now, mode)
    except RefusedError as error:
        return Answer(status=error.status, body=orjson.dumps({"error": str(error)}))
    done = answer(site, path, request.query, now) if result is None else Answer(body=orjson.dumps(result))
    return replace(done, hang=mode.hang)


def _not_allowed() -> Answer:
    return Answer(status=405, body=b'{"err": "405 - Method Not Allowed"}')


def _exists(site: SimulatedSite, path: str) -> bool:
    """Return whether the gateway has the endpoint of a path in _DOCUMENTS."""
    if path.startswith("/ivp/meters"):
        return site.profile.meters_list and not site.firmware.legacy
    if path == "/ivp/pdm/device_data":
        return site.firmware.device_data
    if path == "/ivp/sc/sched":
        return site.firmware.scheduler
    if path in _OF_STORAGE:
        return site.firmware.ensemble
    return True
