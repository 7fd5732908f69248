"""Peruvian comprobantes: print forms of several emitters without a code, and what the code adds or may not."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_engine.local.document import inspected
from ocr_engine.local.invoice.reader import read_invoice
from ocr_engine.local.peru.code import sunat_code
from ocr_engine.local.peru.reader import DISAGREES
from ocr_engine.local.peru.sums import kind_of_sum
from ocr_engine.local.table.figure import amounts_on
from shared.contracts.reading import Reading
from shared.money import parse_amount
from tests.support.drawn_invoices import DrawnInvoice
from tests.support.peru_papers import PERUVIAN, dollars, note, portal
from tests.support.printed import printed

AMOUNTS = frozenset({"subtotal", "total_tax_amount", "total"})


def comparable(key: str, value: str | None) -> str | Decimal | None:
    return parse_amount(value) if key in AMOUNTS and value else value


def coded(drawn: DrawnInvoice, code: str) -> Reading:
    """The reading of a paper that also shows this code."""
    return read_invoice(replace(inspected(drawn.content), qr=(code,)))


@pytest.fixture(scope="module", params=sorted(PERUVIAN))
def drawn(request: pytest.FixtureRequest) -> tuple[DrawnInvoice, Reading]:
    """A drawn comprobante and its reading."""
    paper = PERUVIAN[request.param]()
    return paper, read_invoice(inspected(paper.content))


def test_the_head_and_the_sums_are_read_from_print_alone(drawn: tuple[DrawnInvoice, Reading]) -> None:
    paper, reading = drawn
    wanted = {key: comparable(key, value) for key, value in paper.fields.items()}
    assert {key: comparable(key, reading.value(key)) for key in wanted} == wanted


def test_the_lines_are_those_of_the_goods_and_none_of_the_sums(drawn: tuple[DrawnInvoice, Reading]) -> None:
    paper, reading = drawn
    if paper.items:
        read = [(item["description"].value, parse_amount(item["subtotal"].value or "")) for item in reading.items]
        assert read == [(name, Decimal(amount)) for name, amount in paper.items]
    if "counted" in paper.more:
        rows = [tuple(item[key].value for key in ("description", "quantity", "unit_price")) for item in reading.items]
        assert rows == paper.more["counted"]
    if "prices" in paper.more:
        assert [item["unit_price"].value for item in reading.items] == paper.more["prices"]


def test_no_tax_is_reckoned_on_a_line_where_only_some_bear_it() -> None:
    reading = read_invoice(inspected(dollars().content))
    (row,) = reading.tables["taxes"]
    assert (row["rate"].value, parse_amount(row["base"].value or "")) == ("18", Decimal(310))
    assert all(item["total"].value is None for item in reading.items)


@pytest.mark.parametrize("text", ["S/760.00", "S/1,760.00", "S/. 760.00"])
def test_the_sign_of_soles_beside_a_recognised_amount_is_no_digit(text: str) -> None:
    (line,) = printed(f"Valor Venta   {text}", ocr=True)
    assert [f"{each.value:f}"[-6:] for each in amounts_on(line, ".")] == ["760.00"]


def test_a_code_that_agrees_makes_the_printed_values_sure_and_keeps_their_places() -> None:
    reading = coded(portal(), "20601234565|01|E001|247|136.80|896.80|2024-06-18|6|20509876542|")
    for key in ("supplier_vat", "client_vat", "invoice_id", "total", "total_tax_amount", "date"):
        assert reading.fields[key].source == "qr"
        assert reading.fields[key].confidence > 0.95
    assert reading.fields["total"].box is not None
    assert not reading.warnings


def test_a_code_that_contradicts_a_proved_total_does_not_replace_it() -> None:
    reading = coded(portal(), "20601234565|01|E001|247|136.80|1896.80|2024-06-18|6|20509876542|")
    total = reading.fields["total"]
    assert total.value == "896.80"
    assert total.confidence <= 0.5
    assert any(each.source == "qr" and each.value == "1896.80" for each in total.candidates)
    assert f"{DISAGREES}total" in reading.warnings


def test_the_code_says_that_a_paper_is_a_credit_note_and_keeps_leading_zeros_as_printed() -> None:
    reading = coded(note(), "20555111224|07|FC02|91|63.00|413.00|2024-02-09|6|20601234565|")
    assert reading.value("type") == "refund"
    assert reading.fields["type"].source == "qr"
    assert reading.value("invoice_id") == "FC02-00000091"


def test_an_issuer_whose_check_digit_does_not_hold_is_less_sure() -> None:
    reading = coded(portal(), "20601234566|01|E001|247|136.80|896.80|2024-06-18|6|20509876542|")
    assert reading.fields["supplier_vat"].confidence < 0.9


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.com/?a|b|c",
        "20601234565|01|E001",
        "99601234560|01|E001|247|1|2|2024-06-18|6|20509876542|",
        "20601234565|55|E001|247|1|2|2024-06-18|6|20509876542|",
        "20601234565|01|E001|x|1|2|2024-06-18|6|20509876542|",
    ],
)
def test_other_codes_are_no_comprobantes(text: str) -> None:
    assert sunat_code([text]) is None


def test_what_a_code_says_in_no_possible_form_it_does_not_say() -> None:
    code = sunat_code(["20601234565|03|B001|00009|abc|12.50|31/31/2024|1|123|"])
    assert code is not None
    assert (code.igv, code.total, code.date, code.buyer) == (None, Decimal("12.50"), None, None)
    assert code.invoice_id == "B001-9"


@given(st.text())
def test_no_code_breaks_the_reading_of_codes(text: str) -> None:
    assert sunat_code([text, f"20601234565|01|F001|1|{text}"]) is None or "|" in text


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("OP. GRAVADA", "base"),
        ("Total Op. Exoneradas S/", "base"),
        ("Op. Inafecta", "base"),
        ("OP. GRATUITAS", "none"),
        ("Monto detracción", "none"),
        ("I.G.V. 18%", "igv"),
        ("ICBPER", "bags"),
        ("Importe Total", "total"),
        ("Total a pagar US$", "total"),
        ("Vuelto", "none"),
        ("Laptop", None),
    ],
)
def test_the_sums_are_told_by_their_names(label: str, kind: str | None) -> None:
    assert kind_of_sum(label) == kind
