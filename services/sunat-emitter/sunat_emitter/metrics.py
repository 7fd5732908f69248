"""What operators see of the way to SUNAT."""

from prometheus_client import Counter, Gauge

from sunat_emitter.steps import Decided, End

SENT = Counter(
    "lumis_sunat_sendings_total",
    "Ends of a worker's turn with a comprobante: aceptado, rechazado, later, held, stopped, lost",
    ["outcome"],
)
PENDING = Gauge(
    "lumis_sunat_pending", "Comprobantes that SUNAT has not decided, by age (under_1h, under_1d, older)", ["age"]
)
DEADLINES = Gauge(
    "lumis_sunat_deadline_files",
    "Files that SUNAT does not have, by class (factura, boleta, baja) and by whether their legal time is near, past",
    ["clase", "standing"],
)
DEADLINE_SECONDS = Gauge(
    "lumis_sunat_deadline_seconds",
    "Seconds until the next legal time of a file that SUNAT does not have ends; +Inf where none waits",
    ["clase"],
)
HELD_BACK = Gauge("lumis_sunat_held_back", "Pending comprobantes that are not tried again by themselves")
STOPPED = Gauge("lumis_sunat_stopped_emisores", "Issuers whose SOL account SUNAT refuses, until it is changed")
NIGHTS = Counter(
    "lumis_sunat_nights_total", "Issuers' nightly summaries: done, failed (the log says why; tried again)", ["outcome"]
)
SUMMARIES = Counter(
    "lumis_sunat_summary_turns_total",
    "Ends of a worker's turn with an RC or RA: taken (has a ticket), aceptado, rechazado, later, missing (SUNAT has it "
    "and gave no ticket), adrift (SUNAT does not know its own ticket), held, stopped, lost",
    ["clase", "outcome"],
)
SUMMARIES_OPEN = Gauge(
    "lumis_sunat_summaries_open", "RCs and RAs that SUNAT has not decided, by step (creado, firmado, enviado)", ["paso"]
)
SUMMARIES_HELD = Gauge("lumis_sunat_summaries_held", "RCs and RAs that are not tried again by themselves")
OLDEST_TICKET = Gauge(
    "lumis_sunat_oldest_ticket_seconds", "Age of the ticket that SUNAT has left open longest; 0 where none is open"
)


def outcome_of(end: End) -> str:
    """The label of a turn's end."""
    if isinstance(end, Decided):
        return end.result.estado.lower()
    if getattr(end, "parado", False):
        return "stopped"
    return type(end).__name__.lower()


def turn_of(turn: object) -> str:
    """The label of a turn with a summary."""
    return outcome_of(turn) if isinstance(turn, End) else type(turn).__name__.lower()
