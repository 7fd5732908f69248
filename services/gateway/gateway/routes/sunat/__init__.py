"""The SUNAT family: electronic invoices for Peru."""

from gateway.http import Family
from gateway.routes import bearer
from gateway.routes.sunat import (
    bajas,
    catalogos,
    conciliacion,
    documentos,
    emisores,
    envelope,
    files,
    importaciones,
    impresos,
    notas,
    reportes,
    resumenes,
    series,
    ventas,
)

_REFUSALS = {
    **dict.fromkeys(
        (
            "ARCHIVO_NO_ENCONTRADO",
            "BAJA_NO_ENCONTRADA",
            "CATALOGO_NO_ENCONTRADO",
            "COMPROBANTE_NO_ENCONTRADO",
            "CONCILIACION_NO_ENCONTRADA",
            "CORREO_NO_ENCONTRADO",
            "NOTA_NO_ENCONTRADA",
            "RESUMEN_NO_ENCONTRADO",
            "SERIE_NO_ENCONTRADA",
            "VENTA_NO_ENCONTRADA",
        ),
        404,
    ),
    "CERTIFICADO_ILEGIBLE": 400,
    "CORREO_NO_CONFIGURADO": 503,
}

FAMILY = Family(
    name="sunat",
    routes=(
        *catalogos.ROUTES,
        *emisores.ROUTES,
        *series.ROUTES,
        *ventas.ROUTES,
        *documentos.ROUTES,
        *notas.ROUTES,
        *resumenes.ROUTES,
        *bajas.ROUTES,
        *impresos.ROUTES,
        *importaciones.ROUTES,
        *conciliacion.ROUTES,
        *reportes.ROUTES,
    ),
    authenticate=bearer.authenticate,
    answer=envelope.answer,
    error=envelope.error,
    answer_model=envelope.answer_model,
    error_model=envelope.Failure,
    refusals=_REFUSALS,
    paths=("/api/facturacion", "/api/ventas"),
)

FILES = Family(
    name="sunat-files",
    routes=(*files.ROUTES, *impresos.PDF_ROUTES),
    answer=envelope.answer,
    error=envelope.error,
    answer_model=envelope.answer_model,
    error_model=envelope.Failure,
    refusals=_REFUSALS,
)
"""Downloads know their callers by the link or by the token, so each route looks by itself."""
