"""`/info`: serial, part number and firmware of the gateway."""

from simulator.simulated_site import SimulatedSite

# Name, part number, version and build; the version of the app is that of the firmware (G§1.1).
_PACKAGES = (
    ("rootfs", "500-00001-r01", "02.00.00", "1000"),
    ("kernel", "500-00011-r02", "04.04.225", "0a0a0a"),
    ("boot", "590-00019-r01", "02.00.01", "0b0b0b"),
    ("app", "500-00002-r01", "", "0c0c0c"),
    ("devimg", "500-00005-r01", "01.02.500", "0d0d0d"),
    ("geo", "500-00008-r01", "02.01.24", "0e0e0e"),
    ("backbone", "500-00010-r01", "07.00.20", "0f0f0f"),
)
_BUILD = (
    "<build_info><build_id>release:pkg-simulator</build_id><build_time_gmt>1700000000</build_time_gmt></build_info>"
)


def info(site: SimulatedSite, now: float) -> str:
    """Return the XML; before 7 without web-tokens, on 3.x without build_info and imeter (G§1.1, G§1.2)."""
    firmware, profile = site.firmware, site.profile
    imeter = "" if profile.imeter is None else f"\n    <imeter>{str(profile.imeter).lower()}</imeter>"
    packages = "\n".join(
        f"  <package name='{name}'>\n    <pn>{part}</pn>\n"
        f"    <version>{version or firmware.package_version}</version>\n    <build>{build}</build>\n  </package>"
        for name, part, version, build in _PACKAGES
    )
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<envoy_info>
  <time>{int(now)}</time>
  <device>
    <sn>{site.serial}</sn>
    <pn>{profile.part_number}</pn>
    <software>{firmware.software}</software>
    <euaid>4c8675</euaid>
    <seqnum>0</seqnum>
    <apiver>1</apiver>{imeter}
  </device>
{"  <web-tokens>true</web-tokens>" if firmware.tokens else ""}
{packages}
  {"" if firmware.legacy else _BUILD}
</envoy_info>
"""
