"""Who sends what and who receives it: the one table from which queues, and the AsyncAPI document, are made.

Every service declares every queue in it when it connects, so that no event is lost because its reader never ran.
"""

from dataclasses import dataclass
from typing import Any

from shared.contracts.comprobantes import ComprobanteAccepted, ComprobanteIssued, ComprobanteRejected
from shared.contracts.credits import (
    AdjustCredits,
    CheckAccounts,
    CreditsAdjusted,
    CreditsGranted,
    CreditsHeld,
    CreditsReleased,
    CreditsSettled,
    GrantCredits,
    HoldCredits,
    ListMovements,
    ReadBalance,
    ReadPrices,
    ReadStatement,
    ReleaseHold,
    SetPrices,
)
from shared.contracts.documents import (
    DocumentAbandoned,
    DocumentRecognized,
    DocumentReconciled,
    DocumentUnreadable,
    DocumentUploaded,
)
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.extract import CallbackScheduled, DocumentCorrected
from shared.contracts.message import Call, Event
from shared.contracts.plazos import PlazoNeared, PlazoPassed
from shared.contracts.resumenes import (
    BajaResolved,
    BajaSent,
    ComprobanteVoided,
    ResumenIssued,
    ResumenResolved,
    ResumenSent,
)
from shared.contracts.reviews import (
    InvoiceApproved,
    InvoiceCorrected,
    InvoiceRejected,
    ListInvoices,
    ReviewInvoice,
)
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
from shared.contracts.tags import (
    DeleteSegment,
    EraseTags,
    ImportCatalog,
    ListSegments,
    ListUnresolved,
    ReadCatalogRows,
    ReadTags,
    SegmentUsers,
    StoreSegment,
    TaggedUsers,
    UserTagged,
)
from shared.contracts.webhooks import WebhookScheduled


@dataclass(frozen=True)
class EventRow:
    """An event, the service that publishes it and the services that act on it (the gateway follows all of them)."""

    event: type[Event]
    sender: str
    receivers: tuple[str, ...] = ()
    also_from: tuple[str, ...] = ()
    """Other services that publish it too; then each one's ids are its own."""


@dataclass(frozen=True)
class CallRow:
    """A call and the service that answers it."""

    call: type[Call[Any]]
    server: str


_WITH_USERS = ("gateway", "reconciler", "tagger", "ocr-engine", "ledger")
"""Services that hold data of users; sunat-emitter holds a seller's books, which tax law has kept."""

EVENTS: tuple[EventRow, ...] = (
    EventRow(DocumentUploaded, "gateway", ("ocr-engine",)),
    EventRow(DocumentAbandoned, "gateway", ("ledger",)),
    EventRow(DocumentRecognized, "ocr-engine", ("reconciler",)),
    EventRow(DocumentUnreadable, "ocr-engine", ("ledger",)),
    EventRow(DocumentReconciled, "reconciler", ("ledger", "tagger")),
    EventRow(DocumentCorrected, "gateway", ("ocr-engine",)),
    EventRow(CreditsHeld, "ledger"),
    EventRow(CreditsSettled, "ledger"),
    EventRow(CreditsReleased, "ledger"),
    EventRow(CreditsGranted, "ledger"),
    EventRow(CreditsAdjusted, "ledger"),
    EventRow(WebhookScheduled, "gateway", ("gateway",)),
    EventRow(CallbackScheduled, "gateway", ("gateway",)),
    EventRow(UserTagged, "tagger"),
    EventRow(InvoiceApproved, "reconciler"),
    EventRow(InvoiceCorrected, "reconciler", ("tagger",)),
    EventRow(InvoiceRejected, "reconciler", ("tagger",)),
    EventRow(ErasureRequested, "gateway", _WITH_USERS),
    EventRow(ErasureCompleted, "gateway", also_from=_WITH_USERS[1:]),
    EventRow(ComprobanteIssued, "sunat-emitter", ("sunat-emitter",)),
    EventRow(ComprobanteAccepted, "sunat-emitter"),
    EventRow(ComprobanteRejected, "sunat-emitter", ("sunat-emitter",)),
    EventRow(ComprobanteVoided, "sunat-emitter"),
    EventRow(ResumenIssued, "sunat-emitter", ("sunat-emitter",)),
    EventRow(ResumenSent, "sunat-emitter", ("sunat-emitter",)),
    EventRow(ResumenResolved, "sunat-emitter"),
    EventRow(BajaSent, "sunat-emitter", ("sunat-emitter",)),
    EventRow(BajaResolved, "sunat-emitter"),
    EventRow(CorreoRequested, "sunat-emitter", ("sunat-emitter",)),
    EventRow(PlazoNeared, "sunat-emitter"),
    EventRow(PlazoPassed, "sunat-emitter"),
)

FROM_SEVERAL = frozenset(row.event.NAME for row in EVENTS if row.also_from)
"""Events that more than one service publishes."""

CALLS: tuple[CallRow, ...] = (
    CallRow(HoldCredits, "ledger"),
    CallRow(ReleaseHold, "ledger"),
    CallRow(ReadBalance, "ledger"),
    CallRow(GrantCredits, "ledger"),
    CallRow(ListMovements, "ledger"),
    CallRow(AdjustCredits, "ledger"),
    CallRow(ReadStatement, "ledger"),
    CallRow(ReadPrices, "ledger"),
    CallRow(SetPrices, "ledger"),
    CallRow(CheckAccounts, "ledger"),
    CallRow(ReadCatalog, "sunat-emitter"),
    CallRow(ReadEmisor, "sunat-emitter"),
    CallRow(WriteEmisor, "sunat-emitter"),
    CallRow(UploadCertificado, "sunat-emitter"),
    CallRow(ListSeries, "sunat-emitter"),
    CallRow(ReadSerie, "sunat-emitter"),
    CallRow(CreateSerie, "sunat-emitter"),
    CallRow(UpdateSerie, "sunat-emitter"),
    CallRow(ReserveCorrelativo, "sunat-emitter"),
    CallRow(CreateVenta, "sunat-emitter"),
    CallRow(ListVentas, "sunat-emitter"),
    CallRow(ReadVenta, "sunat-emitter"),
    CallRow(AnnulVenta, "sunat-emitter"),
    CallRow(IssueComprobante, "sunat-emitter"),
    CallRow(IssueNota, "sunat-emitter"),
    CallRow(ReadComprobante, "sunat-emitter"),
    CallRow(ReadNota, "sunat-emitter"),
    CallRow(ListNotas, "sunat-emitter"),
    CallRow(CreateResumen, "sunat-emitter"),
    CallRow(ReadResumen, "sunat-emitter"),
    CallRow(ListResumenes, "sunat-emitter"),
    CallRow(CreateBaja, "sunat-emitter"),
    CallRow(ReadBaja, "sunat-emitter"),
    CallRow(ListBajas, "sunat-emitter"),
    CallRow(ReadArchivo, "sunat-emitter"),
    CallRow(ReadPdf, "sunat-emitter"),
    CallRow(WriteLogo, "sunat-emitter"),
    CallRow(DeleteLogo, "sunat-emitter"),
    CallRow(SendCorreo, "sunat-emitter"),
    CallRow(ReadCorreo, "sunat-emitter"),
    CallRow(ListCorreos, "sunat-emitter"),
    CallRow(ListConciliaciones, "sunat-emitter"),
    CallRow(ReadConciliacion, "sunat-emitter"),
    CallRow(ReadReporte, "sunat-emitter"),
    CallRow(ReadReporteCsv, "sunat-emitter"),
    CallRow(ReadReportePdf, "sunat-emitter"),
    CallRow(ImportHistory, "sunat-emitter"),
    CallRow(ReadTags, "tagger"),
    CallRow(EraseTags, "tagger"),
    CallRow(TaggedUsers, "tagger"),
    CallRow(SegmentUsers, "tagger"),
    CallRow(ListSegments, "tagger"),
    CallRow(StoreSegment, "tagger"),
    CallRow(DeleteSegment, "tagger"),
    CallRow(ImportCatalog, "tagger"),
    CallRow(ReadCatalogRows, "tagger"),
    CallRow(ListUnresolved, "tagger"),
    CallRow(ListInvoices, "reconciler"),
    CallRow(ReviewInvoice, "reconciler"),
)

FOLLOWERS = ("gateway",)
"""Services with one queue that receives every event: the gateway keeps each request's timeline by it."""


def event_queue(service: str, event: type[Event]) -> str:
    """The durable queue through which a service receives an event."""
    return f"{service}.{event.NAME}"


def follower_queue(service: str) -> str:
    """The durable queue through which a follower receives every event."""
    return f"{service}.every-event"
