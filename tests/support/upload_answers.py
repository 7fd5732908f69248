"""What the contract prints for uploads, and checks of an answer against it."""

import json
import re
from typing import Any

from shared.contracts.documents import DocumentUploaded, Unreadable
from shared.contracts.lumis import LumisOutcome
from shared.contracts.message import Event
from tests.support.gateway import Gateway, Reply
from tests.support.invoices import reconciled, unreadable

ERRORS = {
    "NO_IMAGE_FILE": (400, "No image file provided. Use 'image' or 'file' field name."),
    "NO_IMAGE_DATA": (400, "The image file is empty."),
    "INVALID_MULTIPART": (400, "The request body is not valid multipart/form-data."),
    "INVALID_MODE": (400, "mode must be 1 or 2"),
    "UNAUTHORIZED": (401, "Token JWT inválido o faltante"),
    "FILE_TOO_LARGE": (413, "Image file too large (max 10MB)"),
    "INVALID_FORMAT": (415, "Invalid image format. Supported: JPEG, PNG, PDF"),
    "OCR_PROCESSING_FAILED": (500, "OCR processing failed"),
    "INTERNAL_ERROR": (500, "Error interno del servidor"),
    "NOT_FOUND": (404, "Recurso no encontrado"),
    "METHOD_NOT_ALLOWED": (405, "Método no permitido"),
}
PATTERN = (
    "No se pudieron detectar todos los campos obligatorios. Campos faltantes: {}. Por favor, sube una nueva imagen "
    "donde estos campos sean claramente visibles, o usa el endpoint /api/v4/invoices/upload-ocr-retry para reintentar "
    "con una imagen adicional."
)


def answering(outcome: LumisOutcome | Unreadable) -> Any:
    def react(event: Event) -> Event | None:
        if not isinstance(event, DocumentUploaded):
            return None
        return reconciled(event, outcome) if isinstance(outcome, LumisOutcome) else unreadable(event, outcome)

    return react


def envelope(reply: Reply) -> dict[str, Any]:
    """The body after its ids and times were checked."""
    body = reply.json
    assert reply.headers["Content-Type"].startswith("application/json")
    assert list(body) == ["success", "data", "error", "request_id", "timestamp", "execution_time_ms", "cached"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", body["request_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["timestamp"])
    assert isinstance(body["execution_time_ms"], int)
    assert body["cached"] is False
    return dict(body)


def assert_error(reply: Reply, code: str) -> None:
    status, message = ERRORS[code]
    body = envelope(reply)
    assert (reply.status, body["success"], body["data"]) == (status, False, None)
    wanted = {
        "code": code,
        "message": message,
        "details": {"success": False, "cost_lumis": 0, "message": message},
    }
    assert json.dumps(body["error"]) == json.dumps(wanted)


async def nothing_left(gateway: Gateway) -> bool:
    """No file is kept and nothing was published."""
    return not gateway.bus.published and await gateway.database["files"].count_documents({}) == 0
