"""`lumis ledger check`: the ledger's invariants over every account, by the ledger itself, part by part."""

import time

import click

from lumis_operator.desk import Desk, operated
from lumis_operator.problem import Exit
from lumis_operator.screen import cell
from shared.contracts.credits import CheckAccounts

_SECONDS = 29.0
"""For the answer of a part; the broker keeps no call longer than 30 s."""


@click.group()
def ledger() -> None:
    """The ledger of Lümis."""


@ledger.command()
@operated
async def check(desk: Desk) -> Exit | None:
    """Compare every account with its entries and holds; exit code 1 where something does not add up."""
    started, accounts, violations = time.monotonic(), 0, list[str]()
    after: str | None = None
    async with desk.bus() as bus:
        with desk.screen.progress("accounts") as bar:
            while True:
                part = await bus.call(CheckAccounts(after=after), timeout=_SECONDS)
                accounts += part.checked
                violations += part.violations
                bar.advance(part.checked, total=part.total)
                if (after := part.next_after) is None:
                    break
    seconds = round(time.monotonic() - started, 1)
    shown = [cell(f"VIOLATED {each}", "red") for each in violations]
    document = {"in_balance": not violations, "accounts": accounts, "violations": violations, "seconds": seconds}
    desk.screen.show(document, *shown, f"{accounts} accounts checked in {seconds} s, {len(violations)} violations")
    return Exit.WRONG if violations else None
