"""SUNAT's rules: each is broken by one document, and none by a clean one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from lxml import etree

from sunat_emitter.documents.model import TipoComprobante
from sunat_emitter.documents.rules import Violation, tree_violations, violations
from sunat_emitter.documents.rules.check import RULES
from sunat_emitter.documents.rules.deadlines import Deadlines
from sunat_emitter.documents.sale import Item
from sunat_emitter.documents.ubl import build
from tests.support import comprobantes as shapes
from tests.support.comprobantes import HOY, item, nota, of, venta
from tests.unit.sunat_emitter.documents.broken import BROKEN


def codes(found: tuple[Violation, ...]) -> set[str]:
    return {each.codigo for each in found}


@pytest.mark.parametrize("shape", shapes.SALES)
def test_a_clean_document_breaks_no_rule(shape: str) -> None:
    assert violations(shapes.comprobante(shape), hoy=HOY) == ()


@pytest.mark.parametrize("code", BROKEN)
def test_a_document_that_breaks_the_rule_is_told_so(code: str) -> None:
    assert code in codes(violations(BROKEN[code]()))


def test_every_rule_has_a_document_that_breaks_it() -> None:
    assert {rule.codigo for rule in RULES} - set(BROKEN) == set()


@pytest.mark.parametrize("code", [code for code in BROKEN if code != "RUC"])
def test_a_rule_from_four_thousand_on_is_an_observation_and_any_other_rejects(code: str) -> None:
    found = next(each for each in violations(BROKEN[code]()) if each.codigo == code)
    assert found.severidad == ("observation" if int(code) >= 4000 else "reject")
    assert found.mensaje


def test_a_rule_on_lines_names_the_line() -> None:
    (found,) = violations(of(venta(item(), item(unidad_medida="UNIDAD"))))
    assert found.codigo == "2936"
    assert found.mensaje.endswith("Error en la línea: 2")


def test_a_wrong_check_digit_is_a_warning_unless_asked_otherwise() -> None:
    document = BROKEN["RUC"]()
    assert [each.severidad for each in violations(document)] == ["observation"]
    assert [each.severidad for each in violations(document, strict_ruc=True)] == ["reject"]


@pytest.mark.parametrize(
    ("shape", "day", "code"),
    [
        ("factura", 3, None),
        ("factura", 4, "2108"),
        ("factura", -2, None),
        ("factura", -3, "2329"),
        ("boleta to a person", 5, None),
        ("boleta to a person", 6, "2108"),
        ("credit note on a factura", 4, "2108"),
        ("credit note on a boleta", 5, None),
    ],
)
def test_a_document_comes_neither_too_late_nor_too_early(shape: str, day: int, code: str | None) -> None:
    found = codes(violations(shapes.comprobante(shape), hoy=HOY + timedelta(days=day)))
    assert found == ({code} if code else set())


def test_the_days_allowed_can_be_set() -> None:
    late = HOY + timedelta(days=7)
    assert violations(shapes.comprobante("boleta to a person"), hoy=late, deadlines=Deadlines(boleta=7)) == ()


@pytest.mark.parametrize(("price", "clean"), [("593.22", True), ("593.23", False)])
def test_a_boleta_above_seven_hundred_soles_names_its_customer(price: str, clean: bool) -> None:
    document = of(venta(item("1", price), cliente=shapes.NADIE), "03")
    assert ("2514" not in codes(violations(document))) is clean


@pytest.mark.parametrize("tipo", ["07", "08"])
@pytest.mark.parametrize(
    ("motivo", "afectacion", "wanted"),
    [("02", "17", {"3230"}), ("12", "17", set()), ("12", "10", {"2644", "3107"}), ("11", "10", {"2642", "3107"})],
)
def test_notes_on_rice_and_exports_have_a_motive_of_their_own(
    tipo: TipoComprobante, motivo: str, afectacion: str, wanted: set[str]
) -> None:
    document = of(nota(item(tipo_afectacion_igv=afectacion), motivo=motivo), tipo)
    assert codes(violations(document)) == wanted


def test_a_line_of_two_cents_may_be_taxed_with_nothing() -> None:
    assert violations(of(venta(item("1", "0.02")))) == ()


@pytest.mark.parametrize(
    ("path", "attribute", "value", "code"),
    [
        (".//{*}InvoiceTypeCode", "listURI", "urn:pe", "4253"),
        (".//{*}AccountingSupplierParty//{*}ID", "schemeName", "RUC", "4255"),
        (".//{*}InvoicedQuantity", "unitCodeListID", "x", "4258"),
        (".//{*}PayableAmount", "currencyID", "USD", "2071"),
        (".//{*}PaymentTerms/{*}Amount", "currencyID", "USD", "3208"),
    ],
)
def test_an_attribute_that_sunat_would_mark_is_found(path: str, attribute: str, value: str, code: str) -> None:
    tree = build(shapes.comprobante("factura with a deposit"))
    assert tree_violations(tree) == ()
    element = tree.find(path)
    assert element is not None
    element.set(attribute, value)
    assert codes(tree_violations(tree)) == {code}


@pytest.mark.parametrize(
    ("path", "code"), [("{*}Signature/{*}ID", "2076"), ("{*}Signature//{*}PartyIdentification/{*}ID", "2078")]
)
def test_a_document_without_its_signatory_is_found(path: str, code: str) -> None:
    tree = build(shapes.comprobante())
    element = tree.find(path)
    assert element is not None
    element.text = ""
    assert code in codes(tree_violations(tree))


def test_two_totals_of_taxes_are_found() -> None:
    tree = build(shapes.comprobante())
    total = tree.find("{*}TaxTotal")
    assert total is not None
    total.addnext(etree.fromstring(etree.tostring(total)))
    assert "3024" in codes(tree_violations(tree))


@pytest.mark.parametrize(
    ("motive", "items", "code"),
    [
        ("11", (item(),), "2642"),
        ("12", (item(),), "2644"),
        ("11", (item(tipo_afectacion_igv="40"),), None),
        ("12", (item(tipo_afectacion_igv="17"),), None),
        ("01", (item(tipo_afectacion_igv="17"),), "3230"),
    ],
)
def test_a_note_on_exports_or_rice_has_its_own_motive(motive: str, items: tuple[Item, ...], code: str | None) -> None:
    found = codes(violations(of(nota(*items, motivo=motive), "07")))
    assert (code in found) if code else found == set()


@pytest.mark.parametrize(
    ("rate", "year", "tipo", "clean"),
    [
        ("10.5", 2026, "01", True),
        ("10.5", 2025, "01", False),
        ("10", 2026, "01", False),
        ("10", 2025, "01", True),
        ("10", 2026, "07", True),
    ],
)
def test_the_reduced_rate_is_the_one_of_its_time(rate: str, year: int, tipo: TipoComprobante, clean: bool) -> None:
    sale = nota(tasa_igv=Decimal(rate)) if tipo == "07" else venta(tasa_igv=Decimal(rate))
    document = of(sale, tipo).model_copy(update={"fecha_emision": HOY.replace(year=year)})
    assert ("3462" not in codes(violations(document))) is clean
