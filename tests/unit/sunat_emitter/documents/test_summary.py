"""Resúmenes diarios and comunicaciones de baja: XML as SUNAT's schemas want it, and SUNAT's rules on them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sunat_emitter.documents.rules.summary import summary_violations, voiding_violations
from sunat_emitter.documents.schema import schema_errors
from sunat_emitter.documents.sign import sign, verify
from sunat_emitter.documents.summary import (
    ANULAR,
    MODIFICAR,
    Baja,
    LineaRC,
    Receptor,
    Referido,
    Resumen,
    identificador,
)
from sunat_emitter.documents.ubl.summary import build_summary, build_voiding
from tests.support.comprobantes import EMISOR, HOY, signing_key
from tests.support.resumenes import AYER, LINES, baja, boleta, every_line, linea, linea_baja, resumen

XSD = Path(__file__).resolve().parents[5] / "shared" / "data" / "sunat-xsd"
needs_schemas = pytest.mark.skipif(not XSD.is_dir(), reason=f"SUNAT's schemas are not at {XSD}")
TAXED = linea(boleta("taxed"))


def texts(tree: etree._Element, path: str) -> list[str]:
    namespaces = {str(prefix): uri for prefix, uri in tree.nsmap.items() if prefix}
    return [element.text or "" for element in tree.findall(path, namespaces)]


@needs_schemas
@pytest.mark.parametrize("condicion", ["1", "2", "3"])
@pytest.mark.parametrize("shape", LINES)
def test_an_rc_of_every_kind_of_line_is_valid(shape: str, condicion: str) -> None:
    given = linea(boleta(shape)).model_copy(update={"condicion": condicion})
    signed = sign(build_summary(resumen(given)), signing_key())
    assert schema_errors(etree.fromstring(signed.xml), XSD) == ()


@needs_schemas
def test_an_ra_and_an_rc_with_otros_tributos_and_cargos_are_valid() -> None:
    lines = (linea_baja(), linea_baja("07", "FC01", 5, 'Ñandú & "hijos" <S.R.L.>'), linea_baja("08", "FD01", 9))
    assert schema_errors(etree.fromstring(sign(build_voiding(baja(lines)), signing_key()).xml), XSD) == ()
    more = TAXED.totales.model_copy(update={"otros_tributos": Decimal("3.10"), "otros_cargos": Decimal("1.00")})
    tree = build_summary(resumen(TAXED.model_copy(update={"totales": more})))
    assert schema_errors(etree.fromstring(sign(tree, signing_key()).xml), XSD) == ()


@pytest.mark.parametrize("shape", LINES)
def test_nothing_is_held_against_a_line_of_any_kind(shape: str) -> None:
    assert summary_violations(resumen(linea(boleta(shape))), HOY) == ()


def test_an_rc_says_what_was_issued() -> None:
    tree = build_summary(resumen(linea(boleta("with free lines", 150)), linea(boleta("milled rice", 151), ANULAR)))
    line = "sac:SummaryDocumentsLine"
    assert texts(tree, "cbc:ID") == ["RC-20260312-001"]
    assert texts(tree, "cbc:ReferenceDate") + texts(tree, "cbc:IssueDate") == ["2026-03-11", "2026-03-12"]
    assert texts(tree, "cac:AccountingSupplierParty/cbc:CustomerAssignedAccountID") == [EMISOR.ruc]
    assert texts(tree, f"{line}/cbc:ID") == ["B001-150", "B001-151"]
    assert texts(tree, f"{line}/cac:Status/cbc:ConditionCode") == ["1", "3"]
    assert texts(tree, f"{line}/sac:TotalAmount") == ["2950.00", "133.12"]
    assert texts(tree, f"{line}/sac:BillingPayment/cbc:InstructionID") == ["01", "05", "01"]
    assert texts(tree, f"{line}/sac:BillingPayment/cbc:PaidAmount") == ["2500.00", "238.00", "128.00"]
    scheme = f"{line}/cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cac:TaxScheme/cbc:ID"
    assert texts(tree, scheme) == ["1000", "1000", "1016"]
    assert texts(tree, f"{line}/cac:TaxTotal/cbc:TaxAmount") == ["450.00", "0.00", "5.12"]


def test_a_customer_is_shown_where_he_is_known_or_the_total_asks_for_one() -> None:
    nobody = boleta("to nobody")
    large = linea(nobody).model_copy(update={"totales": nobody.totales.model_copy(update={"total": Decimal("700.01")})})
    path = "sac:SummaryDocumentsLine/cac:AccountingCustomerParty/cbc:AdditionalAccountID"
    assert texts(build_summary(resumen(TAXED)), path) == ["1"]
    assert texts(build_summary(resumen(linea(nobody))), path) == []
    assert texts(build_summary(resumen(large)), path) == ["-"]


def test_a_name_longer_than_these_documents_take_is_cut() -> None:
    long = EMISOR.model_copy(update={"razon_social": "A" * 99 + " B" * 40})
    path = "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName"
    assert texts(build_summary(resumen(TAXED, emisor=long)), path) == ["A" * 99]


def test_an_identifier_has_three_digits_and_more_where_they_do_not_do() -> None:
    assert [identificador("RA", HOY, number) for number in (1, 999, 1000, 99_999)] == [
        "RA-20260312-001",
        "RA-20260312-999",
        "RA-20260312-1000",
        "RA-20260312-99999",
    ]


@given(st.text(max_size=120), st.text(min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_whatever_a_reason_or_a_number_says_the_signature_holds(reason: str, number: str) -> None:
    verify(sign(build_voiding(baja([linea_baja(motivo=reason)])), signing_key()).xml)
    named = TAXED.model_copy(update={"receptor": Receptor(tipo_documento="0", numero_documento=number)})
    verify(sign(build_summary(resumen(named)), signing_key()).xml)


def changed(**fields: object) -> Resumen:
    return resumen(TAXED.model_copy(update=fields))


def with_total(**figures: str) -> Resumen:
    values = {name: Decimal(text) for name, text in figures.items()}
    return changed(totales=TAXED.totales.model_copy(update=values))


def named(kind: str, number: str) -> Resumen:
    return changed(receptor=Receptor(tipo_documento=kind, numero_documento=number))


NOTE = linea(boleta("credit note on a boleta"))
BROKEN: tuple[tuple[str, Callable[[], Resumen]], ...] = (
    ("0158", resumen),
    ("0158", lambda: resumen(*(TAXED.model_copy(update={"numero": number}) for number in range(1, 502)))),
    ("2236", lambda: resumen(TAXED, fecha_generacion=HOY + timedelta(days=1))),
    ("2671", lambda: resumen(TAXED, fecha_referencia=HOY, fecha_generacion=AYER)),
    ("2228", lambda: resumen(TAXED, emisor=EMISOR.model_copy(update={"razon_social": "AB"}))),
    ("2241", lambda: changed(tipo="01")),
    ("2513", lambda: changed(serie="F001")),
    ("2513", lambda: changed(numero=0)),
    ("2514", lambda: changed(receptor=None)),
    ("2016", lambda: named("Z", "1")),
    ("2014", lambda: named("1", "")),
    ("2017", lambda: named("6", "2045678912")),
    ("4207", lambda: named("1", "1234567")),
    ("4208", lambda: named("7", "AB 12")),
    ("2524", lambda: resumen(NOTE.model_copy(update={"referencia": None}))),
    ("2582", lambda: changed(referencia=Referido(tipo="03", serie="B001", numero=1))),
    ("2513", lambda: resumen(NOTE.model_copy(update={"referencia": Referido(tipo="01", serie="B001", numero=1)}))),
    ("2920", lambda: resumen(NOTE.model_copy(update={"referencia": Referido(tipo="03", serie="F001", numero=1)}))),
    ("2251", lambda: with_total(total="3050.305")),
    ("2254", lambda: with_total(inafecto="-1")),
    ("2261", lambda: with_total(otros_cargos="0.001")),
    ("2048", lambda: with_total(igv="465.301")),
    ("2071", lambda: changed(moneda="XXX")),
    ("4027", lambda: with_total(total="3055.31")),
    ("4019", lambda: with_total(igv="470.31")),
    ("4302", lambda: with_total(ivap="80.00")),
    ("3094", lambda: resumen(TAXED, TAXED)),
    ("3095", lambda: resumen(TAXED, TAXED.model_copy(update={"condicion": MODIFICAR}))),
    (
        "3096",
        lambda: resumen(*(TAXED.model_copy(update={"condicion": each}) for each in (MODIFICAR, ANULAR))),
    ),
    ("4443", lambda: resumen(TAXED, fecha_referencia=HOY - timedelta(days=8))),
    ("2957", lambda: resumen(linea(boleta("taxed"), ANULAR), fecha_referencia=HOY - timedelta(days=8))),
)


@pytest.mark.parametrize(("codigo", "broken"), BROKEN, ids=[f"{code} {n}" for n, (code, _) in enumerate(BROKEN)])
def test_each_rule_on_an_rc_is_noticed(codigo: str, broken: Callable[[], Resumen]) -> None:
    assert codigo in {each.codigo for each in summary_violations(broken(), HOY)}


def test_a_boleta_may_be_added_and_voided_in_one_rc_and_a_note_voided_without_its_reference() -> None:
    void = NOTE.model_copy(update={"condicion": ANULAR, "referencia": None})
    given = resumen(TAXED, TAXED.model_copy(update={"condicion": ANULAR}), void)
    assert summary_violations(given, HOY) == ()


def test_a_week_is_in_time_and_the_day_after_is_not() -> None:
    void: LineaRC = linea(boleta("taxed"), ANULAR)
    for days, expected in ((7, set()), (8, {"2957", "4443"})):
        given = resumen(void, fecha_referencia=HOY - timedelta(days=days))
        assert {each.codigo for each in summary_violations(given, HOY)} == expected
        voiding = baja(fecha_referencia=HOY - timedelta(days=days))
        assert {each.codigo for each in voiding_violations(voiding, HOY)} == expected - {"4443"}


@pytest.mark.parametrize(
    ("codigo", "broken"),
    [
        ("0158", baja(linea_baja(numero=number) for number in range(1, 502))),
        ("2301", baja(fecha_generacion=HOY + timedelta(days=1))),
        ("2671", baja(fecha_referencia=HOY, fecha_generacion=AYER)),
        ("2308", baja([linea_baja("03", "B001")])),
        ("2310", baja([linea_baja("07", "BC01")])),
        ("2312", baja([linea_baja(numero=100_000_000)])),
        ("2315", baja([linea_baja(motivo="")])),
        ("4203", baja([linea_baja(motivo="NO")])),
        ("2348", baja([linea_baja(), linea_baja()])),
    ],
)
def test_each_rule_on_an_ra_is_noticed(codigo: str, broken: Baja) -> None:
    assert codigo in {each.codigo for each in voiding_violations(broken, HOY)}


def test_lines_of_every_kind_go_in_one_rc() -> None:
    assert summary_violations(resumen(*every_line()), HOY) == ()
