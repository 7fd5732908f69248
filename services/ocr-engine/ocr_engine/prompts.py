"""What a model is told: the schema's own words, and for a combined picture one sentence more."""

from dataclasses import dataclass

from ocr_engine.schemas.shape import DocumentSchema

COMBINED_NOTE = (
    "Ten en cuenta que esta imagen es una combinación de varias imágenes, por lo que puede contener datos duplicados. "
    "Por favor, elimina los duplicados y construye una única factura consolidada, sin información repetida."
)
"""Appended to the prompt in mode 2, exactly (Lumis API, section 3)."""

NOTES: dict[int, str] = {1: "", 2: f"\n\n{COMBINED_NOTE}"}
"""What each upload mode adds to the task."""


@dataclass(frozen=True)
class Prompt:
    """`instructions` is the system's part, `task` stands beside the document."""

    instructions: str
    task: str


def prompt_for(schema: DocumentSchema, mode: int) -> Prompt:
    """The prompt of a schema for an upload mode (1: one paper, 2: several captures of it in one picture)."""
    return Prompt(schema.instructions, schema.task + NOTES[mode])
