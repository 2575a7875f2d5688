"""Servers of the other databases that the recorder supports, each for one run of the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import pwd
import shutil
import socket
import subprocess
from tempfile import TemporaryDirectory
import time

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

_START_S = 60.0
_ROOT = 0
"""The user id as which PostgreSQL does not run."""


class NoServerError(Exception):
    """A server is not installed."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server."""

    admin_url: str
    create: str
    """The statement that makes a database `{name}`."""

    def create_database(self, name: str) -> str:
        """Make an empty database and return its URL for the recorder."""
        self._execute(self.create.format(name=name))
        return make_url(self.admin_url).set(database=name).render_as_string(hide_password=False)

    def drop_database(self, name: str) -> None:
        """Delete a database."""
        self._execute(f"DROP DATABASE {name}")

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server accepts connections."""
        end = time.monotonic() + _START_S
        while True:
            try:
                self._execute("SELECT 1")
            except OperationalError:
                if process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                return

    def _execute(self, statement: str) -> None:
        engine = create_engine(self.admin_url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()


@contextmanager
def mariadb() -> Iterator[Server]:
    """Run a MariaDB server.

    Raises:
        NoServerError: it is not installed.
    """
    install, daemon = _binary("mariadb-install-db"), _binary("mariadbd", "/usr/sbin")
    with TemporaryDirectory(prefix="mariadb") as folder:
        port = _free_port()
        common = ["--no-defaults", f"--datadir={folder}/data", f"--user={pwd.getpwuid(os.getuid()).pw_name}"]
        _run([install, *common, "--auth-root-authentication-method=normal", "--skip-test-db"], folder)
        command = [daemon, *common, f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket"]
        url = f"mysql+pymysql://root@127.0.0.1:{port}/mysql?charset=utf8mb4"
        create = "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
        with _running(command, folder, Server(admin_url=url, create=create)) as server:
            yield server


@contextmanager
def postgresql() -> Iterator[Server]:
    """Run a PostgreSQL server.

    Raises:
        NoServerError: it is not installed.
    """
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    initdb, daemon = (_binary(name, *(str(folder) for folder in reversed(folders))) for name in ("initdb", "postgres"))
    with TemporaryDirectory(prefix="postgresql") as folder:
        port = _free_port()
        as_user: list[str] = []
        if os.getuid() == _ROOT:
            as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            shutil.chown(folder, "postgres", "postgres")
        data = f"{folder}/data"
        _run([*as_user, initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], folder)
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
        command = [*as_user, daemon, "-D", data, "-p", str(port), *options]
        url = f"postgresql+psycopg2://postgres@127.0.0.1:{port}/postgres"
        with _running(
            command, folder, Server(admin_url=url, create="CREATE DATABASE {name} ENCODING 'utf8'")
        ) as server:
            yield server


@contextmanager
def _running(command: list[str], folder: str, server: Server) -> Iterator[Server]:
    """Run a server until the end of the block."""
    with Path(folder, "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)  # noqa: S603 - written above
        try:
            server.wait(process)
            yield server
        finally:
            process.terminate()
            process.wait(_START_S)


def _run(command: list[str], folder: str) -> None:
    """Run a program that prepares a server."""
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_START_S)  # noqa: S603 - written above


def _binary(name: str, *folders: str) -> str:
    """Return the path of a program, which need not be on the path."""
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))
    if found is None:
        raise NoServerError(f"{name} is not installed")
    return found


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
