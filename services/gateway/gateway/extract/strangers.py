"""Callers of whom nothing but the address is known: what they may try, so that nobody finds documents by guessing."""

from collections.abc import Iterable

from gateway.deps import Caller, Deps
from gateway.extract.documents import Document
from gateway.extract.identifiers import Identifier
from gateway.limits import Standing


async def count_stranger(caller: Caller, deps: Deps) -> Standing:
    """Count a test document, or a token or number that does not exist, against the caller's address."""
    return await deps.extract.strangers.take(f"extract:{caller.user_id}")


async def find_documents(identifiers: Iterable[Identifier], caller: Caller, deps: Deps) -> dict[Identifier, Document]:
    """Documents by what names them.

    Numbers are short, and on the old routes whoever knows one reads the document: an address that has named too many
    wrong ones finds nothing by a number until its limit allows it again. Uuids cannot be guessed.
    """
    wanted = set(identifiers)
    numbers = {each for each in wanted if isinstance(each, int)}
    if numbers and not (await deps.extract.strangers.read(f"extract:{caller.user_id}")).remaining:
        wanted -= numbers
    found = await deps.extract.documents.find(wanted)
    for _ in numbers & wanted - found.keys():
        if not (await count_stranger(caller, deps)).accepted:
            break
    return found
