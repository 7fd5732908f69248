"""Wires the sunat-emitter: settings to parts, calls to operations, events to handlers."""

from dataclasses import replace

from shared.bus import Operation, Subscription
from shared.contracts.comprobantes import ComprobanteIssued, ComprobanteRejected
from shared.contracts.resumenes import BajaSent, ResumenIssued, ResumenSent
from shared.contracts.sunat.catalogos import ReadCatalog
from shared.contracts.sunat.conciliacion import ListConciliaciones, ReadConciliacion
from shared.contracts.sunat.emision import (
    IssueComprobante,
    IssueNota,
    ListNotas,
    ReadArchivo,
    ReadComprobante,
    ReadNota,
)
from shared.contracts.sunat.emisores import ReadEmisor, UploadCertificado, WriteEmisor
from shared.contracts.sunat.importaciones import ImportHistory
from shared.contracts.sunat.impresos import (
    CorreoRequested,
    DeleteLogo,
    ListCorreos,
    ReadCorreo,
    ReadPdf,
    SendCorreo,
    WriteLogo,
)
from shared.contracts.sunat.reportes import ReadReporte, ReadReporteCsv, ReadReportePdf
from shared.contracts.sunat.resumenes import (
    CreateBaja,
    CreateResumen,
    ListBajas,
    ListResumenes,
    ReadBaja,
    ReadResumen,
)
from shared.contracts.sunat.series import CreateSerie, ListSeries, ReadSerie, ReserveCorrelativo, UpdateSerie
from shared.contracts.sunat.ventas import AnnulVenta, CreateVenta, ListVentas, ReadVenta
from shared.mongo import ensure_indexes
from shared.service import Platform, Service
from sunat_emitter.bajas import create_baja, list_bajas, read_baja
from sunat_emitter.catalogos.lectura import read_catalog
from sunat_emitter.conciliacion.conciliador import Conciliador, Diaria
from sunat_emitter.conciliacion.diaria import reconcile_daily, tell_voided
from sunat_emitter.conciliacion.lectura import list_conciliaciones, read_conciliacion
from sunat_emitter.correos import deliver_correo, list_correos, read_correo, send_correo, tell_correos
from sunat_emitter.cuentas import SealedCuentas
from sunat_emitter.deps import Deps, on_database
from sunat_emitter.despacho import ask_baja, ask_resumen, dispatch_resumen, sweep_resumenes
from sunat_emitter.downloads import read_archivo
from sunat_emitter.emision import tell_issued
from sunat_emitter.emisores import read_emisor, upload_certificado, write_emisor
from sunat_emitter.facturacion import issue_comprobante, read_comprobante, reopen_venta
from sunat_emitter.firmas import Firmas
from sunat_emitter.importaciones import import_history
from sunat_emitter.imprenta import Imprenta
from sunat_emitter.impresos import delete_logo, read_pdf, write_logo
from sunat_emitter.mail import Correspondencia, Mailer
from sunat_emitter.nocturno.ronda import summarize_nightly
from sunat_emitter.notas import issue_nota, list_notas, read_nota
from sunat_emitter.noticias import tell_resumenes
from sunat_emitter.pdf.press import Press
from sunat_emitter.reportes.lectura import read_reporte, read_reporte_csv, read_reporte_pdf
from sunat_emitter.resending import sweep_envios
from sunat_emitter.resolucion import settle_decided
from sunat_emitter.resumenes import create_resumen, list_resumenes, read_resumen
from sunat_emitter.sending import send_issued
from sunat_emitter.series import create_serie, list_series, read_serie, reserve_correlativo, update_serie
from sunat_emitter.settings import SunatEmitterSettings
from sunat_emitter.soap import SoapClient
from sunat_emitter.steps import Sending, sending_of
from sunat_emitter.store import DATABASE, INDEXES, Correos, Logos
from sunat_emitter.store.auditoria import INDEXES as AUDIT_INDEXES
from sunat_emitter.store.auditoria import Auditoria
from sunat_emitter.store.conciliaciones import Conciliaciones
from sunat_emitter.store.envios import INDEXES as SENDING_INDEXES
from sunat_emitter.store.envios import Envios
from sunat_emitter.store.revisables import INDEXES as REVIEW_INDEXES
from sunat_emitter.store.revisables import Revisables
from sunat_emitter.store.vencimientos import INDEXES as DEADLINE_INDEXES
from sunat_emitter.store.vencimientos import Vencimientos
from sunat_emitter.vencimientos import Vigilancia, watch_plazos
from sunat_emitter.ventas import annul_venta, create_venta, list_ventas, read_venta
from sunat_emitter.vigencia import watch_certificates

_CONNECTIONS = 64
"""To SUNAT: more than deliveries and the sweep have in hand together."""


async def build(settings: SunatEmitterSettings, platform: Platform) -> Deps:
    """Open the database and make its indexes."""
    database = platform.database(DATABASE)
    await ensure_indexes(
        database,
        (
            *INDEXES,
            *SENDING_INDEXES,
            *AUDIT_INDEXES,
            *DEADLINE_INDEXES,
            *REVIEW_INDEXES,
            *Conciliaciones.INDEXES,
        ),
    )
    vault = settings.vault
    deps = on_database(
        database,
        platform.bus,
        vault,
        Firmas(vault, settings.sunat_signature),
        file_time=settings.file_time,
        republish_after=settings.republish_after,
        xsd_folder=settings.sunat_xsd_folder,
        resend_seconds=settings.sunat_resend_seconds,
        nightly=settings.nightly,
    )
    deps = replace(
        deps,
        sending=_sending(settings, platform, deps),
        imprenta=_imprenta(settings, platform, deps),
        correspondencia=_correspondencia(settings, platform),
        vigilancia=_vigilancia(settings, platform),
    )
    return replace(deps, diaria=_diaria(settings, platform, deps))


def _sending(settings: SunatEmitterSettings, platform: Platform, deps: Deps) -> Sending:
    database = platform.database(DATABASE)
    return Sending(
        envios=Envios(database),
        archivos=deps.archivos,
        auditoria=Auditoria(database, settings.audit_time),
        cuentas=SealedCuentas(deps.emisores, deps.vault, settings.sunat_base_url),
        client=SoapClient(settings.budget, connections=_CONNECTIONS),
        breakers=settings.breakers,
        bus=platform.bus,
        terms=settings.terms(settings.file_time),
    )


def _imprenta(settings: SunatEmitterSettings, platform: Platform, deps: Deps) -> Imprenta:
    database = platform.database(DATABASE)
    return Imprenta(
        emisores=deps.emisores,
        auditoria=Auditoria(database, settings.audit_time),
        logos=Logos(database),
        press=Press(settings.sunat_pdf_workers),
        base_url=settings.sunat_base_url,
        base_url_is_legal=settings.sunat_base_url_is_legal,
        consulta=settings.sunat_consulta_url,
    )


def _correspondencia(settings: SunatEmitterSettings, platform: Platform) -> Correspondencia:
    server = settings.mail_server
    correos = Correos(platform.database(DATABASE))
    return Correspondencia(correos, Mailer(server) if server else None, settings.mail_time)


def _vigilancia(settings: SunatEmitterSettings, platform: Platform) -> Vigilancia:
    return Vigilancia(
        Vencimientos(platform.database(DATABASE)),
        settings.terms(settings.file_time).plazos,
        settings.warning,
        settings.sunat_watch_seconds,
    )


def _diaria(settings: SunatEmitterSettings, platform: Platform, deps: Deps) -> Diaria:
    files = Revisables(platform.database(DATABASE))
    pace = settings.sunat_conciliacion_per_second
    conciliador = Conciliador(deps.conciliaciones, files, deps.resumenes, sending_of(deps), pace)
    return Diaria(
        conciliador,
        settings.sunat_conciliacion_days,
        settings.sunat_conciliacion_hour,
        settings.sunat_conciliacion_look_seconds,
    )


async def close(deps: Deps) -> None:
    """Close the connections to SUNAT; print no more."""
    if deps.imprenta is not None:
        deps.imprenta.press.close()
    if deps.sending is not None:
        await deps.sending.client.close()


SERVICE = Service(
    name="sunat-emitter",
    settings=SunatEmitterSettings,
    build=build,
    subscriptions=(
        Subscription(ComprobanteIssued, send_issued),
        Subscription(ComprobanteRejected, reopen_venta),
        Subscription(ResumenIssued, dispatch_resumen),
        Subscription(ResumenSent, ask_resumen),
        Subscription(BajaSent, ask_baja),
        Subscription(CorreoRequested, deliver_correo, prefetch=8),
    ),
    operations=(
        Operation(ReadCatalog, read_catalog),
        Operation(ReadEmisor, read_emisor),
        Operation(WriteEmisor, write_emisor),
        Operation(UploadCertificado, upload_certificado),
        Operation(ListSeries, list_series),
        Operation(ReadSerie, read_serie),
        Operation(CreateSerie, create_serie),
        Operation(UpdateSerie, update_serie),
        Operation(ReserveCorrelativo, reserve_correlativo),
        Operation(CreateVenta, create_venta),
        Operation(ListVentas, list_ventas),
        Operation(ReadVenta, read_venta),
        Operation(AnnulVenta, annul_venta),
        Operation(IssueComprobante, issue_comprobante),
        Operation(IssueNota, issue_nota),
        Operation(ReadComprobante, read_comprobante),
        Operation(ReadNota, read_nota),
        Operation(ListNotas, list_notas),
        Operation(CreateResumen, create_resumen),
        Operation(ReadResumen, read_resumen),
        Operation(ListResumenes, list_resumenes),
        Operation(CreateBaja, create_baja),
        Operation(ReadBaja, read_baja),
        Operation(ListBajas, list_bajas),
        Operation(ReadArchivo, read_archivo),
        Operation(ReadPdf, read_pdf),
        Operation(WriteLogo, write_logo),
        Operation(DeleteLogo, delete_logo),
        Operation(SendCorreo, send_correo),
        Operation(ReadCorreo, read_correo),
        Operation(ListCorreos, list_correos),
        Operation(ListConciliaciones, list_conciliaciones),
        Operation(ReadConciliacion, read_conciliacion),
        Operation(ReadReporte, read_reporte, prefetch=4),
        Operation(ReadReporteCsv, read_reporte_csv, prefetch=4),
        Operation(ReadReportePdf, read_reporte_pdf, prefetch=4),
        Operation(ImportHistory, import_history, prefetch=2),
    ),
    background=(
        tell_issued,
        sweep_envios,
        watch_certificates,
        tell_correos,
        watch_plazos,
        reconcile_daily,
        tell_voided,
        tell_resumenes,
        settle_decided,
        sweep_resumenes,
        summarize_nightly,
    ),
    close=close,
)
