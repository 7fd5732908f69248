"""Processor time to reconcile a GST invoice under every strategy: `python -m tests.benchmarks.bench_india`."""

import gc
import random
import statistics
import time
from collections.abc import Iterator
from decimal import Decimal

from reconciler.india.engine import reconcile
from shared.contracts.india import V4Document
from tests.support.gst_invoices import Billing, Ware, bill, printed

SIZES = (10, 100, 500)
ROUNDS = 15
_RATES = (5, 12, 18, 28)


def wares(count: int, seed: int = 3) -> list[Ware]:
    """Lines of four rates, half of them discounted."""
    chance = random.Random(seed)
    return [
        Ware(
            qty=Decimal(chance.randint(1, 200)),
            price=Decimal(chance.randint(1000, 999999)) / 100,
            rate=Decimal(chance.choice(_RATES)),
            d1=Decimal(chance.choice((0, 10))),
            d2=Decimal(chance.choice((0, 5))),
        )
        for _ in range(count)
    ]


def pages(count: int) -> Iterator[tuple[str, V4Document]]:
    """Invoices of that many lines, the plain one first, then those with more ways to read them."""
    lines = wares(count)
    kinds = {
        "plain": Billing(lines),
        "prices with tax": Billing(lines, with_tax=True, column="inclusive"),
        "discount, freight, TCS": Billing(lines, discount=Decimal(50), freight=Decimal(500), tcs_rate=Decimal("0.1")),
        "no Amount column": Billing(lines, with_tax=True, column="none", discount=Decimal(50), freight=Decimal(500)),
    }
    for name, billing in kinds.items():
        yield name, printed(billing, bill(billing))
    wrong = printed(kinds["plain"], bill(kinds["plain"]))
    total = (wrong.printed.grand_total or Decimal(0)) + 5000
    yield (
        "a wrong total",
        wrong.model_copy(
            update={"printed": wrong.printed.model_copy(update={"grand_total": total, "taxable_subtotal": None})}
        ),
    )


def measure(document: V4Document) -> tuple[float, float, int]:
    """Median and largest milliseconds of processor time, and how many strategies were tried."""
    took, tried = [], 0
    for _ in range(ROUNDS):
        begun = time.process_time()
        tried = len(reconcile(document).trials)
        took.append(1000 * (time.process_time() - begun))
    return statistics.median(took), max(took), tried


def main() -> None:
    """Print a row per kind and size."""
    print(f"{'lines':>5}  {'kind':<24}{'median ms':>10}{'largest ms':>12}{'strategies':>12}")
    for count in SIZES:
        for name, document in pages(count):
            gc.collect()
            median, largest, tried = measure(document)
            print(f"{count:>5}  {name:<24}{median:>10.2f}{largest:>12.2f}{tried:>12}")


if __name__ == "__main__":
    main()
