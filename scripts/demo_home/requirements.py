"""What the demo's Home Assistant demands beside its own packages: it is started without its installer.

As a command (`python -m scripts.demo_home.demands`) it prints requirements, for scripts/home-assistant.
"""

from itertools import chain
import json
from pathlib import Path
import re

import homeassistant.bootstrap

from .home_assistant import CONFIGURATION

COMPONENTS = Path(homeassistant.bootstrap.__file__).parent / "components"


def required_packages() -> dict[str, str]:
    """Return the versions that the manifests of all components started by the demo demand, by name."""
    bootstrap = homeassistant.bootstrap
    configured = re.findall(r"^(\w+):", CONFIGURATION, flags=re.MULTILINE)
    always = (
        *bootstrap.CORE_INTEGRATIONS,
        *bootstrap.DEFAULT_INTEGRATIONS,
        *bootstrap.LOGGING_AND_HTTP_DEPS_INTEGRATIONS,
    )
    pending = {*configured, *always, "recorder"} - {"sentry"}  # sentry is started only where it is configured
    manifests: dict[str, dict[str, list[str]]] = {}
    while pending:
        domain = pending.pop()
        manifests[domain] = json.loads((COMPONENTS / domain / "manifest.json").read_text())
        pending |= set(manifests[domain].get("dependencies", [])) - manifests.keys()
    return dict(
        map(normalize, chain.from_iterable(manifest.get("requirements", []) for manifest in manifests.values()))
    )


def normalize(requirement: str) -> tuple[str, str]:
    """Return the normal name and the exact version of a requirement."""
    name, number = requirement.split("==")
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower(), number


if __name__ == "__main__":
    for package, version in required_packages().items():
        print(f"{package}=={version}")
