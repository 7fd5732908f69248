"""What the printed form of a document shows, as plain data: a template draws it, this decides what stands there."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sunat_emitter.catalogos.tablas import MONEDA, MOTIVO_NOTA_CREDITO, MOTIVO_NOTA_DEBITO, TIPO_DOCUMENTO_IDENTIDAD
from sunat_emitter.documents.amounts import per_unit
from sunat_emitter.documents.legends import LEYENDAS
from sunat_emitter.documents.model import Comprobante, Direccion, Linea

NOMBRES = {
    "01": "FACTURA ELECTRÓNICA",
    "03": "BOLETA DE VENTA ELECTRÓNICA",
    "07": "NOTA DE CRÉDITO ELECTRÓNICA",
    "08": "NOTA DE DÉBITO ELECTRÓNICA",
}
CONSULTA_SUNAT = "https://e-consulta.sunat.gob.pe/ol-ti-itconsvalicpe/ConsValiCpe.htm"
"""Where anyone can ask SUNAT whether a document is valid."""
_WORDS = "1000"


@dataclass(frozen=True)
class PrintedLine:
    """One line."""

    numero: int
    codigo: str
    descripcion: str
    unidad: str
    cantidad: Decimal
    valor_unitario: Decimal
    """Without taxes; a free line's reference value."""
    precio_unitario: Decimal
    """With taxes; a free line's reference value."""
    descuento: Decimal
    subtotal: Decimal
    """Without taxes, after the discount."""
    total: Decimal
    gratuita: bool


@dataclass(frozen=True)
class PrintedTotal:
    """A labelled sum."""

    etiqueta: str
    monto: Decimal


@dataclass(frozen=True)
class PrintedCuota:
    """An instalment."""

    numero: int
    vencimiento: date
    monto: Decimal


@dataclass(frozen=True)
class Printed:
    """A page's content."""

    titulo: str
    numero: str
    ruc: str
    emisor: str
    nombre_comercial: str
    domicilio: str
    contacto: tuple[str, ...]
    fecha: str
    hora: str
    fecha_vencimiento: str
    moneda: str
    simbolo: str
    cliente: str
    cliente_tipo_documento: str
    cliente_documento: str
    cliente_direccion: str
    forma_pago: str
    cuotas: tuple[PrintedCuota, ...]
    lineas: tuple[PrintedLine, ...]
    totales: tuple[PrintedTotal, ...]
    total: Decimal
    en_letras: str
    leyendas: tuple[str, ...]
    detraccion: tuple[str, ...]
    referencia: str
    motivo: str
    orden_compra: str
    guias: tuple[str, ...]
    observaciones: str
    hash: str
    qr: str
    representacion: str
    consulta: str


def qr_text(comprobante: Comprobante, digest: str = "") -> str:
    """The text of the QR code: `RUC|TT|SERIE|NUM|IGV|TOTAL|YYYY-MM-DD|TIPO_DOC|NUM_DOC|`, and the hash where given.

    UTF-8, drawn with error correction Q (RS 155-2017, anexo 6).
    """
    cliente, totales = comprobante.cliente, comprobante.totales
    fields = (
        comprobante.emisor.ruc,
        comprobante.tipo,
        comprobante.serie,
        str(comprobante.numero),
        f"{totales.igv + totales.ivap:.2f}",
        f"{totales.total:.2f}",
        comprobante.fecha_emision.isoformat(),
        cliente.tipo_documento,
        cliente.numero_documento,
        *((digest,) if digest else ()),
    )
    return "|".join(fields) + "|"


def printed(comprobante: Comprobante, digest: str, consulta: str = CONSULTA_SUNAT) -> Printed:
    """Everything that the page shows; `digest` is its signature's, `consulta` where a reader can look it up."""
    cliente, forma, note = comprobante.cliente, comprobante.forma_pago, comprobante.referencia
    title = NOMBRES[comprobante.tipo]
    return Printed(
        titulo=title,
        numero=comprobante.numero_completo,
        ruc=comprobante.emisor.ruc,
        emisor=comprobante.emisor.razon_social,
        nombre_comercial=comprobante.emisor.nombre_comercial,
        domicilio=_address(comprobante.emisor.direccion),
        contacto=tuple(each for each in (comprobante.emisor.telefono, comprobante.emisor.email) if each),
        fecha=_day(comprobante.fecha_emision),
        hora=comprobante.hora_emision.strftime("%H:%M:%S"),
        fecha_vencimiento=_day(comprobante.fecha_vencimiento) if comprobante.fecha_vencimiento else "",
        moneda=_named(MONEDA, comprobante.moneda, "descripcion"),
        simbolo=_named(MONEDA, comprobante.moneda, "simbolo"),
        cliente=cliente.nombre,
        cliente_tipo_documento=_named(TIPO_DOCUMENTO_IDENTIDAD, cliente.tipo_documento, "abreviatura"),
        cliente_documento=cliente.numero_documento,
        cliente_direccion=cliente.direccion,
        forma_pago="" if forma is None else "CRÉDITO" if forma.credito else "CONTADO",
        cuotas=_cuotas(comprobante),
        lineas=_lines(comprobante),
        totales=_totals(comprobante),
        total=comprobante.totales.total,
        en_letras="".join(each.texto for each in comprobante.leyendas if each.codigo == _WORDS),
        leyendas=tuple(LEYENDAS.get(each.codigo, each.texto) for each in comprobante.leyendas if each.codigo != _WORDS),
        detraccion=_deposit(comprobante),
        referencia=f"{NOMBRES[note.tipo]} {note.serie}-{note.numero}" if note else "",
        motivo=_motive(comprobante),
        orden_compra=comprobante.orden_compra,
        guias=comprobante.guias,
        observaciones=comprobante.observaciones,
        hash=digest,
        qr=qr_text(comprobante, digest),
        representacion=f"Representación impresa de la {title}",
        consulta=consulta,
    )


def _address(direccion: Direccion) -> str:
    place = " - ".join(part for part in (direccion.distrito, direccion.provincia, direccion.departamento) if part)
    return " ".join(part for part in (direccion.direccion, direccion.urbanizacion, place) if part)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _named(entries: tuple[dict[str, object], ...], code: str, field: str) -> str:
    return next((str(each[field]) for each in entries if each["codigo"] == code), code)


def _motive(comprobante: Comprobante) -> str:
    note = comprobante.referencia
    if note is None:
        return ""
    entries = MOTIVO_NOTA_CREDITO if comprobante.tipo == "07" else MOTIVO_NOTA_DEBITO
    name = _named(entries, note.motivo_codigo, "descripcion")
    return (
        f"{note.motivo_codigo} - {name}: {note.motivo}"
        if note.motivo.upper() != name
        else f"{note.motivo_codigo} - {name}"
    )


def _cuotas(comprobante: Comprobante) -> tuple[PrintedCuota, ...]:
    if comprobante.forma_pago is None:
        return ()
    return tuple(
        PrintedCuota(number, cuota.vencimiento, cuota.monto)
        for number, cuota in enumerate(comprobante.forma_pago.cuotas, 1)
    )


def _lines(comprobante: Comprobante) -> tuple[PrintedLine, ...]:
    return tuple(
        PrintedLine(
            numero=linea.numero,
            codigo=linea.codigo,
            descripcion=linea.descripcion,
            unidad=linea.unidad,
            cantidad=linea.cantidad,
            valor_unitario=linea.precio_unitario if linea.gratuita else _unit_value(linea),
            precio_unitario=linea.precio_unitario,
            descuento=linea.bruto - linea.valor_venta,
            subtotal=linea.valor_venta,
            total=linea.total,
            gratuita=linea.gratuita,
        )
        for linea in comprobante.lineas
    )


def _unit_value(linea: Linea) -> Decimal:
    """Before the discount, which a note's own unit value has in it."""
    if linea.ajustes or linea.bruto == linea.valor_venta:
        return linea.valor_unitario
    return per_unit(linea.bruto, linea.cantidad)


def _totals(comprobante: Comprobante) -> tuple[PrintedTotal, ...]:
    """The sums that are not zero, in the order of SUNAT's model; the total to pay always, last."""
    totales = comprobante.totales
    rate = next((tax.tasa for each in comprobante.lineas for tax in each.tributos if tax.codigo == "1000"), None)
    labelled = (
        ("OP. GRAVADA", totales.gravado),
        ("OP. GRAVADA IVAP", totales.ivap_base),
        ("OP. EXONERADA", totales.exonerado),
        ("OP. INAFECTA", totales.inafecto),
        ("OP. EXPORTACIÓN", totales.exportacion),
        ("OP. GRATUITA", totales.gratuito),
        ("DESCUENTOS", totales.descuento_items + totales.descuento_global),
        ("ISC", totales.isc),
        (f"IGV {rate:f}%" if rate is not None else "IGV", totales.igv),
        ("IVAP 4%", totales.ivap),
        ("ICBPER", totales.icbper),
        ("OTROS TRIBUTOS", totales.otros_tributos),
        ("OTROS CARGOS", totales.otros_cargos),
        ("ANTICIPOS", totales.anticipos),
        ("REDONDEO", totales.redondeo),
    )
    shown = tuple(PrintedTotal(label, amount) for label, amount in labelled if amount)
    return (*shown, PrintedTotal("IMPORTE TOTAL", totales.total))


def _deposit(comprobante: Comprobante) -> tuple[str, ...]:
    deposit = comprobante.detraccion
    if deposit is None:
        return ()
    return (
        f"Código de bien o servicio: {deposit.codigo}",
        f"Porcentaje: {deposit.porcentaje:f} %",
        f"Monto: S/ {deposit.monto:.2f}",
        f"Cuenta del Banco de la Nación: {deposit.cuenta}",
        f"Medio de pago: {deposit.medio_pago}",
    )
