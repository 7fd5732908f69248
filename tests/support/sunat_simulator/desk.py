"""SUNAT's work on one call: from the request to the bytes of its answer, and what it enters in the books."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from tests.support.sunat_simulator import figures, messages, seals, summaries
from tests.support.sunat_simulator.books import ACEPTADO, ANULADO, RECHAZADO, Books, Entry, Ticket, fingerprint
from tests.support.sunat_simulator.faults import Kind
from tests.support.sunat_simulator.messages import Exception_, Request
from tests.support.sunat_simulator.packages import Package, unpack
from tests.support.sunat_simulator.paper import Node, Rejection, parse
from tests.support.sunat_simulator.receipts import Receipt, description, pack
from tests.support.sunat_simulator.rules import CHECKS, CUSTOMER, TOTALS, check_dates, issue_date
from tests.support.sunat_simulator.sums import check_sums

PASSWORD = "moddatos"
_ROOTS = {"01": "Invoice", "03": "Invoice", "07": "CreditNote", "08": "DebitNote"}


@dataclass(frozen=True)
class Rules:
    """What may differ from SUNAT to SUNAT."""

    factura_days: int = 3
    boleta_days: int = 5
    ticket_polls: int = 1
    """How often a ticket says that it is in process."""
    ticket_time: timedelta = timedelta(0)
    """How long it says so, however often it is asked."""


@dataclass
class Desk:
    """Answers calls. `claves` are the passwords of SOL users (`RUC` + user); all others have the usual one."""

    books: Books
    rules: Rules = field(default_factory=Rules)
    claves: dict[str, str] = field(default_factory=dict)

    def check_user(self, request: Request) -> None:
        """The SOL user and its password.

        Raises:
            Exception_: 0102.
        """
        if request.clave != self.claves.get(request.ruc + request.usuario, PASSWORD):
            raise Exception_(102, "Usuario o contraseña incorrectos")

    def send_bill(self, request: Request, *, beta: bool, remark: int | None = None) -> bytes:
        """Check a comprobante and enter it, accepted or rejected.

        Raises:
            Exception_: nothing was entered; beta answers a rejection so too, but enters it.
        """
        package = unpack(request.fields.get("fileName", ""), request.content(), summary=False)
        self.books.received[package.name] += 1
        paper = self._open(package, request.ruc)
        self._check_number(package)
        entry = self._decide(package, paper, beta=beta, remark=remark)
        self.books.register(entry)
        if beta and entry.estado == RECHAZADO:
            raise Exception_(entry.codigo, entry.mensaje)
        return messages.delivered(entry.receipt)

    def _open(self, package: Package, user_ruc: str) -> Node:
        if package.ruc != user_ruc:
            raise Exception_(154, "El RUC del archivo no corresponde al RUC del usuario")
        try:
            paper = parse(package.xml)
        except ValueError:
            raise Exception_(306, "No se puede leer (parsear) el archivo XML") from None
        if paper.name != _ROOTS[package.tipo]:
            raise Exception_(306, "No se puede leer (parsear) el archivo XML", f"raiz {paper.name}")
        if paper.name == "Invoice" and paper.text("cbc:InvoiceTypeCode") != package.tipo:
            raise Exception_(1003, "El tipo de documento no coincide con el consignado en el nombre del archivo")
        supplier = "cac:AccountingSupplierParty/cac:Party/cac:PartyIdentification/cbc:ID"
        serie, _, numero = paper.text("cbc:ID").partition("-")
        if paper.text(supplier) != package.ruc:
            raise Exception_(1034, "Número de RUC del nombre del archivo no coincide con el consignado en el XML")
        if serie != package.serie:
            raise Exception_(1035, "Número de serie del nombre del archivo no coincide con el consignado en el XML")
        if numero.lstrip("0") != package.numero.lstrip("0"):
            raise Exception_(1036, "Número de documento del nombre del archivo no coincide con el consignado en el XML")
        seals.check_schema(paper)
        return paper

    def _check_number(self, package: Package) -> None:
        known = self.books.entries.get(package.name)
        if known is None:
            return
        said = f"El comprobante {package.id} fue informado anteriormente"
        if known.estado == ACEPTADO:
            raise Exception_(1033, "El comprobante fue registrado previamente con otros datos", said)
        raise Exception_(1032, "El comprobante ya esta informado y se encuentra con estado anulado o rechazado", said)

    def _decide(self, package: Package, paper: Node, *, beta: bool, remark: int | None) -> Entry:
        remarks = [f"{remark:04d} - Observacion pedida (SIMULADOR)"] if remark else []
        try:
            seals.check_signature(package.xml)
            days = self.rules.boleta_days if package.serie.startswith("B") else self.rules.factura_days
            check_dates(paper, self.books.today, days)
            for check in CHECKS:
                check(paper)
            check_sums(paper)
            remarks += _remarks(paper)
            codigo, estado, mensaje = 0, ACEPTADO, ""
        except Rejection as rejection:
            codigo, estado, mensaje = rejection.codigo, RECHAZADO, rejection.mensaje
            remarks = []
        texto = description(package.tipo, package.id, accepted=estado == ACEPTADO, mensaje=mensaje)
        receptor = f"{paper.attribute(CUSTOMER, 'schemeID')}-{paper.text(CUSTOMER)}"
        said = Receipt(package.name, package.id, codigo, texto, self.books.clock(), tuple(remarks), receptor)
        total = f"{TOTALS[paper.name]}/cbc:PayableAmount"
        return Entry(
            name=package.name,
            estado=estado,
            codigo=codigo,
            mensaje=texto,
            huella=fingerprint(package.xml),
            fecha_emision=issue_date(paper) if estado == ACEPTADO else self.books.today,
            receptor=receptor,
            total=paper.text(total),
            moneda=paper.attribute(total, "currencyID"),
            receipt=pack(said, beta=beta),
            observaciones=tuple(remarks),
            figures=figures.of_document(paper),
        )

    def send_summary(self, request: Request, *, beta: bool, fate: Kind | None = None) -> bytes:
        """Take a summary or voiding in; it is worked off at once, and told when its ticket is asked late enough.

        Raises:
            Exception_: nothing was entered; 0402 while the same file is in process, 2223 or 2324 once it is done.
        """
        package = unpack(request.fields.get("fileName", ""), request.content(), summary=True)
        self.books.received[package.name] += 1
        self._check_file(package)
        if fate == "dropped_ticket":
            return messages.ticketed(self.books.new_number())
        codigo, content = self._work_off(package, request.ruc, beta=beta)
        numero = self.books.new_number()
        now = self.books.clock()
        ready = now + self.rules.ticket_time
        self.books.give_ticket(Ticket(numero, package.name, codigo, content, self.rules.ticket_polls, ready))
        if fate == "lost_ticket":
            del self.books.tickets[numero]
        return messages.ticketed(numero)

    def _check_file(self, package: Package) -> None:
        numero = self.books.files.get(package.name)
        if numero is None:
            return
        ticket = self.books.poll(numero)
        if ticket is not None and self.books.in_process(ticket):
            detail = f"El documento: {package.name} ya fue enviado y se encuentra en estado 98"
            raise Exception_(402, "La numeracion o nombre del documento ya ha sido enviado anteriormente", detail)
        if package.tipo == "RA":
            raise Exception_(2324, "El archivo de comunicacion de baja ya fue presentado anteriormente")
        raise Exception_(2223, "El archivo ya fue presentado anteriormente")

    def _work_off(self, package: Package, user_ruc: str, *, beta: bool) -> tuple[int, bytes]:
        """What it came to, and the receipt that says so."""
        try:
            paper = parse(package.xml)
        except ValueError:
            raise Exception_(306, "No se puede leer (parsear) el archivo XML") from None
        codigo, texto, remarks = 0, description(package.tipo, package.id, accepted=True), list[str]()
        try:
            summaries.check_identity(paper, package, user_ruc)
            seals.check_schema(paper)
            seals.check_signature(package.xml)
            remarks = summaries.apply(paper, package, self.books)
        except Rejection as rejection:
            codigo = rejection.codigo
            texto = description(package.tipo, package.id, accepted=False, mensaje=rejection.mensaje)
        said = Receipt(package.name, package.id, codigo, texto, self.books.clock(), tuple(remarks))
        return codigo, pack(said, beta=beta)

    def get_status(self, request: Request, fate: Kind | None = None) -> bytes:
        """What became of a ticket."""
        numero = request.fields.get("ticket", "")
        ticket = None if fate == "unknown_ticket" else self.books.poll(numero)
        if ticket is None:
            return messages.status("getStatus", "0127", "El ticket no existe (SIMULADOR)")
        if self.books.in_process(ticket):
            return messages.status("getStatus", "98" if ticket.polls_left % 2 else "0098")
        code = "99" if ticket.codigo else "0"
        return messages.status("getStatus", code, "", None if fate == "no_content" else ticket.receipt)

    def get_status_cdr(self, request: Request) -> bytes:
        """A comprobante's receipt, as the consult service gives it."""
        if refusal := self._refuse_consult(request):
            return messages.status("getStatusCdr", *refusal)
        known = self._find(request)
        if known is None or not known.receipt:
            return messages.status("getStatusCdr", "0127", "El ticket no existe (SIMULADOR)")
        return messages.status("getStatusCdr", "0004", "La constancia existe (SIMULADOR)", known.receipt)

    def consult(self, request: Request) -> bytes:
        """Whether a comprobante stands."""
        if refusal := self._refuse_consult(request):
            return messages.status("getStatus", *refusal)
        known = self._find(request)
        if known is None:
            return messages.status("getStatus", "0011", "El comprobante de pago electrónico no existe (SIMULADOR)")
        codes = {ACEPTADO: ("0001", "aceptado"), RECHAZADO: ("0002", "rechazado"), ANULADO: ("0003", "de baja")}
        codigo, word = codes[known.estado]
        return messages.status("getStatus", codigo, f"El comprobante existe y está {word} (SIMULADOR)")

    def _find(self, request: Request) -> Entry | None:
        keys = ("rucComprobante", "tipoComprobante", "serieComprobante", "numeroComprobante")
        return self.books.entries.get("-".join(request.fields.get(key, "") for key in keys))

    @staticmethod
    def _refuse_consult(request: Request) -> tuple[str, str] | None:
        wanted: tuple[tuple[str, str, Callable[[str], bool], str], ...] = (
            (
                "rucComprobante",
                "0004",
                lambda text: len(text) == 11 and text.isdecimal(),
                "Formato de RUC no es válido",
            ),
            (
                "tipoComprobante",
                "0009",
                lambda text: text in {"01", "07", "08"},
                "El tipo de comprobante debe ser 01, 07 u 08",
            ),
            (
                "serieComprobante",
                "0010",
                lambda text: text.startswith("F"),
                "Sólo se pueden consultar series que inician con F",
            ),
            (
                "numeroComprobante",
                "0007",
                lambda text: text.isdecimal() and int(text) > 0,
                "El número debe ser mayor que cero",
            ),
        )
        for key, codigo, holds, said in wanted:
            if not holds(request.fields.get(key, "")):
                return codigo, f"{said} (SIMULADOR)"
        ruc = request.fields["rucComprobante"]
        return None if ruc == request.ruc else ("0012", "El comprobante no le pertenece (SIMULADOR)")


def _remarks(paper: Node) -> list[str]:
    """4093: the issuer's ubigeo is none."""
    address = "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cac:RegistrationAddress"
    ubigeo = paper.text(f"{address}/cbc:ID")
    if ubigeo and not (len(ubigeo) == 6 and ubigeo.isdecimal() and "01" <= ubigeo[:2] <= "25"):
        return ["4093 - El codigo de ubigeo del domicilio fiscal del emisor no es válido (SIMULADOR)"]
    return []
