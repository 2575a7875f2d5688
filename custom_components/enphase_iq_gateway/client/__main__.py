"""Command line of the client: print what a gateway has and record a capture, without Home Assistant.

Run it from the folder of the integration: `python -m client HOST`. It needs the packages that the client imports.
"""

from argparse import ArgumentParser, Namespace
import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path
import sys

import orjson

from .auth.secret import Secret
from .auth.sign_in import DEFAULT_USERNAME, Account
from .auth.token import Token
from .capture import record
from .exceptions import GatewayError
from .firmware import known_faults
from .gateway import Gateway
from .models import Info
from .part_numbers import model_name
from .redaction import Scrubber
from .site.probe import probe
from .site.site import Site
from .site.sources import decide
from .site.storage_read import probe_storage
from .site.storage_site import StorageSite, decide_storage
from .transport.address import Address, AddressError

LIMIT_S = 120.0
"""For all answers of the capture together; the slowest report takes 33 s (G§6)."""


class CommandError(Exception):
    """An error whose message is shown at the terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = ArgumentParser(prog="client", description="Show what an Enphase IQ Gateway has, and record its answers.")
    parser.add_argument("host", help="hostname or IP address of the gateway")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="file with the token (firmware 7 and later)")
    parser.add_argument("--username", default=DEFAULT_USERNAME, help="local account (firmware before 7)")
    parser.add_argument("--record", type=Path, metavar="FOLDER", help="new folder for the redacted answers")
    options = parser.parse_args(arguments)
    try:
        for line in asyncio.run(_run(options)):
            sys.stdout.write(f"{line}\n")
    except (AddressError, CommandError, GatewayError, OSError) as error:
        sys.stderr.write(f"client: {error}\n")
        return 1
    return 0


async def _run(options: Namespace) -> list[str]:
    """Read the gateway and return the lines to print."""
    address = Address.parse(options.host)
    async with Gateway(address) as unknown:
        info = await unknown.identify()
        certificate = unknown.certificate
    credential = _token(options) if info.wants_token else _account(options)
    if options.record is not None:
        options.record.mkdir()
    # The same device as before, by its serial and certificate, gets the credential.
    async with Gateway(address, expected_serial=info.serial, credential=credential, pinned=certificate) as gateway:
        await gateway.check_sign_in()
        documents = await probe(gateway, info)
        storage = await probe_storage(gateway, info, documents)
        site = decide(documents, storage=decide_storage(storage))
        lines = list(_describe(info, site, credential))
        if options.record is not None:
            scrubber = Scrubber([info.serial, *sorted(site.storage.serials)], [address.host])
            capture = await record(gateway, scrubber, storage=site.storage, limit_s=LIMIT_S)
            for name, answer in capture.answers.items():
                text = answer.encode() if isinstance(answer, str) else orjson.dumps(answer)
                (options.record / name).write_bytes(text)
            lines += [f"no answer: {reason}" for reason in capture.unanswered.values()]
            lines.append(f"recorded: {len(capture.answers)} answers in {options.record}")
    return lines


def _token(options: Namespace) -> Token:
    if options.token_file is not None:
        return Token.parse(options.token_file.read_text())
    return Token.parse(_prompt("Token: ", "--token-file"))


def _account(options: Namespace) -> Account:
    return Account(
        username=options.username, password=Secret(_prompt("Password (blank: the default one): ", "a terminal"))
    )


def _prompt(question: str, otherwise: str) -> str:
    """Return what the user enters, which is not shown."""
    if not sys.stdin.isatty():
        raise CommandError(f"no credential; use {otherwise}")
    return getpass(question)


def _describe(info: Info, site: Site, credential: Token | Account) -> Iterator[str]:
    """Yield what the gateway has, line by line; no serial, so that the lines can be published."""
    yield f"gateway: {model_name(info)}, part number {info.part_number or 'unknown'}"
    yield f"firmware: {info.firmware}"
    if faults := known_faults(info.firmware):
        yield f"known faults: {', '.join(faults)}"
    if isinstance(credential, Token):
        ends = datetime.fromtimestamp(credential.expires_at, UTC)
        yield f"sign-in: token of an {credential.role or 'unknown role'}, valid until {ends:%Y-%m-%d}"
    else:
        yield "sign-in: local account"
    yield f"class: {site.gateway_class}"
    yield f"inverters: {site.inverter_count}"
    yield from _describe_storage(site.storage)
    for flow, count in site.phase_counts.items():
        yield f"phases of {flow}: {count}"
    for (flow, quantity), source in site.sources.items():
        yield f"{flow} {quantity}: {source}"


def _describe_storage(storage: StorageSite) -> Iterator[str]:
    """Yield the devices of storage that the site has."""
    for name, serials in (
        ("IQ Batteries", storage.batteries),
        ("AC Batteries", storage.ac_batteries),
        ("system controllers", storage.system_controllers),
        ("collars", storage.collars),
    ):
        if serials:
            yield f"{name}: {len(serials)}"
    if storage.has_generator:
        yield "generator: configured"


if __name__ == "__main__":
    sys.exit(main())
