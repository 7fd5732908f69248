"""INEI's codes of departments, provinces and districts (catalog 13), as `ubigeos.csv` lists them."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Ubigeo:
    """Where a district lies. Names in upper case without accents."""

    codigo: str
    departamento: str
    provincia: str
    distrito: str


def find_ubigeo(codigo: str) -> Ubigeo | None:
    """The district with this code of six digits, None where there is none."""
    names = _names()
    distrito = names.get(codigo) if len(codigo) == 6 else None  # noqa: PLR2004 - department, province, district
    if distrito is None:
        return None
    return Ubigeo(codigo, names[codigo[:2]], names[codigo[:4]], distrito)


@cache
def _names() -> dict[str, str]:
    lines = files("sunat_emitter").joinpath("ubigeos.csv").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(",") for line in lines[1:])
    return {codigo: nombre for codigo, _, nombre in rows}
