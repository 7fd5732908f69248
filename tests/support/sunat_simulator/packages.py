"""A file's name and its zip: what SUNAT refuses before it reads a line of XML."""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from tests.support.sunat_simulator.messages import Exception_

_DOCUMENT = re.compile(r"(?P<ruc>\d{11})-(?P<tipo>01|03|07|08)-(?P<serie>[FB][A-Z0-9]{3})-(?P<numero>\d{1,8})")
_SUMMARY = re.compile(r"(?P<ruc>\d{11})-(?P<tipo>RC|RA)-(?P<fecha>\d{8})-(?P<numero>\d{1,5})")
_LARGEST = 10 * 1024 * 1024


@dataclass(frozen=True)
class Package:
    """A file as its name and zip give it."""

    name: str
    ruc: str
    tipo: str
    serie: str
    """A series, or a summary's date."""
    numero: str
    xml: bytes

    @property
    def id(self) -> str:
        """`F001-88`, or `RC-20260312-1`."""
        own = f"{self.serie}-{self.numero}"
        return f"{self.tipo}-{own}" if self.tipo in {"RC", "RA"} else own


def unpack(file_name: str, content: bytes, *, summary: bool) -> Package:
    """Read a file.

    Raises:
        Exception_: 0151-0161 by SUNAT's list.
    """
    name = file_name.removesuffix(".zip")
    found = (_SUMMARY if summary else _DOCUMENT).fullmatch(name)
    if found is None or name == file_name:
        raise _wrong_name(name, summary=summary)
    series = found["fecha"] if summary else found["serie"]
    return Package(name, found["ruc"], found["tipo"], series, found["numero"], _only_entry(name, content))


def _wrong_name(name: str, *, summary: bool) -> Exception_:
    if not summary and _SUMMARY.fullmatch(name):
        return Exception_(152, "No se puede enviar por este metodo un archivo de resumen")
    return Exception_(151, "El nombre del archivo ZIP es incorrecto", name)


def _only_entry(name: str, content: bytes) -> bytes:
    if not content:
        raise Exception_(155, "El archivo ZIP esta vacio")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            if not entries:
                raise Exception_(157, "El archivo ZIP no contiene comprobantes")
            if len(entries) > 1:
                raise Exception_(158, "El archivo ZIP contiene demasiados comprobantes para este tipo de envio")
            if entries[0].filename != f"{name}.xml":
                raise Exception_(161, "El nombre del archivo XML no coincide con el nombre del archivo ZIP")
            with archive.open(entries[0]) as packed:
                xml = packed.read(_LARGEST)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError):
        raise Exception_(156, "El archivo ZIP esta corrupto") from None
    if not xml:
        raise Exception_(160, "El archivo XML esta vacio")
    return xml
