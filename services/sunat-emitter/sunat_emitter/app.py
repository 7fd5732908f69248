"""Wires the sunat-emitter: the calls that it answers."""

from shared.bus import Operation
from shared.contracts.sunat.catalogos import ReadCatalog
from shared.service import Platform, Service
from sunat_emitter.catalogos import CATALOGOS
from sunat_emitter.handlers import Deps, read_catalog
from sunat_emitter.settings import SunatEmitterSettings


async def build(_settings: SunatEmitterSettings, _platform: Platform) -> Deps:
    """What the handlers need."""
    return Deps(catalogos=CATALOGOS)


SERVICE = Service(
    name="sunat-emitter",
    settings=SunatEmitterSettings,
    build=build,
    operations=(Operation(ReadCatalog, read_catalog),),
)
