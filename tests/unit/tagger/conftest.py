"""A tagger with the starter catalogue on a real database, and reconciled invoices for it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest_asyncio

from shared.contracts.documents import DocumentReconciled
from shared.contracts.lumis import ExtractedData, LumisOutcome, Product, ProductHint
from shared.mongo import Database, ensure_indexes
from tagger.cache import CatalogueCache
from tagger.deps import Deps, on_database
from tagger.starter import shorthand, starter_rows
from tagger.store import INDEXES, CatalogueStore
from tagger.tagging import Purchase


@dataclass(frozen=True)
class Invoice:
    """A paper that a buyer uploaded."""

    lines: tuple[str, ...] = ("COCA COLA 600ML",)
    request: str = "request-1"
    number: str | None = "invoice-1"
    date: str | None = "2024-12-15"
    complete: bool = True
    ruc: str = "155751938-2-2024"
    dv: str = "66"
    issuer: str = "Super Xtra Centro, S.A."
    hints: tuple[ProductHint, ...] = ()
    user: str = "user-1"

    @property
    def outcome(self) -> LumisOutcome:
        extracted = ExtractedData(
            ruc=self.ruc,
            dv=self.dv,
            invoice_number="001",
            total=Decimal("12.50"),
            products=tuple(Product(name=name) for name in self.lines),
            issuer_name=self.issuer,
            date=self.date,
        )
        return LumisOutcome(complete=self.complete, extracted=extracted, invoice_id=self.number, hints=self.hints)

    @property
    def purchase(self) -> Purchase:
        return Purchase.of(self.outcome)

    @property
    def event(self) -> DocumentReconciled:
        return DocumentReconciled(
            request_id=self.request,
            origin="gateway-1",
            user_id=self.user,
            schema_name="lumis",
            received_at=datetime(2025, 1, 2, 3, 0, tzinfo=UTC),
            answer_by=datetime(2025, 1, 2, 3, 1, tzinfo=UTC),
            provider="gemini",
            outcome=self.outcome,
        )


def deps_on(database: Database) -> Deps:
    """What the handler needs, with a catalogue that is looked at every time."""
    rows = CatalogueStore(database)
    cache = CatalogueCache(rows.version, rows.load, shorthand(), check_seconds=0)
    return on_database(database, cache)


@pytest_asyncio.fixture
async def deps(database: Database) -> Deps:
    await ensure_indexes(database, INDEXES)
    await CatalogueStore(database).seed(starter_rows())
    return deps_on(database)
