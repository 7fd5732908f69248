"""The Extract API's invoices read offline: what the paper says of payment and parties, and what its sender says."""

import io
import math
from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio
from PIL import Image

from ocr_engine.budget import Deadline
from ocr_engine.chain import Chain, Limits, Result
from ocr_engine.engine import Document
from ocr_engine.evidence import Word
from ocr_engine.local.invoice.reader import read_invoice
from ocr_engine.local.search import search
from ocr_engine.local.signature import picture_side, sniff
from ocr_engine.providers.local import LocalEngine
from ocr_engine.sender import heed
from shared.contracts.documents import Unreadable
from shared.contracts.faults import ORDER_PATTERN_IGNORED
from shared.contracts.odoo import ODOO_EXPENSE, ODOO_INVOICE, UserInfos
from shared.contracts.reading import Box, ReadField, Reading
from tests.support import badfiles
from tests.support.drawn_invoices.english import british
from tests.support.printed import document

PDF = "application/pdf"

AMERICAN = """\
Acme Widgets Inc.                              INVOICE
500 Main Street, Springfield, IL 62701
accounts@acmewidgets.com     acmewidgets.com
Tax ID: 36-4257812
Bill To: Globex LLC                      Invoice #: INV-10045
1 Elm Road                               Invoice Date: 03/04/2024
Dallas, TX 75201                         Due Date: 04/03/2024
                                         PO Number: P00042
Description            Qty    Unit Price     Amount
Steel bolts             10        5.00        50.00
Copper wire              2       25.00        50.00
Subtotal                                     100.00
Sales Tax (8.25%)                              8.25
Total Due                                   $108.25
Wire to: First National Bank   Routing Number: 021000021   Account: 12345678
SWIFT: CHASUS33
"""
BELGIAN = """\
Brouwerij De Kroon NV                   FACTUUR
Stationsstraat 12, 9000 Gent
BTW BE 0477.472.701    info@dekroon.be     www.dekroon.be
Klant: Cafe Sport BVBA
Markt 1, 8000 Brugge
BTW: BE0403.170.701
Factuurnummer: 2024-0815         Factuurdatum: 05/03/2024      Vervaldatum: 14/04/2024
Omschrijving        Aantal    Prijs      BTW     Bedrag
Bier vat 50L          4       120,00     21%     480,00
Subtotaal                                        480,00
BTW 21%                                          100,80
Totaal EUR                                       580,80
IBAN: BE68 5390 0754 7034  GKCCBEBB
Mededeling: +++090/9337/55493+++
"""
BELGIAN_NUMBERS = ("BE0477472701", "BE0403170701")


def values(text: str) -> Reading:
    return read_invoice(document(text))


def test_an_american_invoices_particulars_are_read() -> None:
    reading = values(AMERICAN)
    wanted = {
        "supplier_vat": "36-4257812",
        "supplier_country": "US",
        "website": "acmewidgets.com",
        "email": "accounts@acmewidgets.com",
        "aba": "021000021",
        "swift_code": "CHASUS33",
        "date": "2024-03-04",
        "currency": "USD",
    }
    assert {key: reading.value(key) for key in wanted} == wanted
    assert all(reading.fields[key].box for key in wanted)


def test_a_belgian_invoices_particulars_are_read() -> None:
    reading = values(BELGIAN)
    wanted = {
        "supplier_vat": BELGIAN_NUMBERS[0],
        "client_vat": BELGIAN_NUMBERS[1],
        "supplier_country": "BE",
        "iban": "BE68539007547034",
        "swift_code": "GKCCBEBB",
        "payment_ref": "+++090/9337/55493+++",
    }
    assert {key: reading.value(key) for key in wanted} == wanted


@pytest.mark.parametrize(
    ("key", "candidates"),
    [
        ("supplier_vat", [*BELGIAN_NUMBERS]),
        ("client_vat", [*BELGIAN_NUMBERS[::-1]]),
        ("date", ["2024-03-05", "2024-05-03", "2024-04-14"]),
        ("due_date", ["2024-04-14", "2024-03-05", "2024-05-03"]),
        ("invoice_id", ["2024-0815", "+++090/9337/55493+++"]),
        ("total", ["580.80", "480.00"]),
    ],
)
def test_what_else_may_be_meant_is_a_candidate_with_its_place(key: str, candidates: list[str]) -> None:
    field = values(BELGIAN).fields[key]
    assert [each.value for each in field.candidates] == candidates
    assert field.value == candidates[0]
    assert all(each.box for each in field.candidates)


def heeded(text: str, infos: UserInfos | None, orders: tuple[str, ...] | None = None) -> Reading:
    return heed(values(text), infos, text, orders)


def test_the_clients_own_number_and_name_settle_the_sides() -> None:
    infos = UserInfos(company_vat="be 0477 472 701", company_name="Brouwerij De Kroon NV")
    reading = heeded(BELGIAN, infos)
    assert (reading.value("client_vat"), reading.value("supplier_vat")) == BELGIAN_NUMBERS
    assert (reading.value("client"), reading.value("supplier")) == ("Brouwerij De Kroon NV", "Cafe Sport BVBA")
    assert BELGIAN_NUMBERS[0] not in {each.value for each in reading.fields["supplier_vat"].candidates}


def test_the_suppliers_own_number_and_name_leave_the_other_to_the_client() -> None:
    infos = UserInfos(company_vat="0477472701", company_name="BROUWERIJ DE KROON", perspective="supplier")
    reading = heeded(BELGIAN, infos)
    assert (reading.value("supplier_vat"), reading.value("client_vat")) == BELGIAN_NUMBERS
    assert reading.value("client") == "Cafe Sport BVBA"


def test_a_lone_number_that_is_the_clients_own_leaves_no_suppliers() -> None:
    text = BELGIAN.replace("BTW: BE0403.170.701", "")
    reading = heeded(text, UserInfos(company_vat=BELGIAN_NUMBERS[0]))
    assert (reading.value("client_vat"), reading.value("supplier_vat")) == (BELGIAN_NUMBERS[0], None)


def test_what_is_not_printed_is_not_believed() -> None:
    infos = UserInfos(company_vat="NL803441526B01", company_name="Tulip Parts B.V.")
    assert heeded(BELGIAN, infos) == heeded(BELGIAN, None)


def test_what_the_invoice_says_electronically_stands() -> None:
    reading = values(BELGIAN)
    proven = {"supplier_vat": ReadField(value=BELGIAN_NUMBERS[0], source="xml", confidence=0.99)}
    reading = reading.model_copy(update={"fields": {**reading.fields, **proven}})
    infos = UserInfos(company_vat=BELGIAN_NUMBERS[0])
    assert heed(reading, infos, BELGIAN, None).value("supplier_vat") == BELGIAN_NUMBERS[0]


PLAIN = """\
Lakeside Bakery                        INVOICE
Invoice No: 881        Date: 03/04/2024     Due: 05/06/2024
Bread     2     4.00     8.00
Total                    8.00
"""


@pytest.mark.parametrize(
    ("country", "days"),
    [("US", ("2024-03-04", "2024-05-06")), ("GB", ("2024-04-03", "2024-06-05")), (None, ("2024-04-03", "2024-06-05"))],
)
def test_an_american_senders_days_have_the_month_first(country: str | None, days: tuple[str, str]) -> None:
    reading = heeded(PLAIN, UserInfos(country_code=country))
    assert (reading.value("date"), reading.value("due_date")) == days
    day = reading.fields["date"]
    assert day.candidates[0].value == day.value


def test_a_paper_that_says_its_country_is_read_by_it() -> None:
    reading = heeded(BELGIAN, UserInfos(country_code="US"))
    assert reading.value("date") == "2024-03-05"


@pytest.mark.parametrize(
    ("own", "perspective", "email", "website"),
    [
        ("me@dekroon.be", "client", "bar@cafesport.be", None),
        ("info@dekroon.be", "supplier", "info@dekroon.be", "www.dekroon.be"),
        ("me@other.be", "client", "info@dekroon.be", "www.dekroon.be"),
    ],
)
def test_the_clients_own_addresses_are_not_the_suppliers(
    own: str, perspective: Literal["client", "supplier"], email: str, website: str | None
) -> None:
    text = BELGIAN.replace("Markt 1, 8000", "bar@cafesport.be  Markt 1, 8000")
    reading = heeded(text, UserInfos(email=own, perspective=perspective))
    assert (reading.value("email"), reading.value("website")) == (email, website)


def test_an_address_where_anybody_has_one_is_only_the_senders_if_it_is_the_same() -> None:
    text = BELGIAN.replace("info@dekroon.be", "kroon@gmail.com")
    assert heeded(text, UserInfos(email="cafe@gmail.com")).value("email") == "kroon@gmail.com"
    assert heeded(text, UserInfos(email="kroon@gmail.com")).value("email") is None


def orders(reading: Reading) -> list[str | None]:
    return [row["number"].value for row in reading.tables["purchase_orders"]]


@pytest.mark.parametrize("order", ["P00042", "PO00042", "PO/2024/00042"])
def test_orders_of_odoos_form_are_found_without_a_label(order: str) -> None:
    text = BELGIAN.replace("Markt 1", f"Markt 1 ({order})")
    assert orders(heeded(text, None)) == [order]
    assert orders(heeded(BELGIAN, None)) == []
    assert orders(heeded(AMERICAN, None)) == ["P00042"]


def test_a_senders_pattern_narrows_the_orders() -> None:
    infos = UserInfos(purchase_order_regex="ZX.*")
    assert orders(heeded(AMERICAN, infos, ("ZX-99",))) == ["ZX-99"]
    assert orders(heeded(AMERICAN, infos, ())) == []
    ignored = heeded(AMERICAN, infos, None)
    assert orders(ignored) == ["P00042"]
    assert ORDER_PATTERN_IGNORED in ignored.warnings


TEXT = "Your order PO-17 and PO-18, PO-17\nProjectPO-19x  A/2024/3"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"PO-\d+", ["PO-17", "PO-18"]),
        (r"^PO-\d+$", ["PO-17"]),
        (r"(?<=Project)PO-\d+", ["PO-19"]),
        (r"[A-Z]/\d{4}/\d", ["A/2024/3"]),
        ("Q", []),
        ("", []),
        ("(", None),
        ("(a+)+$", []),
    ],
)
def test_a_pattern_is_searched_in_lines_then_in_words(pattern: str, found: list[str] | None) -> None:
    assert search(pattern, TEXT) == found


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(?:(a*)*)*c", r"((((a{0,9999}){0,9999}){0,9999}){0,9999})b"])
def test_a_pattern_without_an_end_is_broken_off(pattern: str) -> None:
    assert search(pattern, "a" * 5000 + "!") is None
    assert search("a!", "a" * 5000 + "!") == ["a!"]


def test_a_pattern_of_anything_finds_a_bounded_lot() -> None:
    found = search(r"\S+", " ".join(f"w{number}" for number in range(5000)))
    assert found is not None
    assert len(found) == 20


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine() -> AsyncIterator[LocalEngine]:
    started = LocalEngine()
    await started.start()
    yield started
    await started.close()


async def read(
    engine: LocalEngine, content: bytes, schema: str = ODOO_INVOICE, infos: UserInfos | None = None, pages: int = 100
) -> Result:
    content_type = sniff(content)
    assert content_type is not None
    chain = Chain((), engine, Limits(most_pages=pages))
    return await chain.read(Document(content, content_type, schema, 1, infos=infos), Deadline.after(60))


def picture(content: bytes, file_format: str, degrees: int = 0) -> bytes:
    import pypdfium2  # noqa: PLC0415 - two of the tests need it

    with pypdfium2.PdfDocument(content) as pdf:
        shown = pdf[0].render(scale=2.2).to_pil().rotate(-degrees, expand=True)
    target = io.BytesIO()
    shown.save(target, file_format)
    return target.getvalue()


def corners(box: Box, aspect: float) -> tuple[float, float, float, float]:
    """The upright rectangle around a box."""
    radians = math.radians(box[4])
    cos, sin = abs(math.cos(radians)), abs(math.sin(radians))
    width, height = box[2] * cos + box[3] * aspect * sin, (box[2] * sin + box[3] * aspect * cos) / aspect
    return box[0] - width / 2, box[1] - height / 2, box[0] + width / 2, box[1] + height / 2


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    across = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    down = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    both = sum((each[2] - each[0]) * (each[3] - each[1]) for each in (one, other))
    return across * down / (both - across * down)


def shown_turned(word: Word) -> tuple[float, float, float, float]:
    """Where a word of the upright page stands on the page that was turned clockwise by a quarter."""
    left, top, right, bottom = corners(word.box, word.aspect)
    return 1 - bottom, left, 1 - top, right


async def test_boxes_of_a_turned_scan_cover_the_printed_text(engine: LocalEngine) -> None:
    invoice = british()
    printed = (await engine.inspect(invoice.content, PDF, 30)).words
    result = await read(engine, picture(invoice.content, "PNG", 90))
    assert result.reading is not None
    covered = []
    for key in ("invoice_id", "total", "subtotal", "date"):
        field = result.reading.fields[key]
        assert field.box is not None, key
        aspect = 1 / printed[0].aspect
        place = corners(field.box, aspect)
        alike = [shown_turned(word) for word in printed if word.text in field.raw.split()]
        covered.append(max((overlap(place, each) for each in alike), default=0.0))
        assert 85 < abs(field.box[4]) < 95
    assert sorted(covered)[1] > 0.6, covered


async def test_a_bitmap_is_read_as_the_same_picture_is(engine: LocalEngine) -> None:
    invoice = british()
    bitmap = picture(invoice.content, "BMP")
    assert picture_side(bitmap) is not None
    result = await read(engine, bitmap, infos=UserInfos(purchase_order_regex=r"INV\S+|\d{4,}"))
    assert result.reading is not None
    assert result.reading.value("total") == invoice.fields["total"]
    assert "Total" in result.text or "TOTAL" in result.text


def bitmap_of(width: int, height: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(target, "BMP")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bitmap_of(1, 1), Unreadable.TOO_SMALL),
        (bitmap_of(31, 900), Unreadable.TOO_SMALL),
        (bitmap_of(900, 900)[:60], Unreadable.DAMAGED),
        (badfiles.encrypted_pdf("secret"), Unreadable.ENCRYPTED),
        (badfiles.truncated_jpeg(), Unreadable.DAMAGED),
        (badfiles.many_pages_pdf(500), Unreadable.TOO_MANY_PAGES),
    ],
)
async def test_what_cannot_be_read_is_told_as_it_is(engine: LocalEngine, content: bytes, reason: Unreadable) -> None:
    assert (await read(engine, content, ODOO_EXPENSE)).unreadable is reason


async def test_a_catastrophic_pattern_costs_the_reading_nothing_but_itself(engine: LocalEngine) -> None:
    result = await read(engine, british().content, infos=UserInfos(purchase_order_regex=r"(\S+\s*)+\x00"))
    assert result.reading is not None
    assert result.reading.value("total") == british().fields["total"]
    assert ORDER_PATTERN_IGNORED in result.reading.warnings
    assert (await engine.search(r"(\S+\s*)+\x00", "word " * 400, 10)) is None
    assert (await engine.search(r"P\d+", "order P17", 10)) == ("P17",)
