"""What it means that SUNAT says this of a comprobante and we hold that: one table of states. Pure.

Nothing is guessed: a state is corrected where what SUNAT has can only be ours; else the difference is told.
"""

from dataclasses import dataclass
from enum import StrEnum

from sunat_emitter.verdict import Consulted


class Arreglo(StrEnum):
    """What is to be done."""

    NADA = "nada"
    """Both say the same."""
    CONCLUIR = "concluir"
    """It is decided there and pending here, and we sent it."""
    ANULAR = "anular"
    """It is void there: by another way than through us."""
    DIFERENCIA = "diferencia"
    """For a person to look at."""


@dataclass(frozen=True)
class Juicio:
    """A row of the table. `detalle` says for a person what is the matter and what to do."""

    arreglo: Arreglo
    estado: str
    """How it stands here afterwards."""
    detalle: str = ""
    con_cdr: bool = False
    """SUNAT should have a receipt of it."""


_THERE = {
    Consulted.ACCEPTED: "ACEPTADO",
    Consulted.REJECTED: "RECHAZADO",
    Consulted.VOIDED: "ANULADO",
    Consulted.ABSENT: "DESCONOCIDO",
}
PENDIENTE, ACEPTADO, RECHAZADO, ANULADO = "PENDIENTE", "ACEPTADO", "RECHAZADO", "ANULADO"
_ALIEN = (
    "SUNAT lo tiene {alli} y aquí está pendiente sin haberse enviado: otro sistema usó este número."
    " Revise en SUNAT Operaciones en Línea qué comprobante es; no lo reenvíe."
)
_DIFFERENCES = {
    (PENDIENTE, ANULADO): (
        "SUNAT lo tiene dado de baja y aquí está pendiente: alguien lo dio de baja por otra vía."
        " Confírmelo en SUNAT Operaciones en Línea y emita la operación de nuevo si corresponde."
    ),
    (ACEPTADO, RECHAZADO): (
        "Aquí está aceptado y SUNAT dice que está rechazado."
        " Consulte el comprobante en SUNAT Operaciones en Línea y, si es así, emita la operación de nuevo."
    ),
    (ACEPTADO, "DESCONOCIDO"): (
        "Aquí está aceptado y SUNAT no lo conoce. Guarde la constancia (CDR) que hay aquí y reclame con ella a SUNAT."
    ),
    (RECHAZADO, ACEPTADO): (
        "Aquí está rechazado y SUNAT lo tiene aceptado: es válido."
        " Si la operación ya se emitió con otro número, dé de baja uno de los dos."
    ),
    (RECHAZADO, ANULADO): "Aquí está rechazado y SUNAT lo tiene dado de baja: para SUNAT fue válido hasta la baja.",
    (ANULADO, ACEPTADO): (
        "Aquí está anulado y en SUNAT sigue vigente. Comunique la baja de nuevo, o anúlelo con una nota de crédito."
    ),
    (ANULADO, RECHAZADO): "Aquí está anulado y SUNAT dice que fue rechazado: no declare la baja.",
    (ANULADO, "DESCONOCIDO"): "Aquí está anulado y SUNAT no lo conoce. Guarde las constancias que hay aquí y reclame.",
}


def judge(aqui: str, alli: Consulted, *, en_duda: bool, en_baja: bool) -> Juicio:
    """What to do. `en_duda`: we sent it and do not know what came of it; `en_baja`: a voiding of ours is under way.

    Raises:
        ValueError: SUNAT did not say how it stands there.
    """
    there = _THERE.get(alli)
    if there is None:
        raise ValueError("SUNAT did not say")
    match aqui, there:
        case ("PENDIENTE", "ACEPTADO" | "RECHAZADO") if en_duda:
            return Juicio(Arreglo.CONCLUIR, there, f"SUNAT ya lo tenía {there.lower()}.", con_cdr=True)
        case ("PENDIENTE", "ACEPTADO" | "RECHAZADO"):
            return Juicio(Arreglo.DIFERENCIA, aqui, _ALIEN.format(alli=there.lower()))
        case ("ACEPTADO", "ANULADO") if en_baja:
            return Juicio(Arreglo.NADA, aqui, con_cdr=True)
        case ("ACEPTADO", "ANULADO"):
            said = "SUNAT lo tiene dado de baja por otra vía que este sistema: queda anulado aquí."
            return Juicio(Arreglo.ANULAR, ANULADO, said, con_cdr=True)
        case (("PENDIENTE" | "RECHAZADO"), "DESCONOCIDO"):
            return Juicio(Arreglo.NADA, aqui)
    if aqui == there:
        return Juicio(Arreglo.NADA, aqui, con_cdr=True)
    return Juicio(Arreglo.DIFERENCIA, aqui, _DIFFERENCES[aqui, there])
