"""What one pair of files is: a comprobante or a summary with SUNAT's word on it, a receipt alone, or nothing for us."""

import io
import re
import zipfile
from dataclasses import dataclass

from sunat_emitter import cdr
from sunat_emitter.cdr import Cdr, CdrUnreadable
from sunat_emitter.documents.model import Comprobante
from sunat_emitter.documents.ubl.tree import Element
from sunat_emitter.envelope import parse_xml
from sunat_emitter.importacion import comprobante as comprobantes
from sunat_emitter.importacion import summary as summaries
from sunat_emitter.importacion.nodes import Unreadable, local_name
from sunat_emitter.importacion.pairs import Broken, Found, Pair
from sunat_emitter.importacion.signature import verify
from sunat_emitter.importacion.summary import Summary
from sunat_emitter.store.envios import ACEPTADO, RECHAZADO, Result
from sunat_emitter.verdict import Verdict, of_cdr

_NAME = re.compile(r"([0-9]{11})-(01|03|07|08)-([A-Z0-9]{4})-0*([1-9][0-9]{0,7})")
_SUMMARY_NAME = re.compile(r"([0-9]{11})-(RC|RA)-([0-9]{8})-0*([1-9][0-9]{0,4})")
_ZIP = b"PK"
_ESTADOS = {Verdict.ACCEPTED: ACEPTADO, Verdict.OBSERVED: ACEPTADO, Verdict.REJECTED: RECHAZADO}
_RECEIPT = "ApplicationResponse"


@dataclass(frozen=True)
class Receipt:
    """SUNAT's receipt."""

    content: bytes
    """The zip, as SUNAT gives it and as it is kept."""
    result: Result
    reference: str
    """The number that it is about, `F001-88`; some leave it out."""


@dataclass(frozen=True)
class Taken:
    """A document that may be taken over."""

    archivo: str
    xml: bytes
    hash: str
    documento: Comprobante | Summary
    receipt: Receipt | None
    warnings: tuple[str, ...]

    @property
    def nombre(self) -> str:
        """`RUC-TT-SERIE-NUM`."""
        return self.documento.nombre_archivo


@dataclass(frozen=True)
class Alone:
    """A receipt whose XML is not among the files."""

    archivo: str
    nombre: str
    receipt: Receipt


@dataclass(frozen=True)
class Refusal:
    """Nothing for us, and why."""

    archivo: str
    motivo: str
    nombre: str | None = None


def judge(pair: Pair, ruc: str) -> Taken | Alone | Refusal:
    """A pair of the issuer with this RUC."""
    name: str | None = None
    try:
        if pair.xml is None:
            return _alone(pair)
        xml = pair.xml.load()
        tree = _tree(xml)
        document = _document(tree)
        _check_issuer(document, ruc)
        name = document.nombre_archivo
        _check_name(pair.stem, name)
        signed = verify(tree, ruc)
        receipt, warnings = _receipt(pair.cdr, document)
        return Taken(pair.xml.path, xml, signed.digest, document, receipt, (*signed.warnings, *warnings))
    except (Unreadable, Broken) as error:
        return Refusal(pair.path, str(error), name)
    except OSError as error:
        return Refusal(pair.path, f"no se pudo leer del disco ({error.strerror})", name)


def _tree(xml: bytes) -> Element:
    try:
        return parse_xml(xml)
    except ValueError:
        raise Unreadable("no es un XML que se pueda leer, o define entidades (DTD)") from None


def _document(tree: Element) -> Comprobante | Summary:
    if comprobantes.is_comprobante(tree):
        return comprobantes.read(tree)
    if tree.tag in summaries.CLASSES:
        return summaries.read(tree)
    if local_name(tree) == _RECEIPT:
        raise Unreadable("es una constancia (CDR): póngale el nombre de su XML con R- delante, R-RUC-TT-SERIE-NÚMERO")
    raise Unreadable(f"es un {local_name(tree)[:40]}: se importan facturas, boletas, sus notas, RC y RA")


def _check_issuer(document: Comprobante | Summary, ruc: str) -> None:
    own = document.ruc if isinstance(document, Summary) else document.emisor.ruc
    if own != ruc:
        raise Unreadable(f"lo emitió el RUC {own or '(ninguno)'} y no el {ruc}")


def _check_name(stem: str, name: str) -> None:
    """A file's name that says which document it is must say the right one; any other name is fine."""
    told = canonical(stem)
    if told is not None and told != canonical(name):
        raise Unreadable(f"el archivo se llama {stem} y contiene {name}: corrija el nombre")


def canonical(name: str) -> str | None:
    """`RUC-TT-SERIE-NUM` without leading zeros in the number; None where it is no such name."""
    found = _NAME.fullmatch(name) or _SUMMARY_NAME.fullmatch(name)
    return None if found is None else "-".join(found.groups())


def _receipt(found: Found | None, document: Comprobante | Summary) -> tuple[Receipt | None, tuple[str, ...]]:
    """The document's receipt, and what is odd about it. Raises Unreadable: it is another document's."""
    if found is None:
        return None, ()
    try:
        content, said = _read_receipt(found, document.nombre_archivo)
    except (CdrUnreadable, Broken, OSError):
        return None, (f"su constancia {found.path} no se puede leer: se importó sin ella",)
    number = document.identificador if isinstance(document, Summary) else document.numero_completo
    if said.referencia and _plain(said.referencia) != _plain(number):
        raise Unreadable(f"su constancia es de {said.referencia} y no de {number}: no son pareja")
    estado = _ESTADOS.get(of_cdr(said))
    if estado is None:
        return None, (f"su constancia no decide nada ({said.codigo:04d} {said.mensaje}): se importó sin ella",)
    result = Result(estado, str(said.codigo), said.mensaje, said.observaciones)
    return Receipt(content, result, said.referencia), ()


def _alone(pair: Pair) -> Alone:
    """A receipt without its XML. Raises Unreadable: it is not known of what."""
    found, name = pair.cdr, canonical(pair.stem)
    if found is None or name is None:
        raise Unreadable("es una constancia (CDR) y su nombre no dice de qué: debe ser R-RUC-TT-SERIE-NÚMERO")
    try:
        content, said = _read_receipt(found, name)
    except CdrUnreadable:
        raise Unreadable("es una constancia (CDR) que no se puede leer") from None
    if said.referencia and not name.endswith(f"-{_plain(said.referencia)}"):
        raise Unreadable(f"se llama {pair.stem} y es de {said.referencia}: corrija el nombre")
    estado = _ESTADOS.get(of_cdr(said))
    if estado is None:
        raise Unreadable(f"es una constancia que no decide nada ({said.codigo:04d} {said.mensaje})")
    result = Result(estado, str(said.codigo), said.mensaje, said.observaciones)
    # Summaries are kept under the number as their XML writes it, comprobantes without leading zeros.
    kept_as = pair.stem if _SUMMARY_NAME.fullmatch(pair.stem) else name
    return Alone(found.path, kept_as, Receipt(content, result, said.referencia))


def _plain(number: str) -> str:
    """`F001-00000088` and `RC-20251013-001` without the leading zeros of their last part."""
    head, _, last = number.strip().upper().rpartition("-")
    return f"{head}-{int(last)}" if last.isascii() and last.isdecimal() else number


def _read_receipt(found: Found, name: str) -> tuple[bytes, Cdr]:
    """Its zip and what it says; an XML that was unpacked is packed again."""
    content = found.load()
    if content.startswith(_ZIP):
        return content, cdr.read(content)
    said = cdr.read_xml(content)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"R-{name}.xml", content)
    return packed.getvalue(), said
