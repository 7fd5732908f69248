"""The collection `contadores`: the ids that the API shows, counted per tenant. They may have gaps; correlativos not."""

from shared.mongo import Database, ReturnDocument


class Contadores:
    """Counters by name."""

    def __init__(self, database: Database) -> None:
        self._rows = database["contadores"]

    async def take(self, name: str, count: int = 1) -> int:
        """The first of `count` ids in a row that nobody else gets."""
        row = await self._rows.find_one_and_update(
            {"_id": name}, {"$inc": {"last": count}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        return int((row or {})["last"]) - count + 1
