"""`lumis credits`: see and grant Lümis, through the ledger's calls."""

import uuid

import click

from lumis_operator.desk import ORIGIN, Desk, operated, who
from lumis_operator.problem import Exit, Problem
from lumis_operator.screen import cell, heading, moment, table
from shared.bus import Bus
from shared.contracts.credits import Balance, GrantCredits, ListMovements, ReadBalance
from shared.errors import CallTimedOut
from shared.redaction import pseudonym

_SECONDS = 20.0
_MOST = 1_000_000_000
"""Lümis of one grant, as the ledger's contract has it."""


async def grant_over(
    bus: Bus, user: str, lumis: int, *, reason: str = "development grant", request_id: str | None = None
) -> Balance:
    """Add Lümis over a bus that is at hand; the same `request_id` again changes nothing.

    Raises:
        Refused: the id was used for something else.
        Unavailable: the ledger failed, or did not answer in time.
    """
    call = GrantCredits(
        request_id=request_id or str(uuid.uuid4()),
        origin=ORIGIN,
        user_id=user,
        amount=lumis,
        reason=reason,
        administrator=f"{ORIGIN}:{who()}",
    )
    return await bus.call(call, timeout=_SECONDS)


@click.group("credits")
def credits_group() -> None:
    """Lümis of a user: show, grant."""


@credits_group.command("grant")
@click.argument("user")
@click.argument("amount", type=click.IntRange(1, _MOST))
@click.option("--reason", default="granted by an operator", show_default=True, help="Stands in the user's movements.")
@click.option("--id", "request_id", default=None, help="Makes a repeat harmless: the same id counts once.")
@operated
async def grant(desk: Desk, user: str, amount: int, reason: str, request_id: str | None) -> Exit | None:
    """Give USER an AMOUNT of Lümis."""
    identity = request_id or str(uuid.uuid4())
    async with desk.bus() as bus:
        try:
            balance = await grant_over(bus, user, amount, reason=reason, request_id=identity)
        except CallTimedOut:
            again = f"lumis credits grant {user} {amount} --reason '{reason}' --id {identity}"
            message = f"the ledger did not answer, the grant may have happened; this repeats it safely: {again}"
            raise Problem(Exit.AWAY, message) from None
    desk.audit("credits granted", user=pseudonym(user), request_id=identity, lumis=amount, reason=reason)
    document = {"id": identity, "granted": amount, **balance.model_dump()}
    desk.screen.show(document, f"{user} has {balance.available} Lümis available. The grant's id is {identity}.")
    return None


@credits_group.command("show")
@click.argument("user")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="Movements, newest first.")
@operated
async def show(desk: Desk, user: str, limit: int) -> Exit | None:
    """USER's balance and last movements."""
    async with desk.bus() as bus:
        balance = await bus.call(ReadBalance(user_id=user), timeout=_SECONDS)
        movements = (await bus.call(ListMovements(user_id=user, limit=limit), timeout=_SECONDS)).movements
    rows = table("when", "what", "amount", "balance after", "reason", "request", right=("amount", "balance after"))
    for each in movements:
        figures = cell(f"{each.amount:+}"), cell(each.balance_after)
        rows.add_row(cell(moment(each.at)), cell(each.kind), *figures, cell(each.reason), cell(each.request_id))
    head = heading(f"{user}: {balance.available} Lümis available, balance {balance.balance}, held {balance.held}")
    desk.screen.show({**balance.model_dump(), "movements": movements}, head, rows)
    return None
