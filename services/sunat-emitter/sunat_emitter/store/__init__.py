"""The collections of the database `sunat_emitter`, a file each; `emision` writes several in one transaction."""

from sunat_emitter.store.archivos import Archivos
from sunat_emitter.store.comprobantes import Comprobantes, StoredComprobante
from sunat_emitter.store.contadores import Contadores
from sunat_emitter.store.correos import Correos
from sunat_emitter.store.emision import Emisiones, Emission, NumberTaken, SerieMoved, SourceChanged
from sunat_emitter.store.emisores import Emisores, StoredCertificate, StoredEmisor
from sunat_emitter.store.logos import Logos
from sunat_emitter.store.series import Series, StoredSerie
from sunat_emitter.store.ventas import StoredVenta, Ventas

__all__ = [
    "DATABASE",
    "INDEXES",
    "Archivos",
    "Comprobantes",
    "Contadores",
    "Correos",
    "Emisiones",
    "Emisores",
    "Emission",
    "Logos",
    "NumberTaken",
    "SerieMoved",
    "Series",
    "SourceChanged",
    "StoredCertificate",
    "StoredComprobante",
    "StoredEmisor",
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
)
