"""Wires the ledger: what it needs, what it listens to, what it answers."""

from datetime import timedelta

from ledger.check import check_accounts, watch_balance
from ledger.deps import Deps
from ledger.erasure import keep_movements
from ledger.handlers import (
    adjust_credits,
    give_back_abandoned,
    grant_credits,
    hold_credits,
    read_balance,
    read_prices,
    release_hold,
    release_unreadable,
    set_prices,
    settle_credits,
)
from ledger.history import list_movements, read_statement
from ledger.holds import Terms
from ledger.settings import LedgerSettings
from ledger.store import INDEXES, Store
from ledger.sweep import sweep_holds
from shared.bus import Operation, Subscription
from shared.contracts.credits import (
    AdjustCredits,
    CheckAccounts,
    GrantCredits,
    HoldCredits,
    ListMovements,
    ReadBalance,
    ReadPrices,
    ReadStatement,
    ReleaseHold,
    SetPrices,
)
from shared.contracts.documents import DocumentAbandoned, DocumentReconciled, DocumentUnreadable
from shared.contracts.erasure import ErasureRequested
from shared.mongo import ensure_indexes
from shared.service import Platform, Service


async def build(settings: LedgerSettings, platform: Platform) -> Deps:
    """Open the database `ledger` and make its indexes."""
    database = platform.database("ledger")
    await ensure_indexes(database, INDEXES)
    return Deps(
        store=Store(database),
        bus=platform.bus,
        terms=Terms(
            prices={
                "upload": settings.upload_price,
                "retry": settings.retry_price,
                "extract": settings.extract_price,
            },
            hold_time=timedelta(seconds=settings.hold_seconds),
            max_open=settings.max_open_holds,
        ),
        sweep_seconds=settings.sweep_seconds,
        check_seconds=settings.check_seconds,
    )


_GATHER_SECONDS = 0.025
"""The price is held already, and settlements that come within this share every command."""

SERVICE = Service(
    name="ledger",
    settings=LedgerSettings,
    build=build,
    subscriptions=(
        Subscription(DocumentReconciled, settle_credits, prefetch=64, gather=_GATHER_SECONDS),
        Subscription(DocumentUnreadable, release_unreadable),
        Subscription(DocumentAbandoned, give_back_abandoned),
        Subscription(ErasureRequested, keep_movements),
    ),
    operations=(
        Operation(HoldCredits, hold_credits),
        Operation(ReleaseHold, release_hold),
        Operation(ReadBalance, read_balance),
        Operation(GrantCredits, grant_credits),
        Operation(AdjustCredits, adjust_credits),
        Operation(ListMovements, list_movements),
        Operation(ReadStatement, read_statement),
        Operation(ReadPrices, read_prices),
        Operation(SetPrices, set_prices),
        Operation(CheckAccounts, check_accounts, prefetch=1),
    ),
    background=(sweep_holds, watch_balance),
)
