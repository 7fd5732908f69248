"""What the engine learns from users' corrections: how right it is, and where a supplier's values stand."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog

from ocr_engine.chain import Result
from ocr_engine.comparison import Verdict, canonical, compared, folded
from ocr_engine.corrections import Corrections
from ocr_engine.layouts import Layout, learnt, recalled
from ocr_engine.memory import Layouts, Taught
from ocr_engine.metrics import CORRECTED_FIELDS, CORRECTIONS, LAYOUTS_LEARNT, RECALLED
from ocr_engine.store import StoredReading
from ocr_engine.supplier import supplier_of
from shared.contracts.documents import DocumentUploaded
from shared.contracts.extract import DocumentCorrected
from shared.contracts.odoo import ODOO_EXPENSE, ODOO_INVOICE
from shared.contracts.reading import Reading
from shared.erasures import Erasures

_log = structlog.get_logger()

_WITH_SUPPLIERS = frozenset({ODOO_INVOICE, ODOO_EXPENSE})


@dataclass(frozen=True)
class Learning:
    """Keeps corrections, learns layouts from them, and reads by what was learnt."""

    corrections: Corrections
    layouts: Layouts
    erasures: Erasures

    async def recall(self, event: DocumentUploaded, result: Result) -> tuple[Reading | None, int | None]:
        """The reading with what the supplier's layout says, and the layout's number (None: no supplier is known)."""
        reading = result.reading
        if reading is None or reading.schema_name not in _WITH_SUPPLIERS:
            return reading, None
        supplier = supplier_of(event.user_id, reading, event.user_infos)
        known = await self.layouts.find(supplier)
        if known is None:
            return reading, supplier.layout_id
        layout, layout_id = known
        # Long papers take tenths of a second, in which others are to be answered.
        better, changed = await asyncio.to_thread(recalled, reading, result.words, layout, result.words_from)
        for key in changed:
            RECALLED.labels(better.schema_name, key).inc()
        if changed:
            _log.info("layout recalled", layout=layout_id, fields=changed)
        return better, layout_id

    async def erase(self, user_id: str, before: datetime) -> dict[str, int]:
        """Delete a user's corrections of what they handed in until then, and every layout learnt from them."""
        return {
            "corrections": await self.corrections.erase(user_id, before),
            "layouts": await self.layouts.erase(user_id),
        }

    async def take(self, event: DocumentCorrected, stored: StoredReading, now: datetime) -> None:
        """Keep a correction, count it and learn from it; a repeat changes nothing.

        Raises:
            Unavailable: the supplier's layout is being changed by others.
        """
        recognized, reading = stored.recognized, stored.recognized.reading
        found = compared(reading, event.corrections, None if event.merged_lines else event.lines)
        said = {each.key: each.value for each in event.corrections}
        vat, name = (said.get(key) or reading.value(key) for key in ("supplier_vat", "supplier"))
        shown = canonical("supplier_vat", vat or "") or folded(name or "") or None
        first = await self.corrections.keep(event.request_id, stored, shown, found, now)
        supplier = supplier_of(stored.user_id, reading, recognized.user_infos, event.corrections)
        if reading.schema_name in _WITH_SUPPLIERS and supplier.keys and stored.words:

            def change(layout: Layout) -> Layout:
                return learnt(layout, reading, stored.words, found, event.corrections)

            taught = Taught(stored.user_id, event.request_id, recognized.layout_id)
            layout = await self.layouts.learn(taught, supplier, change)
            if layout is not None:
                LAYOUTS_LEARNT.inc()
        if await self.erasures.cover(stored.user_id, stored.received_at):
            # Erased by its user while it was being learnt from: nothing stays.
            await self.corrections.forget(event.request_id)
            await self.layouts.erase(stored.user_id)
        if first:
            CORRECTIONS.labels(reading.schema_name, "kept").inc()
            for each in found:
                CORRECTED_FIELDS.labels(reading.schema_name, reading.provider, each.key, each.verdict.value).inc()
            wrong = sum(each.verdict is not Verdict.RIGHT for each in found)
            _log.info("correction kept", schema=reading.schema_name, fields=len(found), not_right=wrong)
