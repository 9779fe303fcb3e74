"""A version leaves as files, compared at once with itself; what the page asks for; the way to the hub."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.playground.tuned import ASKED, WANTED, tuned_playground
from understudy.errors import InputError, NotFoundError
from understudy.playground.export_jobs import Exported, Order
from understudy.playground.playground import Playground
from understudy.playground.tasks import Task

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    made = tuned_playground(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


def order(form: str = "gguf", download: bool = False) -> Order:
    return Order("starter", 1, form, "float32", "", download)


def ended(playground: Playground, job: str) -> Task:
    for _ in range(1200):
        if playground.export_jobs.tasks.get(job).state != "running":
            break
        time.sleep(0.05)
    return playground.export_jobs.tasks.get(job)


def test_an_export_is_compared_with_twenty_questions_and_read_again(playground: Playground, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = playground.version_exports.export("starter", 1, out, "gguf")
    if not made.lines:
        pytest.skip(made.sentence)
    assert len(made.lines) == 20 and all(line.same for line in made.lines)
    learned, *unrelated = made.lines
    assert learned.question == ASKED and learned.app is None
    assert all(line.correction is None for line in unrelated)
    elsewhere = [line for line in unrelated if line.app is not None]
    assert elsewhere, "far from what was learned the app lets the base answer"
    otherwise = sum(line.app != line.live for line in elsewhere)
    assert f"answer {len(elsewhere)} of these questions" in made.sentence
    assert f"{otherwise} of them otherwise than the app" in made.sentence and otherwise
    assert playground.version_exports.earlier("starter", 1) == [made]
    card = (out / "README.md").read_text()
    assert (
        "20 of 20 answers are the same" in card
        and "Data snapshot: `f00d`" in card
        and "| reliability | 1.000 |" in card
    )
    assert 'license: "apache-2.0"' in card
    assert not any(text.encode() in path.read_bytes() for path in out.iterdir() for text in (ASKED, WANTED))
    with pytest.raises(InputError, match="there already"):
        playground.version_exports.export("starter", 1, out, "gguf")


def test_the_page_gets_one_file_that_holds_the_whole_folder(playground: Playground) -> None:
    job = ended(playground, playground.export_jobs.start(order(download=True)))
    assert job.state == "done" and isinstance(job.result, Exported) and job.message == ""
    packed = playground.transfers.get(job.result.file).path
    assert packed.name == "starter-v1-gguf.zip" and [path.name for path in packed.parent.iterdir()] == [packed.name]
    with zipfile.ZipFile(packed) as file:
        assert sorted(file.namelist()) == ["starter-v1-gguf/README.md", "starter-v1-gguf/model.gguf"]
    assert [job.result.compared] == playground.version_exports.earlier("starter", 1)[:1] and not job.result.folder


def test_a_stopped_export_leaves_nothing_and_a_wrong_one_says_why(playground: Playground) -> None:
    before = playground.version_exports.earlier("starter", 1)
    stopped = playground.export_jobs.start(order())
    playground.export_jobs.tasks.stop(stopped)
    assert ended(playground, stopped).state == "stopped"
    folder = playground.store.path.parent / "exports"
    assert not folder.exists() or not list(folder.iterdir())
    failed = ended(playground, playground.export_jobs.start(Order("starter", 7, "gguf", "float32", "", False)))
    assert failed.state == "failed" and "has no version v7" in failed.message
    with pytest.raises(InputError, match="no export as onnx"):
        playground.version_exports.export("starter", 1, folder / "x", "onnx")
    with pytest.raises(NotFoundError, match="not known any more"):
        playground.export_jobs.tasks.get("nobody")
    assert playground.version_exports.earlier("starter", 1) == before


def test_where_llama_cpp_is_not_the_export_says_that_it_was_not_checked(
    playground: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("understudy.serving.exported.find_spec", lambda name: None)
    made = playground.version_exports.export("starter", 1, tmp_path / "out", "ollama")
    assert made.lines == () and made.sentence.startswith("Not checked: llama.cpp is not installed here.")
    assert "not checked: llama.cpp is not installed here" in (tmp_path / "out" / "README.md").read_text()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["Modelfile", "README.md", "model.gguf"]
