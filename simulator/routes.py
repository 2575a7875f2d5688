"""Routes: the document of each path, with the headers of its firmware."""

from collections.abc import Callable

import orjson

from .documents import Document, device_data, home, info, inventory, meters, production_json, v1
from .firmware import Firmware
from .server import Answer
from .simulated_site import SimulatedSite

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
    "/home": home.home,
    "/inventory.json": inventory.inventory,
    "/ivp/meters": meters.meters,
    "/ivp/meters/readings": meters.readings,
    "/ivp/pdm/device_data": device_data.device_data,
}


def not_found(firmware: Firmware) -> Answer:
    """Return the 404 of a firmware (G§2.6)."""
    if firmware.tokens:
        return Answer(status=404, body=b'{ "err": "404 - Not Found" }')
    return Answer(status=404, body=b'{ "error" : "404 - Not Found" }', content_type=f"{_JSON}; charset=ISO-8859-4")


def answer(site: SimulatedSite, path: str, query: str, now: float) -> Answer:
    """Answer an authorized request."""
    firmware = site.firmware
    if path in ("/info", "/info.xml"):
        content_type = None if firmware.info_without_content_type else "text/xml"
        return Answer(body=info.info(site, now).encode(), content_type=content_type)
    build = _DOCUMENTS.get(path)
    if build is None or not _exists(site, path):
        return not_found(firmware)
    if firmware.legacy and path.startswith("/production"):
        return Answer(body=_LEGACY_PAGE, content_type="text/html", chunked=True)
    if path == "/production.json" and "details=1" in query.split("&"):
        build = production_json.with_details
    return Answer(
        body=orjson.dumps(build(site, now)),
        content_type=None if path.startswith("/ivp/") else _JSON,  # G§2.8
        chunked=path.startswith("/production"),
    )


def _exists(site: SimulatedSite, path: str) -> bool:
    """Return whether the gateway has the endpoint of a path in _DOCUMENTS."""
    if path.startswith("/ivp/meters"):
        return site.profile.meters_list and not site.firmware.legacy
    if path == "/ivp/pdm/device_data":
        return site.firmware.device_data
    return True
