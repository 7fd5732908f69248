"""A sunat-emitter that prints and sends e-mails, with a sale whose factura SUNAT has accepted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.local.ports import LOOPBACK
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.mongo import Database
from sunat_emitter.deps import Deps
from sunat_emitter.imprenta import Imprenta
from sunat_emitter.mail import Correspondencia, Mailer, Server
from sunat_emitter.pdf.press import Press
from sunat_emitter.store.auditoria import Auditoria
from sunat_emitter.store.correos import Correos
from sunat_emitter.store.logos import Logos
from tests.support.sunat import COMPANY, SilentBus, emitter, invoice, sell, set_up, settle

SENDER = "facturas@lumis.example"
CDR = b"PK a receipt"


def with_mail(deps: Deps, database: Database, port: int | None, **how: Any) -> Deps:
    """The parts that print and send e-mails."""
    mailer = Mailer(Server(LOOPBACK, port, SENDER, **{"security": "none", "seconds": 5, **how})) if port else None
    imprenta = Imprenta(
        deps.emisores, Auditoria(database, timedelta(days=1)), Logos(database), Press(1), base_url="http://127.0.0.1:1"
    )
    return replace(deps, imprenta=imprenta, correspondencia=Correspondencia(Correos(database), mailer))


async def issued(database: Database, bus: SilentBus | None = None, **settings: Any) -> tuple[Deps, ComprobanteShown]:
    """A sale with an accepted factura, its CDR kept."""
    deps = await emitter(database, bus, **settings)
    await set_up(deps)
    shown = await invoice(deps, (await sell(deps)).id)
    await settle(deps, shown.nombre_archivo)
    later = datetime.now(UTC) + timedelta(days=1)
    await deps.archivos.keep(f"R-{shown.nombre_archivo}.zip", CDR, company=COMPANY, kept_until=later)
    return deps, shown
