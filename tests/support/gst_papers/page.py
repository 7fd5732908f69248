"""Draws a GST invoice: head, parties, goods, sums, words, signature, summary."""

from decimal import Decimal

from tests.support.gst_papers.goods import Trader
from tests.support.gst_papers.invoice import Invoice
from tests.support.gst_papers.qr import token
from tests.support.gst_papers.sheet import LEFT, RIGHT, TOP, Sheet
from tests.support.gst_papers.table import draw_goods, draw_summary
from tests.support.gst_papers.wording import LABELS
from tests.support.gst_papers.words import grouped, spelled
from tests.support.papers.qr import draw_qr

_MIDDLE = (LEFT + RIGHT) / 2
_DATES = ("%d/%m/%Y", "%d-%b-%Y", "%d-%m-%Y", "%d.%m.%Y")


def draw_page(invoice: Invoice) -> bytes:
    """The invoice as a PDF."""
    style = invoice.style
    sheet = Sheet(serif=style.serif, sign=style.sign)
    _HEADS[style.letterhead](sheet, invoice)
    _parties(sheet, invoice)
    draw_goods(sheet, invoice)
    _SUMS[style.totals](sheet, invoice)
    _words(sheet, invoice)
    if style.summary == "below":
        draw_summary(sheet, invoice)
    _foot(sheet, invoice)
    if style.summary == "next":
        sheet.new_page()
        sheet.centre("HSN / SAC wise summary", bold=True, size=10)
        sheet.text(LEFT, f"Invoice {invoice.number} continued")
        sheet.y -= 20
        draw_summary(sheet, invoice)
    return sheet.done()


def _code(sheet: Sheet, invoice: Invoice) -> None:
    if invoice.style.qr:
        draw_qr(sheet.canvas, token(invoice), left=RIGHT - 112, bottom=TOP - 112, side=112)


def _facts(invoice: Invoice) -> list[tuple[str, str]]:
    labels = LABELS[invoice.style.words]
    place = invoice.buyer
    shown = (
        f"{place.state} ({place.code})",
        f"{place.code}-{place.state}",
        place.state,
        f"{place.state}, Code: {place.code}",
    )
    facts = [
        (labels["number"], invoice.number),
        (labels["date"], invoice.date.strftime(_DATES[invoice.style.words])),
        (labels["place"], shown[invoice.style.words]),
    ]
    if invoice.style.reverse_charge:
        facts.append(("Reverse Charge (Y/N)", "N"))
    return facts


def _left(sheet: Sheet, invoice: Invoice) -> None:
    _code(sheet, invoice)
    seller = invoice.seller
    sheet.text(LEFT, seller.name, size=14, bold=True)
    sheet.right(RIGHT - (120 if invoice.style.qr else 0), "TAX INVOICE", size=15)
    sheet.y -= 16
    for words in (
        seller.street,
        seller.area,
        f"{seller.city} {seller.state} {seller.pin}",
        "India",
        f"GSTIN {seller.gstin}",
    ):
        sheet.text(LEFT, words)
        sheet.y -= 11
    sheet.y -= 10 + (40 if invoice.style.qr else 0)
    for label, value in _facts(invoice):
        sheet.text(LEFT, label)
        sheet.text(LEFT + 110, f": {value}", bold=True)
        sheet.y -= 12
    sheet.y -= 6


def _centre(sheet: Sheet, invoice: Invoice) -> None:
    _code(sheet, invoice)
    seller = invoice.seller
    sheet.centre("Tax Invoice", size=9, bold=True)
    sheet.centre(seller.name, size=16, bold=True)
    sheet.centre(f"{seller.street}, {seller.area}, {seller.city} - {seller.pin}")
    sheet.centre(f"GSTIN : {seller.gstin}   State : {seller.state}, Code : {seller.code}")
    sheet.centre("Phone: 020 2712 4455  E-mail: accounts@example.in")
    sheet.y -= 60 if invoice.style.qr else 6
    sheet.rule(up=10)
    facts = _facts(invoice)
    for nth, (label, value) in enumerate(facts):
        x = LEFT if nth % 2 == 0 else _MIDDLE
        sheet.text(x, f"{label} {value}")
        if nth % 2 or nth == len(facts) - 1:
            sheet.y -= 13
    sheet.rule(up=8)
    sheet.y -= 6


def _grid(sheet: Sheet, invoice: Invoice) -> None:
    """Seller at the left, facts in a grid at the right, label above value."""
    _code(sheet, invoice)
    seller = invoice.seller
    sheet.centre("Tax Invoice", size=11, bold=True)
    if invoice.style.qr:
        sheet.y -= 95
    sheet.rule(up=8)
    top = sheet.y
    lines = (
        seller.name,
        f"{seller.street}, {seller.area}",
        f"{seller.city}-{seller.pin}",
        f"GSTIN/UIN: {seller.gstin}",
        f"State Name : {seller.state}, Code : {seller.code}",
    )
    for nth, words in enumerate(lines):
        sheet.text(LEFT, words, bold=nth == 0, size=10 if nth == 0 else 8.5)
        sheet.y -= 12
    end, sheet.y = sheet.y, top
    facts = [*_facts(invoice), ("Delivery Note", "DN-77"), ("Mode/Terms of Payment", "30 Days")]
    for nth, (label, value) in enumerate(facts):
        x = _MIDDLE if nth % 2 == 0 else _MIDDLE + 130
        sheet.text(x, label.rstrip(": "), size=7.5)
        sheet.text(x, value, bold=True, down=10)
        if nth % 2:
            sheet.y -= 24
    sheet.y = min(end, sheet.y) - 8
    sheet.rule(up=6)


def _sold_by(sheet: Sheet, invoice: Invoice) -> None:
    """As marketplaces print it: the seller named so, no letterhead."""
    sheet.text(LEFT, "Tax Invoice/Bill of Supply/Cash Memo", size=12, bold=True)
    sheet.right(RIGHT, "(Original for Recipient)")
    sheet.y -= 22
    seller = invoice.seller
    sheet.text(LEFT, "Sold By :", bold=True)
    sheet.y -= 12
    for words in (seller.name, f"{seller.street}, {seller.area}", f"{seller.city}, {seller.state}, {seller.pin}", "IN"):
        sheet.text(LEFT, words)
        sheet.y -= 11
    sheet.text(LEFT, f"PAN No: {seller.pan}")
    sheet.y -= 11
    sheet.text(LEFT, f"GST Registration No: {seller.gstin}")
    sheet.y -= 18
    for label, value in _facts(invoice):
        sheet.text(LEFT, f"{label.rstrip(': ')}: {value}")
        sheet.y -= 12
    sheet.y -= 6


def _parties(sheet: Sheet, invoice: Invoice) -> None:
    labels = LABELS[invoice.style.words]
    top = sheet.y
    _party(sheet, LEFT, labels["buyer"], invoice.buyer, invoice)
    end = sheet.y
    if invoice.style.ship_to:
        sheet.y = top
        _party(sheet, _MIDDLE + 20, labels["ship"], invoice.other, invoice)
    sheet.y = min(end, sheet.y) - 12


def _party(sheet: Sheet, x: float, title: str, party: Trader, invoice: Invoice) -> None:
    words = invoice.style.words
    named = f"Name: {party.name}" if words == 2 else f"M/s {party.name}" if words == 3 else party.name
    lines = (
        title,
        named,
        f"{party.street}, {party.area}",
        f"{party.city} - {party.pin}",
        f"GSTIN{'/UIN' if words == 1 else ''} : {party.gstin}",
        f"State: {party.state}, Code: {party.code}",
    )
    for nth, each in enumerate(lines):
        sheet.text(x, each, bold=nth < 2)
        sheet.y -= 11.5


def _rows(invoice: Invoice) -> list[tuple[str, Decimal]]:
    """The sums between the lines and the total."""
    style = invoice.style
    labels = LABELS[style.words]
    rows = [(labels["sub"], invoice.lines_total)] if style.totals != "rows" else []
    if invoice.cut:
        told = style.header_discount or ""
        rows.append((f"{labels['discount']} {told}" if told.endswith("%") else labels["discount"], -invoice.cut))
    rows += [(label, amount) for label, amount, _ in invoice.charges]
    if style.totals != "rows" and (invoice.cut or invoice.charges):
        rows.append((labels["taxable"], invoice.taxable))
    for rate in invoice.nets:
        half, igst = invoice.tax_at(rate)
        if style.inter:
            rows.append((_tax_label("IGST", rate, style.words), igst))
        else:
            rows += [(_tax_label(name, rate / 2, style.words), half) for name in ("CGST", "SGST")]
    if invoice.tcs:
        rows.append((labels["tcs"].format(style.tcs), invoice.tcs))
    if invoice.round_off:
        rows.append((labels["round"], invoice.round_off))
    return rows


def _tax_label(name: str, rate: Decimal, words: int) -> str:
    shown = f"{rate.normalize():f}"
    return (f"{name}{shown} ({shown}%)", f"OUTPUT {name} {shown}%", f"Add: {name} @ {shown}%", f"{name} {shown} %")[
        words
    ]


def _right(sheet: Sheet, invoice: Invoice) -> None:
    """Labels and amounts at the right, the bank at the left."""
    bank = ["Bank Details:", "Bank: State Bank of India", "A/c No: 30455667788", "IFSC: SBIN0001234"]
    labels = LABELS[invoice.style.words]
    for nth, (label, value) in enumerate([*_rows(invoice), (labels["total"], invoice.total)]):
        last = label == labels["total"] and value == invoice.total
        if nth < len(bank):
            sheet.text(LEFT, bank[nth])
        sheet.text(_MIDDLE + 70, label, bold=last)
        sheet.right(RIGHT - 2, f"{sheet.sign}{_signed(value)}", bold=last)
        sheet.y -= 14
    sheet.y -= 4


def _in_rows(sheet: Sheet, invoice: Invoice) -> None:
    """The sums go on under the goods, in the column of amounts."""
    sheet.y += 6
    for label, value in _rows(invoice):
        sheet.right(_MIDDLE - 60, label, bold=True)
        sheet.right(RIGHT - 2, _signed(value))
        sheet.y -= 13
    sheet.rule(up=9)
    sheet.text(LEFT + 60, "Total", bold=True)
    sheet.right(RIGHT - 2, f"{sheet.sign} {grouped(invoice.total)}".strip(), bold=True)
    sheet.y -= 16


def _box(sheet: Sheet, invoice: Invoice) -> None:
    """A box with dotted leaders and the total in large."""
    for label, value in _rows(invoice):
        sheet.text(_MIDDLE + 20, f"{label} :")
        sheet.right(RIGHT - 2, _signed(value))
        sheet.y -= 12
    sheet.rule(_MIDDLE + 20, RIGHT, up=8)
    sheet.y -= 6
    sheet.text(_MIDDLE + 20, f"{LABELS[invoice.style.words]['total']} :", size=11, bold=True)
    sheet.right(RIGHT - 2, f"{sheet.sign} {grouped(invoice.total)}".strip(), size=11, bold=True)
    sheet.y -= 20


def _signed(value: Decimal) -> str:
    return f"(-){grouped(-value)}" if value < 0 else grouped(value)


def _words(sheet: Sheet, invoice: Invoice) -> None:
    label = LABELS[invoice.style.words]["words"]
    said = spelled(invoice.total)
    if invoice.style.words == 1:
        sheet.text(LEFT, label, size=7.5)
        sheet.y -= 11
        sheet.text(LEFT, f"INR {said} Only", bold=True)
    elif invoice.style.words == 3:
        sheet.text(LEFT, f"Rupees {said} Only")
    else:
        sheet.text(LEFT, f"{label}: Indian Rupee {said} Only")
    sheet.y -= 20


def _foot(sheet: Sheet, invoice: Invoice) -> None:
    sheet.y -= 10
    sheet.text(
        LEFT, "Declaration: We declare that this invoice shows the actual price of the goods described.", size=7.5
    )
    sheet.right(RIGHT, f"for {invoice.seller.name}", bold=True)
    sheet.y -= 34
    sheet.right(RIGHT, "Authorised Signatory")
    sheet.y -= 14
    sheet.centre("This is a Computer Generated Invoice", size=7)


_HEADS = {"left": _left, "centre": _centre, "grid": _grid, "sold_by": _sold_by}
_SUMS = {"right": _right, "rows": _in_rows, "box": _box}
