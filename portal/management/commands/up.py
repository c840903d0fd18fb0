"""`manage.py up`: web server, worker and schedule together, on this machine."""

import errno
import os
import socket
import sys
from importlib import import_module, util

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.processes import Process, Supervisor

PYTHON = [sys.executable, "-m"]
# Celery's workers warn whoever is root; on a bare machine or in a container that is everybody.
QUIET_ROOT = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}


class Command(BaseCommand):
    help = "Runs web server, worker and schedule together until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--port",
            type=int,
            default=int(os.environ.get("PORT") or 8000),
            help="the port on localhost (default: PORT in the environment, else 8000)",
        )

    def handle(self, *args, port: int, **options):
        addresses = free_addresses(port)
        refuse_an_unprepared_database()
        address = f"http://localhost:{port}"
        self.stdout.write(f"\nCouncil Portal: {address} (Ctrl-C ends it)\n")
        for line in login_lines():
            self.stdout.write(line)
        self.stdout.write("\n")
        self.stdout.flush()
        status = Supervisor(processes(port, addresses), write=self.write_at_once).run()
        self.stdout.write("Council Portal has stopped.")
        if status:
            sys.exit(status)

    def write_at_once(self, text: str):
        self.stdout.write(text, ending="")
        self.stdout.flush()


def processes(port: int, addresses: list[str]) -> list[Process]:
    """The three processes of a small installation. `addresses` are what the web server binds."""
    web = [*PYTHON, "gunicorn", "portal.wsgi", "--worker-class", "gthread", "--no-control-socket"]
    web += ["--workers", "2", "--threads", "4", "--log-level", "warning", "--access-logfile", "-"]
    web += ["--access-logformat", "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"]
    for address in addresses:
        web += ["--bind", address]
    celery = [*PYTHON, "celery", "--quiet", "--app", "portal"]
    worker = [*celery, "worker", "--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle"]
    schedule = [*celery, "beat", "--loglevel", "INFO"]
    schedule += ["--schedule", str(settings.VAR_DIR / "schedule")]
    environment = {"PORT": str(port)}
    return [
        Process("web", web, environment),
        Process("worker", worker, environment | QUIET_ROOT),
        Process("schedule", schedule, environment),
    ]


def free_addresses(port: int) -> list[str]:
    """What `localhost` means on this machine, in IPv4 and where there is one in IPv6.

    Raises CommandError when another program listens on the port.
    """
    addresses = []
    for family, host, written in (
        (socket.AF_INET, "127.0.0.1", f"127.0.0.1:{port}"),
        (socket.AF_INET6, "::1", f"[::1]:{port}"),
    ):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except PermissionError:
            raise CommandError(f"Port {port} needs root: choose one above 1023.") from None
        except OverflowError:
            raise CommandError(f"{port} is not a port: choose one below 65536.") from None
        except OSError as error:
            if family == socket.AF_INET6 and error.errno != errno.EADDRINUSE:
                continue
            raise CommandError(
                f"Port {port} is taken by another program. Choose another: PORT={port + 1} make run"
            ) from None
        addresses.append(written)
    return addresses


def refuse_an_unprepared_database():
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is not up to date: run `make setup` first.")
    connection.close()


def login_lines() -> list[str]:
    """The demonstration's logins, in a table. Empty outside demonstration mode."""
    if not settings.DEMONSTRATION or util.find_spec("portal.demo") is None:
        return []
    rows = import_module("portal.demo").logins()
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return ["Demonstration logins (e-mail, password, role):"] + [
        f"  {email:<{widths[0]}}  {password:<{widths[1]}}  {role}" for email, password, role in rows
    ]
