"""CDRs as SUNAT gives them: with `ar:` or a default namespace, in UTF-8 or ISO-8859-1, after a `dummy/`."""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

_AR = "urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2"
_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_NOMBRES = {"01": "La Factura", "03": "La Boleta", "07": "La Nota de Credito", "08": "La Nota de Debito"}
_TYPES_OF_FILES = {"RC": "El Resumen diario", "RA": "La Comunicacion de baja"}


def description(tipo: str, referencia: str, *, accepted: bool, mensaje: str = "") -> str:
    """SUNAT's sentence."""
    what = _NOMBRES.get(tipo) or _TYPES_OF_FILES.get(tipo, "El documento")
    if accepted:
        return f"{what} numero {referencia}, ha sido aceptada (SIMULADOR)"
    return f"{mensaje} (SIMULADOR)"


@dataclass(frozen=True)
class Receipt:
    """What a CDR says."""

    name: str
    referencia: str
    codigo: int
    texto: str
    at: datetime
    observaciones: tuple[str, ...] = ()
    receptor: str = ""


def pack(said: Receipt, *, beta: bool) -> bytes:
    """The zip `R-<name>.zip`'s bytes. Beta's have `ar:`, an empty date and UTF-8; production's the other shape."""
    root, encoding = ("ar:ApplicationResponse", "UTF-8") if beta else ("ApplicationResponse", "ISO-8859-1")
    declared = f'xmlns{":ar" if beta else ""}="{_AR}"'
    notes = "".join(f"<cbc:Note>{escape(note)}</cbc:Note>" for note in said.observaciones)
    party = f"<cac:PartyIdentification><cbc:ID>{escape(said.receptor)}</cbc:ID></cac:PartyIdentification>"
    recipient = f"<cac:RecipientParty>{party}</cac:RecipientParty>" if said.receptor else ""
    xml = (
        f'<?xml version="1.0" encoding="{encoding}" standalone="no"?>'
        f'<{root} {declared} xmlns:cac="{_CAC}" xmlns:cbc="{_CBC}"><cbc:UBLVersionID>2.0</cbc:UBLVersionID>'
        f"<cbc:CustomizationID>1.0</cbc:CustomizationID><cbc:ID>{said.at:%Y%m%d%H%M%S%f}</cbc:ID>"
        f"<cbc:IssueDate>{'' if beta else said.at.date()}</cbc:IssueDate>"
        f"<cbc:IssueTime>{said.at:%H:%M:%S}</cbc:IssueTime>"
        f"<cbc:ResponseDate>{said.at.date()}</cbc:ResponseDate>{notes}<cac:DocumentResponse><cac:Response>"
        f"<cbc:ReferenceID>{escape(said.referencia)}</cbc:ReferenceID>"
        f"<cbc:ResponseCode>{said.codigo}</cbc:ResponseCode>"
        f"<cbc:Description>{escape(said.texto)}</cbc:Description></cac:Response>"
        f"<cac:DocumentReference><cbc:ID>{escape(said.referencia)}</cbc:ID></cac:DocumentReference>{recipient}"
        f"</cac:DocumentResponse></{root}>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dummy/", b"")
        archive.writestr(f"R-{said.name}.xml", xml.encode(encoding, "xmlcharrefreplace"))
    return packed.getvalue()
