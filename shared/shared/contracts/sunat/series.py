"""Series and their correlativos."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.contracts.message import Call, Contract, RequestId
from shared.contracts.sunat.values import Company, Numero, TipoComprobante

EstadoSerie = Literal["activo", "inactivo"]
_Nombre = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class SerieInput(Contract):
    """A new series."""

    tipo_comprobante: TipoComprobante
    serie: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, min_length=1, max_length=4)]
    correlativo_inicial: int = Field(default=1, ge=1, le=99_999_999)
    """The first number that will be used."""
    sede_id: Numero | None = None
    sede_nombre: _Nombre | None = None
    caja_id: Numero | None = None
    estado: EstadoSerie = "activo"


class SerieChange(Contract):
    """What a PATCH changes; absent fields stay."""

    estado: EstadoSerie | None = None
    sede_id: Numero | None = None
    sede_nombre: _Nombre | None = None
    caja_id: Numero | None = None


class SerieShown(Contract):
    """A series as the API shows it."""

    id: int
    tipo_comprobante: TipoComprobante
    tipo_nombre: str
    serie: str
    correlativo_actual: int
    """The last number that was used; 0 before the first."""
    proximo_numero: str
    sede_id: int | None
    sede_nombre: str | None
    caja_id: int | None
    estado: EstadoSerie
    created_at: datetime


class SeriesShown(Contract):
    """Answer of ListSeries."""

    series: tuple[SerieShown, ...]


class ListSeries(Call[SeriesShown]):
    """The tenant's series in the order of their ids."""

    NAME: ClassVar[str] = "sunat.list-series.v1"
    ANSWER: ClassVar[type[Contract]] = SeriesShown

    company: Company
    tipo_comprobante: TipoComprobante | None = None
    estado: EstadoSerie | None = None
    sede_id: Numero | None = None


class ReadSerie(Call[SerieShown]):
    """One series. Refused with `SERIE_NO_ENCONTRADA`."""

    NAME: ClassVar[str] = "sunat.read-serie.v1"
    ANSWER: ClassVar[type[Contract]] = SerieShown

    company: Company
    id: int


class CreateSerie(Call[SerieShown]):
    """A new series. Refused with `SERIE_INVALIDA`, `SERIE_DUPLICADA`."""

    NAME: ClassVar[str] = "sunat.create-serie.v1"
    ANSWER: ClassVar[type[Contract]] = SerieShown

    company: Company
    serie: SerieInput


class UpdateSerie(Call[SerieShown]):
    """Change a series. Refused with `SERIE_NO_ENCONTRADA`."""

    NAME: ClassVar[str] = "sunat.update-serie.v1"
    ANSWER: ClassVar[type[Contract]] = SerieShown

    company: Company
    id: int
    cambio: SerieChange
    campos: tuple[Literal["estado", "sede_id", "sede_nombre", "caja_id"], ...]
    """What of it was said; the rest stays."""


class CorrelativoReservado(Contract):
    """A number that nothing else will get."""

    serie: str
    correlativo: int
    numero_completo: str


class ReserveCorrelativo(Call[CorrelativoReservado]):
    """Take the next number of a series without a comprobante; the same one for the same request.

    Refused with `SERIE_NO_ENCONTRADA`, `SERIE_INACTIVA`, `SERIE_AGOTADA`.
    """

    NAME: ClassVar[str] = "sunat.reserve-correlativo.v1"
    ANSWER: ClassVar[type[Contract]] = CorrelativoReservado

    company: Company
    serie_id: int
    request_id: RequestId | None = None
