"""The local runner: `python -m deploy.local run|up|down|status|watch|demo|token|parked|clean`."""

import argparse
import sys
from collections.abc import Sequence

from deploy.local import commands, demo, watch
from deploy.local.record import Folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; its exit code."""
    given = _parser().parse_args(arguments)
    folder = Folder()
    try:
        match given.command:
            case "token":
                return commands.token(folder, given.user, given.scope, given.lumis)
            case "watch":
                return watch.watch(folder)
            case "demo":
                return demo.demo()
            case "parked":
                return commands.parked(folder, given.arguments)
            case "clean":
                return commands.remove(folder)
            case _:
                simple = {"run": commands.run, "up": commands.up, "down": commands.down, "status": commands.status}
                return simple[given.command](folder)
    except commands.WrongUse as error:
        print(error, file=sys.stderr)
        return commands.FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description="Lumis on this machine.")
    rows = parser.add_subparsers(dest="command", required=True)
    rows.add_parser("run", help="start everything in the foreground")
    rows.add_parser("up", help="start everything in the background")
    rows.add_parser("down", help="end what runs")
    rows.add_parser("status", help="say what runs")
    rows.add_parser("watch", help="start Prometheus beside what runs")
    rows.add_parser("demo", help="start a second Lumis, upload a sample, show what happens, end it")
    rows.add_parser("clean", help="delete the data of a stopped run")
    parked = rows.add_parser("parked", help="list, replay or drop messages that no retry could handle")
    parked.add_argument("arguments", nargs=argparse.REMAINDER)
    token = rows.add_parser("token", help="print a development token")
    token.add_argument("user")
    token.add_argument("--scope", default="", help="words with blanks between, such as admin")
    token.add_argument("--lumis", type=_lumis, default=0, help="grant the user so many Lümis")
    return parser


def _lumis(text: str) -> int:
    value = int(text or 0)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


if __name__ == "__main__":
    sys.exit(main())
