"""A reconciliation: every file of an issuer's days looked at once, at a bounded pace; it goes on where it stopped."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from sunat_emitter.conciliacion.consulta import Callado, Consultor, Negado, Ritmo
from sunat_emitter.conciliacion.revision import Hallazgo, Igual, Inconsultable, Revision, Vista, partida
from sunat_emitter.cuentas import SinCuenta
from sunat_emitter.steps import Sending
from sunat_emitter.store.conciliaciones import Avance, Conciliaciones, StoredConciliacion, lease
from sunat_emitter.store.envios import Parada
from sunat_emitter.store.resumenes import Resumenes
from sunat_emitter.store.revisables import Revisable, Revisables

_PHASES = (0, 1)
"""Comprobantes; RCs and RAs."""
_BATCH = 200
_LEASE_SECONDS = 180.0
"""More than a file takes: three calls, each three times."""
_AGAIN = timedelta(minutes=10)
_LONG = timedelta(hours=6)
"""Where the account is the trouble: only a person can help."""
_MOST_STUMBLES = 12
"""So often the same file may stop the run; then it is told as unanswered, and the run goes on."""
_COUNTED = {
    "CORREGIDO": "corregidos",
    "CDR_RECUPERADO": "cdr_recuperados",
    "DIFERENCIA": "diferencias",
    "SIN_RESPUESTA": "sin_respuesta",
}


class Perdida(Exception):
    """Another worker has the run now."""


@dataclass(frozen=True)
class Conciliador:
    """What runs need."""

    runs: Conciliaciones
    files: Revisables
    resumenes: Resumenes
    sending: Sending
    per_second: float = 2.0
    again: timedelta = _AGAIN
    ritmo: Ritmo = field(init=False)
    """Shared by all that this process asks."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ritmo", Ritmo(self.per_second))

    async def work(self, key: str) -> StoredConciliacion | None:
        """Do a run, or what is left of it; as it stands afterwards. None where another worker has it."""
        now = self.sending.now()
        run = await self.runs.claim(key, uuid4().hex, now, lease(now, _LEASE_SECONDS))
        if run is None:
            return None
        try:
            await self._all(run, await self._revision(run))
        except Callado as silence:
            after = self.again if silence.after is None else timedelta(seconds=silence.after)
            await self.runs.stumble(run, silence.motivo, self.sending.now() + after, counted=silence.after is None)
        except Negado as refusal:
            await self.runs.stumble(run, refusal.motivo, self.sending.now() + _LONG, counted=False)
        except Perdida:
            return None
        else:
            await self.runs.finish(run, self.sending.now())
        return await self.runs.read(key)

    async def _revision(self, run: StoredConciliacion) -> Revision:
        cuenta = await self.sending.cuentas.cuenta(run.emisor_id)
        if isinstance(cuenta, SinCuenta):
            raise Negado(cuenta.motivo)
        parada = await self.sending.envios.parada(run.emisor_id)
        if parada is not None and parada.version == cuenta.version:
            raise Negado(parada.motivo)
        consultor = Consultor(cuenta, self.sending, self.ritmo)
        return Revision(consultor, cuenta, self.sending, self.files, self.resumenes)

    async def _all(self, run: StoredConciliacion, revision: Revision) -> None:
        days = (run.desde.isoformat(), run.hasta.isoformat())
        start = run.avance
        for fase in _PHASES[start.fase :]:
            at = (start.dia, start.nombre) if fase == start.fase else ("", "")
            while found := await self.files.page(fase, run.emisor_id, days, at, _BATCH):
                for file in found:
                    await self._one(run, fase, file, revision)
                at = (found[-1].dia, found[-1].nombre_archivo)

    async def _one(self, run: StoredConciliacion, fase: int, file: Revisable, revision: Revision) -> None:
        avance = Avance(fase=fase, dia=file.dia, nombre=file.nombre_archivo)
        vista = await self._look(run, file, revision)
        if isinstance(vista, Hallazgo) and await self.files.changed(fase, file):
            vista = Igual()  # it was being sent or voided meanwhile: the next run sees how that ended
        if isinstance(vista, Hallazgo):
            # Kept before it is done: whoever takes up this run after a crash must not find nothing to tell.
            await self.runs.add(run, partida(file, vista, revision))
            if not run.ensayo and not await revision.mend(file, vista):
                await self.runs.drop(run, file.nombre_archivo)
                vista = Igual()
        until = lease(self.sending.now(), _LEASE_SECONDS)
        if not await self.runs.progress(run, avance, _counts(vista), until):
            raise Perdida

    async def _look(self, run: StoredConciliacion, file: Revisable, revision: Revision) -> Vista:
        try:
            return await revision.look(file)
        except Callado as silence:
            avance = run.avance
            # Only the file that the run stood at when it was taken up can have stopped it before.
            stood = await self.runs.read(run.key)
            again = stood is not None and stood.avance == avance and avance.tropiezos >= _MOST_STUMBLES
            if silence.after is None and again:
                return Hallazgo("SIN_RESPUESTA", file.estado, f"SUNAT no respondió: {silence.motivo}")
            raise
        except Negado as refusal:
            if not run.ensayo:
                parada = Parada(run.emisor_id, revision.cuenta.version, refusal.motivo)
                await self.sending.envios.stop(parada, self.sending.now())
            raise


@dataclass(frozen=True)
class Diaria:
    """When each issuer's files are reconciled, and of how many days. `seconds`: between two looks at the time."""

    conciliador: Conciliador
    days: int = 8
    hour: int = 3
    """Of Lima, from which on."""
    seconds: float = 300.0


def _counts(vista: Vista) -> dict[str, int]:
    match vista:
        case Igual():
            return {"revisados": 1, "conformes": 1}
        case Inconsultable(por):
            return {"revisados": 1, f"no_consultables.{por}": 1}
        case Hallazgo(resultado):
            return {"revisados": 1, _COUNTED[resultado]: 1}
