"""Single fields of an invoice: which number, which date, whose VAT id, which account."""

import pytest

from ocr_engine.local.found import field_of
from ocr_engine.local.invoice.dating import find_invoice_dates
from ocr_engine.local.invoice.identifiers import (
    country_in,
    find_abas,
    find_bics,
    find_ibans,
    find_vat_ids,
    qr_bill,
    qr_bill_reference,
)
from ocr_engine.local.invoice.numbering import find_numbers, find_orders, find_references
from ocr_engine.local.invoice.parties import find_parties
from ocr_engine.local.invoice.sums import sums_of, tax_rows
from ocr_engine.local.invoice.words import Kind
from ocr_engine.local.paper import Paper
from tests.support.printed import printed

QR_PAYLOAD = "\n".join(
    ["SPC", "0200", "1", "CH9300762011623852957", "S", "Bergbahn AG", "Talstrasse", "88", "7270", "Davos", "CH"]
    + [""] * 7
    + ["3799.20", "CHF", "S", "Gemeinde Klosters", "Rathausgasse", "2", "7250", "Klosters", "CH"]
    + ["QRR", "210000000003139471430009017", "", "EPD"]
)


def paper(text: str) -> Paper:
    return Paper.of(printed(text, ocr=False))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Rechnung Nr. 2024-17 vom 03.05.2024", "2024-17"),
        ("Rechnungs-Nr.:   R/0815", "R/0815"),
        ("Kundennummer 4711\nRechnungsnummer 0815", "0815"),
        ("Invoice # INV-0027", "INV-0027"),
        ("Order No. 991\nInvoice No. 37-A\nVAT No. GB980780684", "37-A"),
        ("INVOICE FA-2017-0008", "FA-2017-0008"),
        ("Facture n°562044387 du 02 juillet 2015", "562044387"),
        ("N° de facture : F24/118", "F24/118"),
        ("Factura Nº: A-2023/0187      Pedido: 555", "A-2023/0187"),
        ("Fattura n. 312/A del 09/02/2024", "312/A"),
        ("Factuurnummer        20240077", "20240077"),
        ("Fatura nº FT 2024/331", "FT 2024/331"),
        ("Numero documento     Data documento\n1187/24              22-05-2024", "1187/24"),
        ("Gutschrift Nr. G-77\nzu Rechnung Nr. R-1200", "G-77"),
        ("Lieferschein-Nr. L 55\nBestell-Nr. B 12\nSteuernummer 201/113/40209", None),
    ],
)
def test_the_invoices_own_number_is_told_from_others(text: str, number: str | None) -> None:
    assert field_of(find_numbers(paper(text)), 0.3).value == number


@pytest.mark.parametrize(
    ("text", "issued", "due"),
    [
        ("Rechnungsdatum 05.03.2024\nLieferdatum 01.03.2024\nFällig am 04.04.2024", "2024-03-05", "2024-04-04"),
        ("Date: 7 June 2023\nDue date: 7 July 2023", "2023-06-07", "2023-07-07"),
        ("Invoice Date    Due Date\n11/17/2017      12/03/2017", "2017-11-17", "2017-12-03"),
        ("Bestelldatum 01.02.2024\nRechnung Nr. 5 vom 09.02.2024", "2024-02-09", None),
        ("TOTAL DUE ON August 3 , 2014\nInvoice Date: July 28, 2014", "2014-07-28", "2014-08-03"),
        ("Boise, ID 83702\nDate: 03/05/2024", "2024-03-05", None),
        ("Date: 03/05/2024", "2024-05-03", None),
    ],
)
def test_the_day_of_issue_is_told_from_delivery_and_due_day(text: str, issued: str, due: str | None) -> None:
    dates = find_invoice_dates(paper(text))
    assert field_of(dates.issued, 0.3).value == issued
    assert field_of(dates.due, 0.4).value == due


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("USt-IdNr.: DE136695976", [("DE136695976", "DE", True)]),
        ("TVA FR 40 303265045 - SIRET 30326504500017", [("FR40303265045", "FR", True)]),
        ("btw NL004495445B01", [("NL004495445B01", "NL", True)]),
        ("CHE-116.281.710 MWST", [("CHE116281710MWST", "CH", True)]),
        ("VAT DE123456789 Germany", [("DE123456789", "DE", False)]),
        ("Artikel DE 123456789 rot", []),
        ("IBAN DE89 3704 0044 0532 0130 00", []),
    ],
)
def test_vat_ids_are_found_and_their_check_digits_tried(text: str, values: list[tuple[str, str, bool]]) -> None:
    assert [(vat.value, vat.country, vat.valid) for vat in find_vat_ids(paper(text))] == values


def test_an_iban_must_hold_and_may_be_written_with_spaces() -> None:
    text = "IBAN: DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX\nIBAN DE88 3704 0044 0532 0130 00"
    assert [each.value for each in find_ibans(paper(text))] == ["DE89370400440532013000"]
    assert [each.value for each in find_bics(paper(text))] == ["COBADEFFXXX"]


def test_a_routing_number_needs_its_label_and_its_check_digit() -> None:
    assert [each.value for each in find_abas(paper("ABA routing no. 021000021"))] == ["021000021"]
    assert find_abas(paper("ABA routing no. 021000022\nInvoice 021000021")) == []


def test_a_swiss_qr_bill_gives_its_payload_and_reference() -> None:
    bill = qr_bill(("https://example.org", QR_PAYLOAD))
    assert bill is not None
    assert qr_bill_reference(bill.value) == "210000000003139471430009017"
    assert qr_bill((QR_PAYLOAD.replace("CH93", "CH94"),)) is None


def test_references_for_the_payment_and_orders_are_told_apart() -> None:
    text = "Your order no. PO-7781\nPlease quote: RF18539007547034\n+++090/9337/55493+++"
    assert [each.value for each in find_orders(paper(text))] == ["PO-7781"]
    assert {each.value for each in find_references(paper(text))} >= {"RF18539007547034", "+++090/9337/55493+++"}


def test_the_name_over_the_window_is_the_sellers_and_the_one_in_it_the_buyers() -> None:
    text = (
        "Elektro Hartwig · Gewerbering 7 · 91052 Erlangen\n\nFrau\nSabine Lohmann\nAm Weinberg 3\n91054 Erlangen\n"
        "\n\nRechnung Nr. 17"
    )
    parties = find_parties(paper(text), [])
    assert (parties.sellers[0].value, parties.buyers[0].value) == ("Elektro Hartwig", "Sabine Lohmann")


def test_a_domain_tells_which_of_two_names_sells() -> None:
    text = "Nordlicht Handel      Brandt Maschinen\nKai 3                 Ring 9\n20457 Hamburg         50667 Köln"
    assert find_parties(paper(text), ["info@brandt-maschinen.de"]).sellers[0].value == "Brandt Maschinen"


def test_a_labelled_seller_is_no_bank_and_no_buyer() -> None:
    text = "Volksbank Mitte eG\nKäufer: Kunden AG\nVerkäufer:\nLieferant GmbH\nWeg 1\n80333 München"
    parties = find_parties(paper(text), [])
    assert parties.sellers[0].value == "Lieferant GmbH"
    assert parties.buyers[0].value == "Kunden AG"


def test_a_country_is_named_or_stands_before_the_postal_code() -> None:
    assert country_in("75011 paris, france") == "FR"
    assert country_in("de 80333 munchen") == "DE"
    assert country_in("hauptstrasse 1") is None


def test_a_row_of_headings_names_the_sums_below_it() -> None:
    lines = printed(
        "Base imponible   % IVA   Cuota IVA   Total factura\n        484,40   21,00      101,72          586,12",
        ocr=False,
    )
    kinds = {each.kind: str(each.amount) for each in sums_of(lines, ",")}
    assert (kinds[Kind.TAX], kinds[Kind.TOTAL]) == ("101.72", "586.12")
    assert [(str(row.rate), str(row.base), str(row.amount)) for row in tax_rows(lines, ",")] == [
        ("21.00", "484.40", "101.72")
    ]
