"""The command `lumis` and its parts."""

import sys
from collections.abc import Sequence
from importlib import metadata

import click

from lumis_operator.credits import credits_group
from lumis_operator.events import events
from lumis_operator.extract import extract_token
from lumis_operator.ledger import ledger
from lumis_operator.overview import status
from lumis_operator.parked import parked
from lumis_operator.request import request
from lumis_operator.tokens import token

_HELP = """What an operator asks of a running Lumis.

Addresses come from the environment, as for the services (RABBITMQ_URL, MONGODB_URL, GATEWAY_URL, OPS_URLS); where it
names none, the run on this machine is used (make up). Every command takes --json.

\b
Exit codes: 0 done; 1 something is wrong; 2 wrong use; 3 a part is away;
            4 not found; 5 refused; 130 interrupted.
"""


@click.group(help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(metadata.version("lumis-operator"), prog_name="lumis")
def lumis() -> None:
    """The root of all commands."""


for _part in (status, parked, request, ledger, events, credits_group, token, extract_token):
    lumis.add_command(_part)


def main(arguments: Sequence[str] | None = None) -> None:
    """Carry out one command.

    Raises:
        SystemExit: with one of the codes of `Exit`.
    """
    lumis(args=list(sys.argv[1:] if arguments is None else arguments), prog_name="lumis")


def run(arguments: Sequence[str]) -> int:
    """Carry out one command inside another program; its exit code."""
    try:
        main(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    return 0
