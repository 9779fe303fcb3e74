"""A version leaves as files for another program, and that program is asked at once whether it answers the same.

An export has no memory and cannot know what is near, so it is compared with the version as it speaks everywhere; what
the app would say otherwise is counted and said. Files are made beside their place and moved there when they are whole.
"""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from understudy.dataset.anchors import draw
from understudy.dataset.asked import prompt_of
from understudy.errors import InputError, NotFoundError
from understudy.playground.casting import Casting
from understudy.playground.model_card import NEXT, Facts, card_of
from understudy.playground.scope import Scope
from understudy.playground.shipped_lessons import count_lessons, lessons_of, told, write_lessons
from understudy.playground.space_folder import SpaceOptions, base_of, head, write_program
from understudy.serving.dtypes import BYTES, DTYPES, FLOATS
from understudy.serving.provider import is_address
from understudy.serving.seal import ON_A_SPACE
from understudy.store import Export, ExportLine, Lesson, Store, Version
from understudy.training.control import Quiet

if TYPE_CHECKING:
    from understudy.evaluation.decoding import Control, Prompt
    from understudy.evaluation.parity import Expected, Question
    from understudy.serving.exported import Exported


@dataclass(frozen=True, slots=True)
class Form:
    """A form of an export as a page lists it: its name, who reads it, and what its numbers may be rounded to."""

    label: str
    words: str
    dtypes: tuple[str, ...] = ("float32",)


FORMS = {
    "merged": Form(
        "Merged model (transformers)",
        "Base and version as one model, for transformers, vLLM and most servers.",
        tuple(FLOATS),
    ),
    "adapter": Form(
        "Adapter (PEFT)",
        "Only what was learned, a few megabytes, for a program that has the base and loads it with PEFT.",
    ),
    "gguf": Form(
        "GGUF", "Base and version in one file, for llama.cpp, LM Studio and other programs of its family.", DTYPES
    ),
    "gguf-adapter": Form(
        "GGUF, adapter only", "Only what was learned, for llama.cpp beside a GGUF of the base (--lora)."
    ),
    "ollama": Form("Ollama", "A GGUF and a Modelfile with this model's template and stops, for ollama create.", DTYPES),
    "space": Form(
        "Space",
        "This program with this version and the texts of the corrections it learned, as a Space on the hub, for others"
        " to try; then understudy space push.",
    ),
}
"""The forms of an export, as a page lists them."""

ASKED, LEARNED = 20, 10
"""Questions of a comparison, and how many of them at most are about what the version learned."""

_ROOM = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Compared:
    """An export with what was asked of it. `sentence` says how the comparison ended, or why there is none."""

    export: Export
    lines: tuple[ExportLine, ...]
    sentence: str


class VersionExports:
    """Reached as `playground.version_exports`."""

    def __init__(self, store: Store, casting: Casting, scope: Scope) -> None:
        self._store, self._casting, self._scope = store, casting, scope

    def export(
        self,
        model: str,
        number: int,
        out: Path,
        form: str,
        dtype: str = "float32",
        licence: str = "",
        control: Control | None = None,
        *,
        repository: str = "",
        space: SpaceOptions | None = None,
        anyway: bool = False,
    ) -> Compared:
        """Write version `number` to the new folder `out`, and compare. Raises InputError, ModelError, Cancelled.

        `dtype` is what the weights of a whole model are rounded to, after a sum in float32; an adapter stays float32.
        Where the folder is on its way to a `repository` of the hub, card and record name that. A Space is for others,
        so it gets a version that failed its gate only with `anyway`.
        """
        control, space = control or Quiet(), space or SpaceOptions()
        version = self.version(model, number)
        if form == "space" and version.passed is False and not anyway:
            raise InputError(f"v{number} did not pass its gate, so it is nothing to show. Only --anyway builds it.")
        making = self._prepare(version, form, dtype)
        _check_place(out, self.size(model, form, dtype))
        if form not in ("adapter", "space"):
            _check_memory(self._casting.backend(model).describe().parameters)
        expected, texts = self._ask(version, control), ""
        part = out.with_name(f".{out.name}.{os.getpid()}.new")
        try:
            part.mkdir(parents=True)
            control.step("Writing the files", 0)
            making.write(part)
            if form == "space":
                texts = f" {told(self._write_space(part, version, making, space))}"
            lines, program = self._compare(making, part, expected, control)
            self._describe(part, version, making, lines, licence, space, repository)
            size = sum(file.stat().st_size for file in part.rglob("*") if file.is_file())
            part.replace(out)
        except OSError as error:
            raise InputError(
                f"{out} cannot be written ({error.strerror}). Check the folder and the free space."
            ) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
        made = self._store.exports.add(
            version.id, form, making.dtype, repository or str(out.absolute()), size,
            program=program, unchecked=making.missing, lines=lines,
        )  # fmt: skip
        return self._compared(made, texts)

    def earlier(self, model: str, number: int) -> list[Compared]:
        """The exports of a version, newest first, as they were compared then. Raises NotFoundError."""
        return [self._compared(export) for export in self._store.exports.list(self.version(model, number).id)]

    def size(self, model: str, form: str, dtype: str) -> int:
        """About how many bytes an export takes; an adapter's are few."""
        if "adapter" in form or form == "space":
            return 0
        return math.ceil(self._casting.backend(model).describe().parameters * BYTES.get(dtype, 4))

    def licence(self, model: str) -> str:
        """What the card of the base says about its licence; "" where it says nothing."""
        from understudy.serving.exported import base_licence

        return base_licence(self._source(model))

    def version(self, model: str, number: int) -> Version:
        """One that is there. Raises NotFoundError."""
        version = self._store.versions.find(model, number)
        if version is None or version.removed:
            raise NotFoundError(f"{model} has no version v{number} to export. `understudy versions` lists them.")
        return version

    # -- what the methods above share ----------------------------------------------------------------------------

    def _source(self, model: str) -> str:
        registered = self._store.models.find(model)
        return registered.source if registered else model

    def _prepare(self, version: Version, form: str, dtype: str) -> Exported:
        from understudy.serving.exported import Exported

        if form not in FORMS:
            raise InputError(f"There is no export as {form}. Forms: {', '.join(FORMS)}.")
        if dtype not in FORMS[form].dtypes:
            raise InputError(f"There is no {form} in {dtype}. It may be in {', '.join(FORMS[form].dtypes)}.")
        source = self._source(version.model)
        if is_address(source):
            raise InputError(f"The weights of {version.model} are at its provider, so there is nothing to export here.")
        folder = self._casting.check_version(version.model, version.number)
        base = version.model if Path(source).expanduser().is_dir() else source
        if form == "space":
            base = base_of(source) or version.model
        dtype = {"adapter": "as trained", "space": "as trained", "gguf-adapter": "float32"}.get(form, dtype)
        return Exported.prepare(source, folder, base, f"{version.model}-v{version.number}", form, dtype)

    def _write_space(self, folder: Path, version: Version, making: Exported, space: SpaceOptions) -> list[Lesson]:
        """What is beside the version, and the lessons whose texts are."""
        write_program(folder, version.number, base_of(making.source), making.name, space)
        if not space.lessons:
            return []
        near = self._scope.is_near(version.model, version.number)
        lessons = lessons_of(self._store, version.model, version.number)
        write_lessons(self._store, lessons, folder / ON_A_SPACE, near=near)
        return lessons

    def _ask(self, version: Version, control: Control) -> list[Expected]:
        from understudy.evaluation.decoding import Decoding
        from understudy.evaluation.parity import ask_live

        self._casting.ensure_version(version.model, version.number)
        self._scope.get_ready()
        decoding = Decoding(self._casting.backend(version.model), insists=True)
        return ask_live(decoding, version.number, self._questions(version), control)

    def _questions(self, version: Version) -> list[Question]:
        """What it learned, newest first, then what has nothing to do with it: the same for every export of it."""
        from understudy.evaluation.parity import Question

        learned = self._store.versions.learned(version.model, version.number)
        lessons = sorted(
            self._store.corrections.standing(sorted(learned)).values(), key=lambda one: one.id, reverse=True
        )
        asked: list[tuple[Prompt, str | None]] = [
            (prompt_of(self._store, lesson.turn), lesson.id) for lesson in lessons[:LEARNED]
        ]
        texts = [lesson.question for lesson in lessons]
        asked += [(prompt, None) for prompt in draw(ASKED - len(asked), texts, probe=True)]
        speaker = self._scope.weights
        return [Question(p, about, speaker(version.model, version.number, p)) for p, about in asked]

    def _compare(
        self, making: Exported, folder: Path, expected: Sequence[Expected], control: Control
    ) -> tuple[list[ExportLine], str]:
        """What the program said that read the files back, and its name; nothing where it is not here."""
        from understudy.evaluation.parity import ask_export

        if making.missing:
            return [], ""
        control.step("Opening the export", 0)
        with making.reading(folder) as reader:
            return ask_export(reader, expected, control), reader.name

    def _describe(
        self,
        folder: Path,
        version: Version,
        making: Exported,
        lines: Sequence[ExportLine],
        licence: str,
        space: SpaceOptions,
        repository: str,
    ) -> None:
        from understudy.evaluation.parity import sentence
        from understudy.serving.exported import base_licence

        said = sentence(lines) if lines else f"Not checked: {making.missing}"
        licence = licence or base_licence(making.source)
        place = repository or "THIS_FOLDER"
        texts = count_lessons(folder / ON_A_SPACE) if making.form == "space" else None
        facts = Facts(version, making.form, making.base, making.dtype, said, licence, making.snapshot, place, texts)
        settings = head(making.name, licence, base_of(making.source), space) if making.form == "space" else ""
        card = card_of(self._store, facts, settings)
        (folder / "README.md").write_text(card, "utf-8")

    def _compared(self, export: Export, texts: str = "") -> Compared:
        from understudy.evaluation.parity import sentence

        lines = tuple(self._store.exports.lines(export.id))
        said = f"{sentence(lines)} Read back by {export.program}." if lines else f"Not checked: {export.unchecked}"
        return Compared(export, lines, f"{said}{NEXT.get(export.form, '')}{texts}")


def _check_place(out: Path, size: int) -> None:
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InputError(f"{out} is there already. Name a folder that is not there yet.")
    there = next(folder for folder in out.absolute().parents if folder.is_dir())
    free = shutil.disk_usage(there).free
    if size + _ROOM > free:
        need, have = (size + _ROOM) / 2**30, free / 2**30
        raise InputError(f"The export needs about {need:.1f} GB, and {have:.1f} GB are free. Choose another folder.")


def _check_memory(parameters: int) -> None:
    """The sum is made in float32 beside the model that answers; while it is rounded, both are there."""
    need, have = (parameters * 6 + _ROOM) / 2**30, psutil.virtual_memory().available / 2**30
    if need > have:
        raise InputError(
            f"Adding base and version takes about {need:.1f} GB of memory, and {have:.1f} GB are free. Close something,"
            " or export the adapter alone."
        )
