"""The collections of the database `sunat_emitter`, a file each; `emision` writes several in one transaction."""

from sunat_emitter.store.agrupacion import Agrupacion, Agrupaciones
from sunat_emitter.store.archivos import Archivos
from sunat_emitter.store.comprobantes import Comprobantes, StoredComprobante
from sunat_emitter.store.contadores import Contadores
from sunat_emitter.store.correos import Correos
from sunat_emitter.store.emision import Emisiones, Emission, NumberTaken, SerieMoved, SourceChanged
from sunat_emitter.store.emisores import Emisores, StoredCertificate, StoredEmisor
from sunat_emitter.store.extravios import Extravios
from sunat_emitter.store.importados import Importados
from sunat_emitter.store.informables import Informables
from sunat_emitter.store.logos import Logos
from sunat_emitter.store.nocturnos import Nocturnos
from sunat_emitter.store.resoluciones import Resoluciones
from sunat_emitter.store.resumenes import LineaResumen, Resumenes, StoredResumen
from sunat_emitter.store.series import Series, StoredSerie
from sunat_emitter.store.ventas import StoredVenta, Ventas

__all__ = [
    "DATABASE",
    "INDEXES",
    "Agrupacion",
    "Agrupaciones",
    "Archivos",
    "Comprobantes",
    "Contadores",
    "Correos",
    "Emisiones",
    "Emisores",
    "Emission",
    "Extravios",
    "Importados",
    "Informables",
    "LineaResumen",
    "Logos",
    "Nocturnos",
    "NumberTaken",
    "Resoluciones",
    "Resumenes",
    "SerieMoved",
    "Series",
    "SourceChanged",
    "StoredCertificate",
    "StoredComprobante",
    "StoredEmisor",
    "StoredResumen",
    "StoredSerie",
    "StoredVenta",
    "Ventas",
]

DATABASE = "sunat_emitter"
INDEXES = (
    *Emisores.INDEXES,
    *Series.INDEXES,
    *Ventas.INDEXES,
    *Comprobantes.INDEXES,
    *Archivos.INDEXES,
    *Correos.INDEXES,
    *Importados.INDEXES,
    *Resumenes.INDEXES,
)
