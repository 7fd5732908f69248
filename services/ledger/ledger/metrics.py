"""What the ledger counts."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge

from shared.errors import Refused

OPERATIONS = Counter(
    "lumis_ledger_operations_total",
    "Operations by outcome (done; repeated: it was done before, or there was nothing to do; refused)",
    ["operation", "outcome"],
)
OPEN_HOLDS = Gauge("lumis_ledger_open_holds", "Holds that are neither settled nor released, in all accounts")
HELD_LUMIS = Gauge("lumis_ledger_held_lumis", "Lümis in open holds, in all accounts")
OLDEST_HOLD = Gauge("lumis_ledger_oldest_hold_seconds", "Age of the oldest open hold; 0 where no hold is open")
VIOLATIONS = Gauge("lumis_ledger_violations", "What `ledger check` finds wrong, when it was last looked for")
CHECKED = Gauge("lumis_ledger_checked_timestamp_seconds", "When the whole ledger was last checked, in Unix time")
FINISHED = Counter("lumis_ledger_finished_total", "Operations that a crash had left half done and the sweep completed")


def count(operation: str, *, changed: bool) -> None:
    """Count an operation that was not refused."""
    OPERATIONS.labels(operation=operation, outcome="done" if changed else "repeated").inc()


@contextmanager
def refusals(operation: str) -> Iterator[None]:
    """Count a refusal that leaves this block."""
    try:
        yield
    except Refused:
        OPERATIONS.labels(operation=operation, outcome="refused").inc()
        raise
