"""Series that go on after what was taken over: made where missing, raised where behind, never lowered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from shared.contracts.sunat.importaciones import SerieContinuada
from shared.contracts.sunat.values import TipoComprobante
from sunat_emitter.documents.model import Comprobante
from sunat_emitter.store import Series

_OWN = frozenset("FB")
"""First letters of series that a business issues itself; those of E are SUNAT's own portal's."""


@dataclass
class Continued:
    """The series of one import."""

    series: Series
    company: str
    now: datetime
    told: dict[tuple[TipoComprobante, str], SerieContinuada] = field(default_factory=dict)

    async def raise_for(self, documents: Iterable[Comprobante]) -> None:
        """Let none of these numbers be issued again."""
        highest: dict[tuple[TipoComprobante, str], int] = {}
        for each in documents:
            key = (each.tipo, each.serie)
            if each.serie[0] in _OWN and each.numero > highest.get(key, 0):
                highest[key] = each.numero
        for (tipo, serie), number in highest.items():
            await self._raise(tipo, serie, number)

    async def _raise(self, tipo: TipoComprobante, serie: str, number: int) -> None:
        found = await self.series.named(self.company, tipo, serie)
        created = found is None
        if found is None:
            values = {"tipo": tipo, "serie": serie, "correlativo_actual": number, "estado": "activo"}
            found = await self.series.create(self.company, values, self.now)
            found = found or await self.series.named(self.company, tipo, serie)
        if found is None:
            return
        before = 0 if created else found.correlativo_actual
        await self.series.raise_to(found, number)
        now = max(found.correlativo_actual, number)
        following = f"{serie}-{now + 1}"
        if told := self.told.get((tipo, serie)):
            self.told[tipo, serie] = told.model_copy(
                update={"correlativo_actual": max(told.correlativo_actual, now), "proximo_numero": following}
            )
            return
        self.told[tipo, serie] = SerieContinuada(
            tipo_comprobante=tipo,
            serie=serie,
            creada=created,
            correlativo_anterior=before,
            correlativo_actual=now,
            proximo_numero=following,
        )
