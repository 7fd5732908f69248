"""Invoices the sales of a range, many at once, for a test to kill: `issuing_process URL NAME FIRST LAST`.

It prints a line as soon as each is issued, so that whoever started it knows how far it came.
"""

import asyncio
import sys

from shared import mongo
from tests.support.sunat import emitter, invoice

_AT_ONCE = 20


async def main() -> None:
    url, name, first, last = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    client = mongo.connect(url, app="issuing-process")
    deps = await emitter(mongo.database(client, name))
    places = asyncio.Semaphore(_AT_ONCE)

    async def issue(venta_id: int) -> None:
        async with places:
            issued = await invoice(deps, venta_id, "03", request_id=f"request-{venta_id}")
        print(issued.numero_completo, flush=True)

    await asyncio.gather(*(issue(venta_id) for venta_id in range(first, last + 1)))
    await client.close()


if __name__ == "__main__":
    asyncio.run(main())
