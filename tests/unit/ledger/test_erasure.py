"""The ledger keeps its books and says so."""

from datetime import UTC, datetime

from ledger.erasure import keep_movements
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.mongo import Database
from tests.support.ledger import Clock, books, deliver, grant, ledger


async def test_the_books_are_kept_and_the_user_is_told_why(database: Database) -> None:
    deps = ledger(database, Clock())
    await deliver(grant("u-1", 10), deps)
    before = await books(database)
    asked = ErasureRequested(request_id="e-1", origin="gateway-1", user_id="u-1", requested_at=datetime.now(UTC))
    (told,) = await keep_movements(asked, deps)
    assert isinstance(told, ErasureCompleted)
    assert (told.service, told.removed) == ("ledger", {})
    assert "contable" in told.kept["movements"]
    assert before == await books(database)
    assert before[0]
