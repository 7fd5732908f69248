"""What a rule is, and what it says when it is broken."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sunat_emitter.documents.model import Comprobante, Linea

Severidad = Literal["reject", "observation"]
_FIRST_OBSERVATION = "4000"


@dataclass(frozen=True)
class Violation:
    """A broken rule."""

    codigo: str
    """SUNAT's number; `RUC` for our own warning about a check digit."""
    mensaje: str
    severidad: Severidad


def severidad(codigo: str) -> Severidad:
    """How SUNAT takes a broken rule of that number."""
    return "observation" if codigo >= _FIRST_OBSERVATION else "reject"


@dataclass(frozen=True)
class Rule:
    """A rule on a whole document."""

    codigo: str
    mensaje: str
    broken: Callable[[Comprobante], bool]

    def check(self, comprobante: Comprobante) -> Iterator[Violation]:
        """One violation where the document breaks it."""
        if self.broken(comprobante):
            yield Violation(self.codigo, self.mensaje, severidad(self.codigo))


@dataclass(frozen=True)
class LineRule:
    """A rule on each line."""

    codigo: str
    mensaje: str
    broken: Callable[[Linea, Comprobante], bool]

    def check(self, comprobante: Comprobante) -> Iterator[Violation]:
        """One violation for each line that breaks it, naming the line."""
        for linea in comprobante.lineas:
            if self.broken(linea, comprobante):
                text = f"{self.mensaje} - Error en la línea: {linea.numero}"
                yield Violation(self.codigo, text, severidad(self.codigo))


def apply(rules: Iterable[Rule | LineRule], comprobante: Comprobante) -> Iterator[Violation]:
    """What of these rules the document breaks, in their order."""
    for rule in rules:
        yield from rule.check(comprobante)
