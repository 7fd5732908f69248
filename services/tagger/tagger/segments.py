"""Calls about segments: rules with a name."""

from shared.bus import Reply
from shared.contracts.tags import DeleteSegment, ListSegments, Segment, Segments, StoreSegment
from shared.errors import Refused
from tagger.deps import Deps
from tagger.store import NameTaken


async def list_segments(call: ListSegments, deps: Deps) -> Reply:
    """All segments by name, or the one of an id. Raises Refused: `SEGMENT_NOT_FOUND`."""
    if call.segment_id is None:
        return Reply(Segments(segments=await deps.segments.all()))
    return Reply(Segments(segments=(await segment(call.segment_id, deps),)))


async def store_segment(call: StoreSegment, deps: Deps) -> Reply:
    """Create a segment or replace one. Raises Refused: `SEGMENT_NOT_FOUND`, `SEGMENT_NAME_TAKEN`."""
    try:
        if call.segment_id is None:
            stored: Segment | None = await deps.segments.create(call.name, call.rule)
        else:
            stored = await deps.segments.replace(call.segment_id, call.name, call.rule)
    except NameTaken:
        raise Refused("SEGMENT_NAME_TAKEN", "Ya existe un segmento con ese nombre") from None
    return Reply(Segments(segments=(_there(stored),)))


async def delete_segment(call: DeleteSegment, deps: Deps) -> Reply:
    """Delete a segment; the answer is what it was. Raises Refused: `SEGMENT_NOT_FOUND`."""
    return Reply(Segments(segments=(_there(await deps.segments.delete(call.segment_id)),)))


async def segment(segment_id: str, deps: Deps) -> Segment:
    """A stored segment. Raises Refused: `SEGMENT_NOT_FOUND`."""
    return _there(await deps.segments.find(segment_id))


def _there(found: Segment | None) -> Segment:
    if found is None:
        raise Refused("SEGMENT_NOT_FOUND", "Segmento no encontrado")
    return found
