"""Packages required by the components in the demo, because its Home Assistant does not install packages itself.

`python -m scripts.demo_home.requirements` prints them, for scripts/home-assistant.
"""

from itertools import chain
import json
from pathlib import Path
import re

import homeassistant.bootstrap

from .home_assistant import CONFIGURATION

COMPONENTS = Path(homeassistant.bootstrap.__file__).parent / "components"


def required_packages() -> dict[str, str]:
    """Return the packages, by name, and the versions that the manifests of the demo's components require."""
    bootstrap = homeassistant.bootstrap
    configured = re.findall(r"^(\w+):", CONFIGURATION, flags=re.MULTILINE)
    always = (
        *bootstrap.CORE_INTEGRATIONS,
        *bootstrap.DEFAULT_INTEGRATIONS,
        *bootstrap.LOGGING_AND_HTTP_DEPS_INTEGRATIONS,
    )
    pending = {*configured, *always, "recorder"} - {"sentry"}  # sentry starts only when configured
    manifests: dict[str, dict[str, list[str]]] = {}
    while pending:
        domain = pending.pop()
        manifests[domain] = json.loads((COMPONENTS / domain / "manifest.json").read_text())
        pending |= set(manifests[domain].get("dependencies", [])) - manifests.keys()
    return dict(
        map(normalize, chain.from_iterable(manifest.get("requirements", []) for manifest in manifests.values()))
    )


def normalize(requirement: str) -> tuple[str, str]:
    """Return the normalized name and the exact version of a requirement."""
    name, number = requirement.split("==")
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower(), number


if __name__ == "__main__":
    for package, version in required_packages().items():
        print(f"{package}=={version}")
