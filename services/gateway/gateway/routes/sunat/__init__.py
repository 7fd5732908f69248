"""The SUNAT family: electronic invoices for Peru."""

from gateway.http import Family
from gateway.routes import bearer
from gateway.routes.sunat import catalogos, envelope

FAMILY = Family(
    name="sunat",
    routes=(*catalogos.ROUTES,),
    authenticate=bearer.authenticate,
    answer=envelope.answer,
    error=envelope.error,
    answer_model=envelope.answer_model,
    error_model=envelope.Failure,
    refusals={"CATALOGO_NO_ENCONTRADO": 404},
)
