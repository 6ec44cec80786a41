"""`python -m launch up|servers|test|check|bench`: the commands that work while the product does not import."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType

from launch import homes
from launch.saying import Trouble, say, tell, warn


def _stop_on_signals() -> None:
    """Let a polite stop run the same clean-up as Ctrl-C.

    Ctrl-C itself is named too: a shell leaves it ignored in what its scripts start in the background.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def run_servers(named: str | None) -> int:
    """Start the two servers of a home, print their addresses for a shell, and stay until told to stop."""
    os.umask(0o077)
    home = homes.Home(homes.home_folder(named))
    with home.claim("servers"):
        servers = home.make_servers()
        home.prepare_servers(servers)
        servers.start()
        try:
            home.servers_are_up("servers")
            say(f"export GATEHOUSE_DATABASE_URL={shlex.quote(servers.addresses.database)}")
            say(f"export GATEHOUSE_REDIS_URL={shlex.quote(servers.addresses.redis)}")
            warn("Both servers answer. Ctrl-C stops them.")
            while all(process.poll() is None for process in servers.running.values()):
                time.sleep(0.5)
            raise Trouble("A server has ended by itself.", f"The folder {home.logs} holds its last words; start again.")
        except KeyboardInterrupt:
            warn("Stopping the servers ...")
            return 0
        finally:
            servers.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gatehouse", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything and stay until Ctrl-C")
    up.add_argument("--port", type=int, default=8000, help="where the pages answer (8000)")
    up.add_argument("--home", help="the folder for all state (var/ in the checkout)")
    up.add_argument("--empty", action="store_true", help="no demo organisations, people and cases")
    servers = commands.add_parser("servers", help="start the database and the queue only")
    servers.add_argument("--home", help="the folder for all state (var/ in the checkout)")
    commands.add_parser("check", help="lint, format, types, import contracts, generated pages")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _stop_on_signals()
    try:
        if given[:1] == ["test"]:  # all that follows belongs to pytest
            from launch.testing import run_tests

            return run_tests(given[1:])
        if given[:1] == ["bench"]:
            from launch.testing import run_bench

            return run_bench(given[1:])
        options = _parser().parse_args(given)
        if options.command == "servers":
            return run_servers(options.home)
        if options.command == "check":
            from launch.testing import run_checks

            return run_checks()
        from launch.up import up

        return up(port=options.port, home=options.home, empty=options.empty)
    except Trouble as trouble:
        return tell(trouble)
    except KeyboardInterrupt:
        warn("Stopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
