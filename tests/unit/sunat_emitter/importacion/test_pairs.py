"""Files find their partners by their names, whatever holds them; what is wrong is told and stops nothing else."""

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sunat_emitter.documents.model import Comprobante
from sunat_emitter.importacion.judge import Alone, Refusal, Taken, judge
from sunat_emitter.importacion.pairs import Broken, Pair, TooMuch, in_place, in_zip, pairs
from sunat_emitter.importacion.summary import Summary
from tests.support.comprobantes import EMISOR
from tests.support.foreign import (
    OPENUBL_LIKE,
    Sale,
    comprobante,
    pair,
    receipt,
    summary,
    summary_line,
    voiding,
    voiding_line,
    zipped,
)

RUC = EMISOR.ruc
BOLETA = Sale("03", "B001", 5)


def judged(files: dict[str, bytes]) -> list[Taken | Alone | Refusal]:
    return [judge(each, RUC) for each in pairs(in_zip(zipped(files)))]


def only(files: dict[str, bytes]) -> Taken | Alone | Refusal:
    (one,) = judged(files)
    return one


def refused(files: dict[str, bytes]) -> str:
    one = only(files)
    assert isinstance(one, Refusal)
    return one.motivo


def test_a_document_and_its_receipt_are_taken_together() -> None:
    one = only(pair(Sale(), OPENUBL_LIKE))
    assert isinstance(one, Taken)
    assert (one.nombre, one.warnings) == (f"{RUC}-01-F001-88", ())
    assert one.receipt is not None
    assert (one.receipt.result.estado, one.receipt.result.codigo) == ("ACEPTADO", "0")


@pytest.mark.parametrize(
    "names",
    [
        ("{name}.xml", "R-{name}.zip"),
        ("2026/03/{name}.XML", "cdr/R-{name}.ZIP"),
        ("{name}.xml", "r-{name}.xml"),
        ("{name}.zip", "CDR-{name}.zip"),
        ("F001-88.xml", "R-F001-88.zip"),
    ],
)
def test_partners_find_each_other_in_any_layout(names: tuple[str, str]) -> None:
    sale = Sale()
    xml, cdr = (each.format(name=sale.name) for each in names)
    content = comprobante(sale)
    said = receipt(sale.name)
    if xml.endswith(".zip"):
        content = zipped({f"{sale.name}.xml": content})
    if cdr.lower().endswith(".xml"):
        said = next(each.load() for each in in_zip(said))
    one = only({xml: content, cdr: said})
    assert isinstance(one, Taken)
    assert one.receipt is not None
    assert one.receipt.content.startswith(b"PK")


def test_numbers_come_in_order_and_not_by_their_digits() -> None:
    files = {name: content for number in (9, 10, 100) for name, content in pair(Sale(numero=number)).items()}
    assert [each.stem.rpartition("-")[2] for each in pairs(in_zip(zipped(files)))] == ["9", "10", "100"]


def test_a_folder_and_a_zip_on_disk_hold_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "historia"
    for name, content in {**pair(Sale()), **pair(BOLETA)}.items():
        (folder / name[-8]).mkdir(parents=True, exist_ok=True)
        (folder / name[-8] / name).write_bytes(content)
    archive = tmp_path / "historia.zip"
    archive.write_bytes(zipped({each.name: each.read_bytes() for each in folder.rglob("*.*") if each.is_file()}))
    stems = [each.stem for each in pairs(in_place(folder))]
    assert stems == [Sale().name, BOLETA.name]
    assert [each.stem for each in pairs(in_place(archive))] == stems
    with pytest.raises(Broken, match="no existe"):
        pairs(in_place(tmp_path / "nada"))


def test_a_zip_too_deep_to_be_looked_into_is_told() -> None:
    deep = zipped({"marzo.zip": zipped({"dia.zip": zipped(pair(Sale()))})})
    (one,) = [judge(each, RUC) for each in pairs(in_zip(deep))]
    assert isinstance(one, Refusal)
    assert (one.archivo, one.motivo) == ("marzo.zip/dia.zip", "es un zip dentro de otro: desempaquételo")


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.xml").write_bytes(b"<a/>")
    folder = tmp_path / "historia"
    folder.mkdir()
    (folder / "link.xml").symlink_to(tmp_path / "secret.xml")
    assert pairs(in_place(folder)) == []


def test_more_files_than_allowed_and_what_is_no_zip_are_refused() -> None:
    with pytest.raises(TooMuch, match="más de 1"):
        pairs(in_zip(zipped(pair(Sale()))), most=1)
    with pytest.raises(Broken, match="no es un zip"):
        pairs(in_zip(b"PK nothing"))


def test_a_zip_bomb_is_told_and_stops_nothing_else() -> None:
    files = {"bomb.xml": b" " * (9 * 2**20), **pair(Sale())}
    found = judged(files)
    assert sorted(type(each).__name__ for each in found) == ["Refusal", "Taken"]
    assert any(isinstance(each, Refusal) and "pesa más de 8 MB" in each.motivo for each in found)


def test_a_zip_that_comes_to_more_than_a_history_is_cut_off() -> None:
    files = {f"{number}.xml": b" " * 1000 for number in range(4)}
    found = [judge(each, RUC) for each in pairs(in_zip(zipped(files), most=3000))]
    said = [each.motivo for each in found if isinstance(each, Refusal)]
    assert ["demasiado grande" in each for each in said] == [False] * 3 + [True]


def test_zips_within_zips_share_what_memory_they_may_take() -> None:
    inner = b"\0" * (40 * 2**20) + zipped({"nothing.txt": b""})
    found = pairs(in_zip(zipped({"a.zip": inner, "b.zip": inner, "c.xml": b"<a/>"})))
    assert [each.stem for each in found if isinstance(judge(each, RUC), Refusal)] == ["B", "C"]


def test_a_damaged_entry_is_told_and_the_others_are_taken() -> None:
    content = bytearray(zipped(pair(Sale())))
    at = content.index(b".xml") + 40
    content[at : at + 20] = b"\xff" * 20
    kinds = {type(judge(each, RUC)).__name__ for each in pairs(in_zip(bytes(content)))}
    assert kinds == {"Refusal"}


def test_a_password_is_told() -> None:
    content = bytearray(zipped(pair(Sale())))
    at = content.rindex(b"PK\x01\x02") + 8
    content[at] |= 1
    with zipfile.ZipFile(__import__("io").BytesIO(bytes(content))) as archive:
        assert any(each.flag_bits & 1 for each in archive.infolist())
    one = only_of(bytes(content))
    assert isinstance(one, Taken)
    assert "no se puede leer" in one.warnings[0]  # its receipt is the one with the password


def only_of(content: bytes) -> Taken | Alone | Refusal:
    (one,) = [judge(each, RUC) for each in pairs(in_zip(content))]
    return one


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (b"<a", "no es un XML"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "entidades"),
        (b"<a/>", "se importan facturas"),
    ],
)
def test_what_is_no_document_of_ours_says_so(xml: bytes, said: str) -> None:
    assert said in refused({"a.xml": xml})


def test_another_rucs_document_is_refused() -> None:
    assert "20999999991" in refused(pair(Sale(ruc="20999999991")))


def test_a_name_that_says_another_document_is_refused() -> None:
    assert "corrija el nombre" in refused({f"{RUC}-01-F001-89.xml": comprobante(Sale())})


def test_a_receipt_of_another_document_is_refused() -> None:
    files = {f"{Sale().name}.xml": comprobante(Sale()), f"R-{Sale().name}.zip": receipt(Sale(numero=9).name)}
    assert "no son pareja" in refused(files)


def test_a_receipt_that_cannot_be_read_leaves_the_document_without_one() -> None:
    one = only({f"{Sale().name}.xml": comprobante(Sale()), f"R-{Sale().name}.zip": b"PK broken"})
    assert isinstance(one, Taken)
    assert one.receipt is None
    assert "se importó sin ella" in one.warnings[0]


@pytest.mark.parametrize(("codigo", "estado"), [(0, "ACEPTADO"), (2017, "RECHAZADO"), (4031, "ACEPTADO")])
def test_a_receipt_says_how_the_document_stands(codigo: int, estado: str) -> None:
    one = only(pair(Sale(), codigo=codigo))
    assert isinstance(one, Taken)
    assert one.receipt is not None
    assert one.receipt.result.estado == estado


def test_an_exception_in_a_receipt_decides_nothing() -> None:
    one = only(pair(Sale(), codigo=1034))
    assert isinstance(one, Taken)
    assert one.receipt is None


def test_a_receipt_alone_is_known_by_its_name() -> None:
    one = only({f"R-{Sale().name}.zip": receipt(Sale().name)})
    assert isinstance(one, Alone)
    assert one.nombre == Sale().name
    assert "corrija el nombre" in refused({f"R-{Sale(numero=7).name}.zip": receipt(Sale().name)})
    assert "no dice de qué" in refused({"R-todo.zip": receipt(Sale().name)})


def test_a_receipt_named_as_a_document_is_told_how_to_be_named() -> None:
    said = next(each.load() for each in in_zip(receipt(Sale().name)))
    assert "R-" in refused({f"{Sale().name}.xml": said})


def test_an_rc_says_what_it_adds_and_voids() -> None:
    other = replace(BOLETA, numero=6)
    lines = summary_line(BOLETA) + summary_line(other, 3)
    xml = summary("RC-20260303-7", date(2026, 3, 2), lines)
    name = f"{RUC}-RC-20260303-007"  # padded on disk, not in the XML: the same number
    one = only({f"{name}.xml": xml, f"R-{name}.zip": receipt(f"{RUC}-RC-20260303-7")})
    assert isinstance(one, Taken)
    assert isinstance(one.documento, Summary)
    found = one.documento
    assert (found.nombre_archivo, found.correlativo) == (f"{RUC}-RC-20260303-7", 7)
    assert (found.fecha_referencia, found.fecha_generacion) == (date(2026, 3, 2), date(2026, 3, 3))
    assert [(each.numero, each.voids) for each in found.lineas] == [(5, False), (6, True)]
    totales = found.lineas[0].totales
    assert (str(totales.total), str(totales.igv), str(totales.gravado)) == ("118.00", "18.00", "100.00")


def test_an_ra_says_what_it_voids_and_why() -> None:
    xml = voiding("RA-20260303-1", date(2026, 3, 2), voiding_line(Sale()))
    one = only({f"{RUC}-RA-20260303-1.xml": xml})
    assert isinstance(one, Taken)
    assert isinstance(one.documento, Summary)
    (line,) = one.documento.lineas
    assert (line.serie, line.numero, line.motivo, line.voids) == ("F001", 88, "Error en el pedido", True)


def test_a_second_file_of_a_document_is_seen() -> None:
    sale = Sale()
    files = {f"a/{sale.name}.xml": comprobante(sale), f"b/{sale.name}.xml": comprobante(sale)}
    found: list[Pair] = pairs(in_zip(zipped(files)))
    assert len(found) == 2
    documents = [each.documento for one in found if isinstance(each := judge(one, RUC), Taken)]
    assert all(isinstance(each, Comprobante) for each in documents)
