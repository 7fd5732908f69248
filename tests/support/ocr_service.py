"""The API's printed client as one state machine with one stored value (Lumis API, section 14)."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Send = Callable[[str, bytes, Mapping[str, str]], Awaitable[dict[str, Any]]]
"""POSTs an image with text parts to a path; gives the parsed body, whatever the status."""

UPLOAD = "/api/v4/invoices/upload-ocr"
RETRY = "/api/v4/invoices/upload-ocr-retry"


@dataclass
class OcrService:
    """Uploads an invoice and retries until nothing is missing; keeps `extracted_data` between the steps."""

    send: Send
    extracted_data: dict[str, Any] | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)
    """Every body that came, for tests."""

    async def upload_invoice(self, image: bytes, mode: int = 1) -> dict[str, Any]:
        """Upload; `{"success": False, "missing": …, "extracted": …}` where fields are missing."""
        self.reset()
        result = await self._post(UPLOAD, image, {"mode": str(mode)})
        if result["success"]:
            return dict(result["data"])
        details = result.get("error", {}).get("details", {})
        if not (details.get("missing_fields") and details.get("extracted_data")):
            raise RuntimeError(result.get("error", {}).get("message") or "Error desconocido")
        self.extracted_data = details["extracted_data"]
        return {"success": False, "missing": details["missing_fields"], "extracted": self.extracted_data}

    async def retry_missing_fields(self, image: bytes, keys: Sequence[str]) -> dict[str, Any]:
        """Retry with what is stored; the store is cleared on success and else takes the new partial merge."""
        if not self.extracted_data:
            raise RuntimeError("No hay datos previos. Usa upload_invoice primero.")
        texts = {"missing_fields": json.dumps(list(keys)), "previous_data": json.dumps(self.extracted_data)}
        result = await self._post(RETRY, image, texts)
        if result["success"]:
            self.reset()
            return dict(result["data"])
        details = result.get("error", {}).get("details", {})
        self.extracted_data = details.get("extracted_data") or self.extracted_data
        return {"success": False, "missing": details.get("missing_fields", []), "extracted": self.extracted_data}

    def reset(self) -> None:
        """Forget what is stored."""
        self.extracted_data = None

    async def _post(self, path: str, image: bytes, texts: Mapping[str, str]) -> dict[str, Any]:
        result = await self.send(path, image, texts)
        self.answers.append(result)
        return result
