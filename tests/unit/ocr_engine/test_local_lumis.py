"""The rules of the Lumis schema on papers laid out as text."""

from dataclasses import replace
from decimal import Decimal

from ocr_engine.local.lumis.items import completed, read_items
from ocr_engine.local.lumis.reader import read_lumis
from shared.contracts.reading import Reading
from tests.support.printed import document, printed

TAPE = """\
          COMERCIAL LA PALMA, S.A.
            RUC: 155751938-2-2024
                 DV 66
       VÍA CENTENARIO, LOCAL 3, PANAMÁ
              TEL. 300-1122
                 FACTURA
FACTURA NO.                    001-002-123456
FECHA:                             05/08/2024
CLIENTE: ANA RUIZ        RUC: 8-769-1080 DV 56
CANT  DESCRIPCIÓN                      MONTO
2     LLAVE INGLESA 10IN (7%)          25.00
1     CLAVOS 2 1/2 X 20 (E)             3.50
3 x 1.50
CINTA AISLANTE (7%)                     4.50
SUBTOTAL                               33.00
EXENTO                                  3.50
GRAVADO 7%                             29.50
ITBMS 7%                                2.07
TOTAL B/.                              35.07
EFECTIVO                               40.00
CAMBIO                                  4.93
Documento validado por PAC S.A. con RUC 155596713-2-2015 DV 59
"""

PAGE = """\
Emisor:     Servicios del Istmo, S.A.        Receptor:    Grupo Norte, S.A.
RUC:        2679372-1-844914                 RUC:         155596713-2-2015
DV:         73                               DV:          59
Dirección:  Calle 50, Torre Sur
Número:     0031157014
Fecha de Emisión:  15-05-2025
No.  Código   Descripción               Cant.   Unidad   Precio    Desc.    ITBMS    Total
1    10001    Café Molido 425g           2.00   und        5.25    0.00     0.74     10.50
2    10002    Papel Higiénico 12 rollos  1.00   und        8.00    0.00     0.56      8.00
              con aroma de lavanda
3    10003    Visita Técnica             1.50   hora     1,200.00  0.00   126.00  1,800.00
Desglose ITBMS                                         Total Neto       1,818.50
1,818.50     7%    127.30                              ITBMS              127.30
                                                       Valor Total      1,945.80
                                                       Tarjeta          1,945.80
"""


def values(reading: Reading) -> dict[str, str | None]:
    return {key: field.value for key, field in reading.fields.items()}


def lines(reading: Reading) -> list[tuple[str | None, ...]]:
    return [
        tuple(item[key].value for key in ("name", "quantity", "unit_price", "total_price")) for item in reading.items
    ]


def test_a_tape_is_read_whole() -> None:
    reading = read_lumis(document(TAPE), 1)
    assert values(reading) == {
        "ruc": "155751938-2-2024",
        "dv": "66",
        "invoice_number": "001-002-123456",
        "total": "35.07",
        "issuer_name": "COMERCIAL LA PALMA, S.A.",
        "issuer_address": "VÍA CENTENARIO, LOCAL 3, PANAMÁ",
        "date": "2024-08-05",
        "tot_itbms": "2.07",
        "cufe": None,
    }
    assert lines(reading) == [
        ("LLAVE INGLESA 10IN", "2", "12.50", "25.00"),
        ("CLAVOS 2 1/2 X 20", "1", "3.50", "3.50"),
        ("CINTA AISLANTE", "3", "1.50", "4.50"),
    ]


def test_a_page_with_two_columns_gives_the_issuer_not_the_customer() -> None:
    reading = read_lumis(document(PAGE), 1)
    found = values(reading)
    assert (found["ruc"], found["dv"]) == ("2679372-1-844914", "73")
    assert found["issuer_name"] == "Servicios del Istmo, S.A."
    assert (found["invoice_number"], found["date"]) == ("0031157014", "2025-05-15")
    assert (found["total"], found["tot_itbms"]) == ("1945.80", "127.30")


def test_a_table_with_many_columns_and_a_wrapped_name() -> None:
    assert lines(read_lumis(document(PAGE), 1)) == [
        ("Café Molido 425g", "2.00", "5.25", "10.50"),
        ("Papel Higiénico 12 rollos con aroma de lavanda", "1.00", "8.00", "8.00"),
        ("Visita Técnica", "1.50", "1200.00", "1800.00"),
    ]


def test_a_customers_ruc_does_not_stand_in_for_a_missing_one() -> None:
    paper = "\n".join(row for row in TAPE.splitlines() if "155751938" not in row and "DV 66" not in row)
    reading = read_lumis(document(paper), 1)
    assert reading.value("ruc") is None
    assert reading.value("dv") is None
    assert {each.value for each in reading.fields["ruc"].candidates} == {"8-769-1080", "155596713-2-2015"}


def test_a_total_that_is_not_printed_is_missing_and_only_proposed() -> None:
    paper = "\n".join(row for row in TAPE.splitlines() if not row.startswith(("TOTAL", "EFECTIVO", "CAMBIO")))
    total = read_lumis(document(paper), 1).fields["total"]
    assert total.value is None
    assert "35.07" in {each.value for each in total.candidates}


def test_the_cash_given_is_not_the_total() -> None:
    paper = TAPE.replace("TOTAL B/.   ", "TOTAL       ").replace("EFECTIVO  ", "TOTAL EFECTIVO")
    assert read_lumis(document(paper), 1).value("total") == "35.07"


def test_arithmetic_decides_between_two_totals() -> None:
    paper = TAPE.replace("TOTAL B/.", "TOTAL    36.07\nTOTAL    ")
    field = read_lumis(document(paper), 1).fields["total"]
    assert field.value == "35.07"
    assert "36.07" in {each.value for each in field.candidates}


def test_quantity_and_price_may_stand_below_the_name() -> None:
    items = read_items(
        printed(
            "ARTICULO                IMPORTE\nPAN MOLDE                 4.50\n  3 x 1.50\nLECHE   2.10\nTOTAL   6.60"
        ),
        ".",
    ).items
    assert [(item.name, *completed(item)) for item in items] == [
        ("PAN MOLDE", Decimal(3), Decimal("1.50")),
        ("LECHE", Decimal(1), Decimal("2.10")),
    ]


def test_a_discount_is_no_product_but_counts() -> None:
    rows = TAPE.splitlines()
    at = next(index for index, row in enumerate(rows) if row.startswith("3 x"))
    rows.insert(at, "DESCUENTO                              -1.00")
    paper = "\n".join(rows).replace("35.07", "34.07").replace("33.00", "32.00").replace("4.93", "5.93")
    reading = read_lumis(document(paper), 1)
    assert len(reading.items) == 3
    assert reading.value("total") == "34.07"
    assert reading.fields["total"].confidence > 0.9


def test_joined_captures_count_each_line_once() -> None:
    rows = TAPE.splitlines()
    joined = "\n".join([*rows[:14], *rows[10:]])
    assert len(read_lumis(document(joined), 1).items) > 3
    reading = read_lumis(document(joined), 2)
    assert len(reading.items) == 3
    assert reading.value("total") == "35.07"


def test_a_wrapped_name_at_the_seam_of_two_captures_loses_no_line() -> None:
    rows = TAPE.replace("CLAVOS 2 1/2 X 20 (E) ", "CLAVOS 2 1/2 X 20     ").splitlines()
    at = next(index for index, row in enumerate(rows) if "CLAVOS" in row) + 1
    rows.insert(at, "      PARA MADERA (E)")
    assert len(read_lumis(document("\n".join([*rows[: at + 1], *rows[at - 6 :]])), 2).items) == 3


def test_two_equal_lines_of_one_capture_both_stay() -> None:
    row = "1     CLAVOS 2 1/2 X 20 (E)             3.50\n"
    paper = TAPE.replace(row, row + row).replace("35.07", "38.57").replace("33.00", "36.50")
    assert len(read_lumis(document(paper), 2).items) == 4


def test_every_value_says_where_it_stands() -> None:
    reading = read_lumis(document(TAPE), 1)
    for key in ("ruc", "dv", "invoice_number", "total", "date", "tot_itbms", "issuer_name"):
        field = reading.fields[key]
        assert field.page == 0, key
        assert field.box is not None, key
        assert field.source == "ocr", key
        assert field.candidates[0].value == field.value, key


def test_a_misread_cufe_is_set_right_by_the_papers_own_fields() -> None:
    whole = "FE01200002679372-1-844914-7300002025051500311570140020317481978892"
    lost_zeros = whole.replace("FE0120000", "FE01200")
    page = PAGE.replace("Fecha de", f"CUFE: {lost_zeros}\nFecha de")
    assert read_lumis(document(page), 1).value("cufe") == whole
    wrong = lost_zeros[:-2] + "72"
    assert read_lumis(document(page.replace(lost_zeros, wrong)), 1).value("cufe") is None


def test_labels_that_touch_their_values_are_still_labels() -> None:
    paper = TAPE.replace("RUC: 155751938-2-2024\n                 DV 66", "RUC155751938-2-2024DV66")
    paper = paper.replace("FACTURA NO.   ", "FACTURANO.    ").replace("ITBMS 7%", "ITBMS7%  ")
    found = values(read_lumis(document(paper), 1))
    assert (found["ruc"], found["dv"], found["tot_itbms"]) == ("155751938-2-2024", "66", "2.07")
    assert found["invoice_number"] == "001-002-123456"


def test_a_name_may_go_on_with_a_word_that_is_a_label_elsewhere() -> None:
    paper = TAPE.replace(
        "1     CLAVOS 2 1/2 X 20 (E)             3.50",
        "1     CLAVOS                      3.50\n      CAJA CON TAPA (E)",
    )
    assert lines(read_lumis(document(paper), 1))[1][0] == "CLAVOS CAJA CON TAPA"


def test_what_follows_a_notice_is_no_part_of_the_last_name() -> None:
    rows = TAPE.replace("CINTA AISLANTE (7%)", "CINTA AISLANTE     ").splitlines()
    end = next(index for index, row in enumerate(rows) if row.startswith("SUBTOTAL"))
    paper = "\n".join([*rows[:end], "GRACIAS POR SU COMPRA", "MUESTRA SIN VALOR"])
    assert lines(read_lumis(document(paper), 1))[-1][0] == "CINTA AISLANTE"


def test_a_one_before_a_unit_may_look_like_an_l() -> None:
    assert (
        lines(read_lumis(document(TAPE.replace("LLAVE INGLESA 10IN", "PINTURA AZUL lGAL ")), 1))[0][0]
        == "PINTURA AZUL 1GAL"
    )


def test_the_issuers_name_is_taken_where_it_is_printed_larger() -> None:
    page = PAGE.replace("Servicios del Istmo", "Servicios dei Ietmo")
    heading = printed("Servicios del Istmo, S.A.\n")[0]
    large = replace(
        heading, tokens=tuple(replace(token, top=token.top - 40, bottom=token.bottom - 30) for token in heading.tokens)
    )
    paper = document(page)
    read = read_lumis(replace(paper, lines=(large, *paper.lines)), 1)
    assert read.value("issuer_name") == "Servicios del Istmo, S.A."
