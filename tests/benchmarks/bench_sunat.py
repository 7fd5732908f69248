"""Documents a second on one core: `python -m tests.benchmarks.bench_sunat [documents]`.

Each is built and signed (RSA 2048, SHA-256) out of a complete `Comprobante`; then the steps before and after alone.
"""

import sys
import time
from collections.abc import Callable

from sunat_emitter.documents.figures import issue
from sunat_emitter.documents.rules import violations
from sunat_emitter.documents.sign import sign, verify
from sunat_emitter.documents.ubl import build
from tests.support import comprobantes as shapes
from tests.support.comprobantes import emision, venta

ROUNDS = 3


def _per_second(work: Callable[[], object], times: int) -> float:
    """The best of a few rounds, by the processor's own clock: others use the machine too."""
    best = 0.0
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(times):
            work()
        best = max(best, times / (time.process_time() - started))
    return best


def _measure(lines: int, documents: int) -> None:
    sale = venta(*shapes.many(lines))
    document, key = issue(sale, emision()), shapes.signing_key()
    signed = sign(build(document), key)
    steps: dict[str, Callable[[], object]] = {
        "build and sign": lambda: sign(build(document), key),
        "build": lambda: build(document),
        "figures": lambda: issue(sale, emision()),
        "rules": lambda: violations(document),
        "verify": lambda: verify(signed.xml),
    }
    for name, work in steps.items():
        print(f"{lines:4} lines, {len(signed.xml) / 1024:5.1f} KB  {name:15} {_per_second(work, documents):8.0f}/s")


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    _measure(2, documents)
    _measure(50, max(1, documents // 5))


if __name__ == "__main__":
    main()
