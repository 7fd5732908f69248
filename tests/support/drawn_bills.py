"""Bills of a supplier whose wording misleads the engine: their right date and total stand under labels of its own."""

from dataclasses import dataclass
from functools import cache

from ocr_engine.evidence import Word
from ocr_engine.local.document import inspected
from ocr_engine.local.invoice.reader import read_invoice
from shared.contracts.reading import Reading
from tests.support.drawn_invoices.sheet import Sheet


@dataclass(frozen=True)
class Bill:
    """What is printed. The supplier dates its invoices by `issued`, and means the sum with crates by its total."""

    printed_on: str = "02/03/2024"
    issued: str = "28/02/2024"
    crates: int = 12
    lines: int = 1
    """Of 100.00 each."""
    labels: tuple[str, str] = ("Kassadag", "Grand sum with crates")
    number: str = "F-2024-17"
    reference: str = "77/2024/0815"

    @property
    def total(self) -> str:
        return f"{121 * self.lines}.00"

    @property
    def due(self) -> str:
        return f"{121 * self.lines + self.crates}.00"


@cache
def drawn(bill: Bill) -> bytes:
    sheet = Sheet()
    sheet.block(50, 50, "Papyrus SPRL", "Rue Haute 12, 1000 Bruxelles", "VAT: BE0477472701")
    sheet.text(350, 120, "Invoice", size=14)
    pairs = (("Number", bill.number), ("Invoice date", bill.printed_on), (bill.labels[0], bill.issued))
    for place, (label, value) in enumerate(pairs):
        sheet.text(350, 140 + 14 * place, label)
        sheet.text(460, 140 + 14 * place, value)
    sheet.text(50, 190, f"Please name our sign {bill.reference} with your payment")
    y = sheet.row(230, (50, 300, -430, -540), ("Description", "Quantity", "Unit price", "Amount"))
    for number in range(bill.lines):
        y = sheet.row(y, (50, 300, -430, -540), (f"Paper of sort {number + 1}", "1", "100.00", "100.00"))
    sums = [("Subtotal", f"{100 * bill.lines}.00"), ("VAT 21%", f"{21 * bill.lines}.00"), ("Total", bill.total)]
    sums.append((bill.labels[1], bill.due))
    for label, value in sums:
        y = sheet.row(y + 8, (350, -540), (label, value))
    return sheet.pdf()


def read(bill: Bill) -> tuple[Reading, tuple[Word, ...]]:
    document = inspected(drawn(bill))
    return read_invoice(document), document.words()


FIRST = Bill()
NEXT = Bill("16/03/2024", "29/02/2024", crates=44, lines=5, number="F-2024-31", reference="12/2024/4711")
