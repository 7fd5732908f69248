"""`python -m deploy.rabbitmq NAME EVENT …`: credentials for a team that reads events."""

import argparse
import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.rabbitmq.teams import Team, definitions

_MEGABYTE = 1024 * 1024
_AFTERWARDS = """\
user      {user}
password  {password}

The password is kept nowhere else: hand it over by a safe way. Then bring the file into the broker:
    rabbitmqctl import_definitions {file}
Queues of the team are to be called {user}.<something>. To take its rights away:
    rabbitmqctl delete_user {user}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a team's definitions to a file and its password to the screen; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.rabbitmq", description=__doc__)
    parser.add_argument("name", help="the team: small letters, digits, hyphens")
    parser.add_argument("events", nargs="*", metavar="EVENT", help="what it may read, such as document.reconciled.v1")
    parser.add_argument("--every-event", action="store_true", help="all of them, those of the future too")
    parser.add_argument("--most-megabytes", type=int, default=1024, help="what a queue may hold (default %(default)s)")
    parser.add_argument("--vhost", default="/", help="the platform's virtual host (default %(default)s)")
    parser.add_argument("--file", type=Path, help="where the definitions go (default team.NAME.json)")
    given = parser.parse_args(arguments)
    if bool(given.events) == given.every_event:
        parser.error("name the events that the team may read, or say --every-event")
    try:
        events = None if given.every_event else tuple(dict.fromkeys(given.events))
        team = Team(given.name, events, given.most_megabytes * _MEGABYTE)
    except ValueError as error:
        parser.error(str(error))
    password = secrets.token_urlsafe(24)
    file = given.file or Path(f"{team.user}.json")
    file.touch(mode=0o600)
    file.write_text(json.dumps(definitions([(team, password)], given.vhost), indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(_AFTERWARDS.format(user=team.user, password=password, file=file))
    return 0


if __name__ == "__main__":
    sys.exit(main())
