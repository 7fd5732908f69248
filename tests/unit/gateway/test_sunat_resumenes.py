"""Summaries and voidings at the edge: the wait for tickets, shapes by state, what SUNAT refuses at once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.sunat import Sunat
from shared.contracts.resumenes import ResumenSent
from shared.contracts.sunat.resumenes import (
    CreateBaja,
    CreateResumen,
    LineaShown,
    ListBajas,
    ReadBaja,
    ReadResumen,
    ResumenesPage,
    ResumenesShown,
    ResumenShown,
)
from shared.mongo import Database
from tests.support.gateway import Gateway, running

RESUMENES, BAJAS = "/api/facturacion/resumenes", "/api/facturacion/bajas"
DAY = date(2025, 10, 13)
BODY = {"fecha": "2025-10-13"}
VOID = {"comprobantes": [{"tipo": "01", "serie": "F001", "numero": 85, "motivo": "ERROR EN LA EMISION"}]}


def shown(clase: str = "RC", number: int = 1, **fields: Any) -> ResumenShown:
    identificador = f"{clase}-20251013-{number:03d}"
    line = LineaShown(
        tipo="01",
        serie="F001",
        numero=85,
        condicion=None,
        motivo="ERROR EN LA EMISION",
        moneda="PEN",
        total=Decimal("250.50"),
        igv=Decimal("38.21"),
    )
    values = {
        "nombre_archivo": f"20123456789-{identificador}",
        "id": 44 + number,
        "clase": clase,
        "identificador": identificador,
        "fecha_referencia": DAY,
        "fecha_generacion": DAY,
        "ticket": None,
        "cantidad_comprobantes": 1,
        "totales": {"PEN": Decimal("250.50")},
        "estado": "PENDIENTE",
        "codigo_sunat": None,
        "mensaje_sunat": None,
        "fecha_envio": None,
        "fecha_procesamiento": None,
        "firmado": False,
        "tiene_cdr": False,
        "lineas": (line,),
    }
    return ResumenShown.model_validate({**values, **fields})


def both(*partes: ResumenShown, told: tuple[str, ...] = ()) -> ResumenesShown:
    return ResumenesShown(partes=partes, advertencias=told)


async def test_a_summary_waits_for_its_ticket_and_shows_it(gateway: Gateway) -> None:
    sent = shown(ticket="20251013001", firmado=True, fecha_envio=datetime(2025, 10, 13, 23, 50, tzinfo=UTC))
    gateway.bus.answers[ReadResumen] = both(sent)

    def make(call: CreateResumen) -> ResumenesShown:
        fields = sent.model_dump(include={"nombre_archivo", "clase", "identificador", "fecha_referencia"})
        event = ResumenSent.model_validate(
            {
                **fields,
                "request_id": call.request_id,
                "origin": call.origin,
                "company": call.company,
                "emisor_id": 1,
                "cantidad": 1,
                "ticket": "20251013001",
            }
        )
        gateway.deps.waiters.resolve(event)
        return both(shown(), told=("B001-150: igv enviado 38.20, emitido 38.21; se informa lo emitido",))

    gateway.bus.answers[CreateResumen] = make
    reply = await gateway.send("POST", RESUMENES, json=BODY)
    assert reply.status == 200, reply.text
    assert reply.json["message"] == "Resumen Diario enviado correctamente"
    data = reply.json["data"]
    wanted = (
        "id",
        "fecha_resumen",
        "identificador",
        "ticket",
        "cantidad_comprobantes",
        "total",
        "estado",
        "fecha_envio",
    )
    assert [data[name] for name in wanted] == [
        45,
        "2025-10-13",
        "RC-20251013-001",
        "20251013001",
        1,
        250.5,
        "PENDIENTE",
        "2025-10-13T23:50:00Z",
    ]
    assert data["xml_url"].endswith("/storage/xml/20123456789-RC-20251013-001.xml")
    assert len(data["advertencias"]) == 1


async def test_without_a_ticket_in_time_it_is_null_and_several_parts_add_up(database: Database) -> None:
    async with running(database, change=lambda deps: replace(deps, sunat=Sunat(wait=timedelta(0)))) as gateway:
        gateway.bus.answers[CreateBaja] = both(shown("RA"), shown("RC", 2))
        data = (await gateway.send("POST", BAJAS, json=VOID)).json["data"]
        assert (data["identificador"], data["ticket"], data["xml_url"]) == ("RA-20251013-001", None, None)
        assert (data["fecha_baja"], data["cantidad_comprobantes"], data["total"]) == ("2025-10-13", 2, 501)
        assert [each["identificador"] for each in data["partes"]] == ["RA-20251013-001", "RC-20251013-002"]
        assert data["totales"] == {"PEN": 501}


async def test_amounts_of_several_currencies_are_never_added_up(database: Database) -> None:
    async with running(database, change=lambda deps: replace(deps, sunat=Sunat(wait=timedelta(0)))) as gateway:
        dollars = shown("RC", 2, totales={"USD": Decimal("20.00"), "PEN": Decimal("1.50")})
        gateway.bus.answers[CreateBaja] = both(shown("RA"), dollars)
        data = (await gateway.send("POST", BAJAS, json=VOID)).json["data"]
        assert (data["total"], data["totales"]) == (None, {"PEN": 252, "USD": 20})
        assert [each["total"] for each in data["partes"]] == [250.5, None]
        gateway.bus.answers[ListBajas] = ResumenesPage(resumenes=(dollars,), total=1)
        row = (await gateway.send("GET", BAJAS)).json["data"][0]
        assert (row["total"], row["totales"]) == (None, {"USD": 20, "PEN": 1.5})


async def test_what_sunat_refuses_at_once_is_shown_with_its_code(gateway: Gateway) -> None:
    refused: dict[str, Any] = {
        "estado": "RECHAZADO",
        "codigo_sunat": "2220",
        "mensaje_sunat": "El ID no coincide con el nombre",
    }
    gateway.bus.answers[CreateBaja] = both(shown("RA", **refused))
    reply = await gateway.send("POST", BAJAS, json=VOID)
    assert reply.status == 422
    assert (reply.json["error"], reply.json["codigo_sunat"]) == ("SUNAT_ERROR", "2220")
    gateway.bus.answers[CreateBaja] = both(shown("RA", **refused), shown("RC", 2, ticket="2"))
    assert (await gateway.send("POST", BAJAS, json=VOID)).status == 200


async def test_each_state_has_the_shape_of_the_contract(gateway: Gateway) -> None:
    async def read(path: str, **fields: Any) -> dict[str, Any]:
        clase = "RC" if path == RESUMENES else "RA"
        gateway.bus.answers |= dict.fromkeys((ReadResumen, ReadBaja), both(shown(clase, **fields)))
        reply = await gateway.send("GET", f"{path}/20251013001")
        assert reply.status == 200, reply.text
        return dict(reply.json["data"])

    pending = await read(RESUMENES, ticket="20251013001")
    assert (pending["estado"], pending["mensaje"]) == ("PENDIENTE", "En proceso de validación por SUNAT")
    assert "codigo_sunat" not in pending
    assert (await read(RESUMENES))["mensaje"] == "Aún no se ha enviado a SUNAT"
    held = await read(BAJAS, motivo_pendiente="El emisor no tiene usuario y clave SOL")
    assert held["mensaje"] == "El emisor no tiene usuario y clave SOL"
    end = {"ticket": "20251013001", "codigo_sunat": "0", "mensaje_sunat": "ha sido aceptada", "tiene_cdr": True}
    done = await read(BAJAS, estado="ACEPTADO", fecha_procesamiento=datetime(2025, 10, 14, 9, tzinfo=UTC), **end)
    assert (done["estado"], done["codigo_sunat"], done["fecha_procesamiento"]) == (
        "ACEPTADO",
        "0",
        "2025-10-14T09:00:00Z",
    )
    assert done["cdr_url"].endswith("/storage/cdr/R-20123456789-RA-20251013-001.zip")
    voided = [(each["tipo"], each["serie"], each["numero"]) for each in done["comprobantes_anulados"]]
    assert voided == [("01", "F001", 85)]
    refused = await read(BAJAS, estado="RECHAZADO", codigo_sunat="2323", mensaje_sunat="Existe documento ya informado")
    assert (refused["estado"], refused["codigo_sunat"]) == ("RECHAZADO", "2323")
    assert "comprobantes_anulados" not in refused
