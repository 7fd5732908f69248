"""Writes the samples that the project carries: `python -m tests.support.papers` (again: the same files).

They stand in `tests/data/papers`, each beside its truth as JSON; `demo.jpg` is the one that `make demo` uploads.
"""

import json
from pathlib import Path

from tests.support.papers.draw import draw
from tests.support.papers.invoice import Paper

FOLDER = Path(__file__).parents[2] / "data" / "papers"

BASKET = (
    "Leche Estrella Azul 1L",
    "Arroz Primera 5lb",
    "Coca-Cola 2L",
    "Pan Blanco Bimbo 567g",
    "Huevos 12un",
    "Café Durán 425g",
)

SAMPLES: dict[str, Paper] = {
    "demo": Paper("tape", 4, trade="groceries", goods=BASKET, ruc_form="company"),
    "fiscal-clean": Paper("fiscal", 2, file_format="png"),
    "fiscal-two-line": Paper("fiscal", 11, "good", two_line=True, discount=True, wrapped=True),
    "tape-good": Paper("tape", 8, "good"),
    "tape-poor": Paper("tape", 15, "poor", trade="restaurant"),
    "tape-turned": Paper("tape", 21, "good", rotated=90),
    "tape-captures": Paper("tape", 33, "good", mode=2, trade="groceries", lines=12),
    "page-text": Paper("page", 5, file_format="pdf", discount=True, wrapped=True),
    "page-good": Paper("page", 9, "good"),
    "fiscal-missing": Paper("fiscal", 27, "good", omitted=("dv", "products")),
    "fiscal-detail": Paper("fiscal", 27, "good", omitted=("ruc", "dv", "invoice_number", "date", "total")),
}


def main() -> None:
    """Write every sample with its truth."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, paper in SAMPLES.items():
        drawing = draw(paper)
        file = FOLDER / f"{name}.{drawing.suffix}"
        file.write_bytes(drawing.content)
        truth = {"file": file.name, **drawing.truth}
        file.with_suffix(".json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"{file.name}: {len(drawing.content) / 1024:.0f} kB")


if __name__ == "__main__":
    main()
