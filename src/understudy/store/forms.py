"""Forms: the other wordings in which a run trained a correction. They leave with their correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from understudy.store.connections import Connections, marks
from understudy.store.texts import kept

FormAuthor = Literal["rule", "model"]


@dataclass(frozen=True, slots=True)
class Form:
    """`text` asks what `correction` corrects, in other words; `author` says whether a rule or the base wrote it."""

    correction: str
    text: str
    author: FormAuthor


class Forms:
    """Reached as `store.forms`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, run: str, forms: Sequence[Form]) -> None:
        """What a run trains; said again it changes nothing. Those of corrections that are gone are left out."""
        with self._connections.writing() as db:
            for form in forms:
                db.execute(
                    "INSERT OR IGNORE INTO forms SELECT ?1, id, ?3, ?4 FROM corrections WHERE id = ?2",
                    [run, form.correction, kept(form.text), form.author],
                )

    def of_run(self, run: str) -> list[Form]:
        """In the order of their corrections, those by rules last."""
        rows = self._connections.rows(
            "SELECT correction, text, author FROM forms WHERE run = ? ORDER BY correction, author, text", [run]
        )
        return [Form(**row) for row in rows]

    def written(self, model: str, corrections: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """By correction, what `model` wrote for any run of it; those it wrote nothing for are absent."""
        rows = self._connections.rows(
            f"""SELECT DISTINCT correction, text FROM forms JOIN runs ON runs.id = forms.run
                WHERE author = 'model' AND model = ? AND correction IN ({marks(corrections)})
                ORDER BY correction, text""",
            [model, *corrections],
        )
        found: dict[str, tuple[str, ...]] = {}
        for row in rows:
            found[row["correction"]] = (*found.get(row["correction"], ()), row["text"])
        return found
