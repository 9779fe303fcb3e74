"""A built Space: everything that it needs, nothing of this machine; it starts by itself and answers as the version."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from tests import spaces
from tests.fake_hub import FakeHub, card_faults, front_matter
from tests.playground.tuned import ASKED, WANTED, tuned_playground
from understudy.cli import main
from understudy.errors import InputError
from understudy.playground import space_folder
from understudy.playground.exporting import Compared
from understudy.playground.feedback_repo import FeedbackRepo
from understudy.playground.playground import Playground
from understudy.playground.pulling import pull
from understudy.playground.space_folder import SpaceOptions, base_of, requirements, write_program
from understudy.playground.space_push import push_space
from understudy.settings import PACKAGE, starter_folder
from understudy.store import Store

OPTIONS = SpaceOptions('Ada\'s "understudy"', ("ada", "bob"), "ada/feedback")


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    made = tuned_playground(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def built(playground: Playground, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Compared]:
    out = tmp_path_factory.mktemp("spaces") / "demo"
    return out, playground.version_exports.export("starter", 1, out, "space", space=OPTIONS)


@pytest.mark.slow
def test_a_built_space_is_complete_and_its_version_answers_in_it_as_here(
    built: tuple[Path, Compared], playground: Playground
) -> None:
    out, made = built
    assert len(made.lines) == 20 and all(line.same for line in made.lines)
    assert made.lines[0].question == ASKED and made.export.program.startswith("Understudy ")
    top = {path.name for path in out.iterdir()}
    assert top == {"README.md", "LICENSE", "app.py", "requirements.txt", "understudy", "version"}
    sources = {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*") if "__pycache__" not in path.parts}
    assert {path.relative_to(out / "understudy") for path in (out / "understudy").rglob("*")} >= sources
    weights = Path("understudy", "assets", "starter", "model.safetensors")
    assert (out / weights).read_bytes() == (starter_folder() / "model.safetensors").read_bytes()
    readme = (out / "README.md").read_text()
    told = front_matter(readme)
    assert card_faults(readme, "space") == [] and told["title"] == OPTIONS.title and told["license"] == "apache-2.0"
    assert (told["sdk"], told["sdk_version"], told["app_file"]) == ("gradio", metadata.version("gradio"), "app.py")
    assert told["hf_oauth"] is True and "models" not in told
    assert "20 of 20 answers are the same" in readme and "Data snapshot: `f00d`" in readme
    home = str(playground.store.path.parent)
    ours = [path for path in out.rglob("*") if path.is_file() and out / "understudy" not in path.parents]
    lessons = out / "version" / "lessons.json"
    for path in ours:
        for private in (home, str(starter_folder()), *(() if path == lessons else (ASKED, WANTED))):
            assert private.encode() not in path.read_bytes(), f"{path} holds {private!r}"
    assert ASKED in lessons.read_text() and WANTED in lessons.read_text()
    assert "The texts of 1 of them are in `version/lessons.json`" in readme


@pytest.mark.slow
def test_every_requirement_is_pinned_and_every_import_has_one() -> None:
    lines = requirements()
    assert f"gradio[oauth]=={metadata.version('gradio')}" in lines
    assert all(re.fullmatch(r"[\w.-]+(\[oauth\])?==[\w.]+", line) for line in lines), lines
    owners = metadata.packages_distributions()
    named = {re.split(r"[=\[]", line)[0].lower().replace("_", "-") for line in lines}
    optional = {"webview", "gguf", "xllamacpp", "pyarrow", "presidio_analyzer", "tiktoken", "ftfy", "py3langid"}
    optional |= {"spellchecker", "profanity_check", "spaces", "PySide6", "sentence_transformers", "trl", "tldextract"}
    missing = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            roots = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            roots += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for root in {name.partition(".")[0] for name in roots} & owners.keys() - optional - {"understudy"}:
                if not {owner.lower().replace("_", "-") for owner in owners[root]} & named:
                    missing.add(root)
    carried = {"anyio", "starlette", "httpx2", "PIL", "jinja2", "tqdm", "scipy", "threadpoolctl"}  # by what is named
    assert missing <= carried, missing - carried
    shared = requirements(zero_gpu=True)
    assert space_folder.ZERO_GPU_TORCH in shared and "spaces" in shared


def test_what_a_person_says_about_a_space_becomes_no_program(tmp_path: Path) -> None:
    for wrong in ({"title": "a\nb"}, {"title": "x" * 101}, {"owners": ('x", evil()',)}, {"feedback_repo": "x"}):
        with pytest.raises(InputError):
            SpaceOptions(**wrong)  # type: ignore[arg-type]
    write_program(tmp_path, 3, "owner/model", "starter-v3", SpaceOptions('"""\\" + evil() + """{number}', ("a.b-c",)))
    tree = ast.parse((tmp_path / "app.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert [ast.unparse(call.func) for call in calls] == ["open_space", "space.serve"]
    assert ast.unparse(calls[0]).endswith("version=3, base='owner/model', owners=('a.b-c',), feedback_repo='')")
    assert not (tmp_path / "understudy" / "assets" / "starter").exists()


def test_a_base_that_the_hub_does_not_have_cannot_be_in_a_space(tmp_path: Path) -> None:
    assert base_of(str(starter_folder())) == "" and base_of("owner/model") == "owner/model"
    with pytest.raises(InputError, match="is a folder here"):
        base_of(str(tmp_path))


@pytest.mark.slow
def test_a_version_that_failed_its_gate_is_built_only_anyway(playground: Playground, tmp_path: Path) -> None:
    store = playground.store
    failed = store.versions.add("starter", store.versions.list("starter")[0].path, passed=False)
    with pytest.raises(InputError, match="did not pass its gate"):
        playground.version_exports.export("starter", failed.number, tmp_path / "out", "space")
    assert not (tmp_path / "out").exists()
    bare = SpaceOptions(lessons=False)
    made = playground.version_exports.export(
        "starter", failed.number, tmp_path / "out", "space", anyway=True, space=bare
    )
    assert not (tmp_path / "out" / "version" / "lessons.json").exists()
    assert "The texts are not in here" in (tmp_path / "out" / "README.md").read_text()
    assert made.lines and f"version={failed.number}," in (tmp_path / "out" / "app.py").read_text()


@pytest.mark.slow
def test_the_built_folder_starts_as_a_space_and_the_version_answers_only_for_its_own_host(
    built: tuple[Path, Compared], tmp_path: Path
) -> None:
    out, made = built
    python = spaces.environment(tmp_path / "venv")
    found = subprocess.run(
        [python, "-c", "import understudy; print(understudy.__file__)"], cwd=out, capture_output=True
    )
    assert Path(found.stdout.decode().strip()).is_relative_to(out), "the program of this checkout would be tested"
    with spaces.running(out, python, tmp_path / "home") as space:
        said = space.answers(ASKED)
        live, base = said["champion"], said["base"]
        assert live["details"].startswith("starter v1") and len(live["text"]) > 10
        assert made.lines[0].live.startswith(live["text"]) and base["text"] != live["text"]
        for other in ("127.0.0.1.evil.com", "evil.com", "ada-demo.hf.space.evil.com"):
            assert space.ask("/", host=other)[0] == 403 and space.ask("/config", host=other)[0] == 403
    log = (tmp_path / "home" / "log").read_text()
    assert "is lost when this Space restarts" in log
    assert log.count("Traceback") == log.count("required to run hot-reloading"), log  # Gradio misses the hub's package


@pytest.mark.slow
def test_what_is_said_on_a_running_space_is_in_its_dataset_and_then_here(
    built: tuple[Path, Compared], fake_hub: FakeHub, tmp_path: Path
) -> None:
    python = spaces.environment(tmp_path / "venv")
    environ = {**fake_hub.environment, "HF_TOKEN": "hf_ada"}
    with spaces.running(built[0], python, tmp_path / "home", environ) as space:
        answer = space.answers("Who are you?")["champion"]
        talk = space.do("list")[0]["id"]
        space.do("correct", conversation=talk, completion=answer["id"], text="I am the understudy of Ada.")
        guest = space.do("start")["me"]["name"]
    assert "goes to the new private dataset ada/feedback" in (tmp_path / "home" / "log").read_text()
    assert fake_hub.get("dataset", "ada/feedback").private
    with Store.open(tmp_path / "mine.db") as mine, FeedbackRepo("ada/feedback", "hf_ada").fetched() as folder:
        assert folder is not None and pull(mine, folder, "ada/feedback").faulty == 0
        (lesson,) = mine.corrections.lessons("waiting")
        assert (lesson.question, lesson.original, lesson.wanted) == (
            "Who are you?",
            answer["text"],
            "I am the understudy of Ada.",
        )
        assert mine.corrections.latest([lesson.completion])[lesson.completion].author == guest


@pytest.mark.slow
def test_it_is_built_and_pushed_from_the_command_line_private_first(
    built: tuple[Path, Compared],
    fake_hub: FakeHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            main(["space", *arguments])
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out or captured.err

    for name, value in {"HOME": str(tmp_path / "home"), "EMBEDDER": "words", "DEVICE": "cpu", "THREADS": "1"}.items():
        monkeypatch.setenv(f"UNDERSTUDY_{name}", value)
    code, said = run("push", str(built[0]), "ada/demo")
    assert code == 2 and "HF_TOKEN" in said
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    assert "no built Space" in run("push", str(tmp_path), "ada/demo")[1]
    tuned_playground(tmp_path / "home").close()
    assert "Name one with --version" in run("build", str(tmp_path / "out"))[1]
    code, said = run("build", str(tmp_path / "out"), "--version", "v1", "--owner", "ada", "--title", "Demo")
    assert code == 0 and "20 of 20 answers are the same" in said and "understudy space push" in said
    assert "In it are the texts of 1 correction, in version/lessons.json. " in said
    code, said = run("push", str(tmp_path / "out"), "ada/demo")
    assert code == 0 and "/spaces/ada/demo" in said
    pushed = fake_hub.get("space", "ada/demo")
    assert pushed.private and pushed.created["sdk"] == "gradio"
    assert front_matter(pushed.files["README.md"].decode())["title"] == "Demo"
    assert json.loads(pushed.files["version/version.json"])["snapshot"] == "f00d"
    assert ASKED in pushed.files["version/lessons.json"].decode()
    pushed.private = False
    assert "is public. Add --public" in run("push", str(tmp_path / "out"), "ada/demo")[1]
    code, said = run("push", str(tmp_path / "out"), "ada/new", "--public")
    assert code == 2 and "holds the texts of 1 correction, for everybody to read. Add --texts" in said
    assert ("space", "ada/new") not in fake_hub.repositories
    assert run("push", str(tmp_path / "out"), "ada/new", "--public", "--texts")[0] == 0
    assert not fake_hub.get("space", "ada/new").private


def test_a_new_build_replaces_the_program_and_keeps_what_its_owner_added(fake_hub: FakeHub, tmp_path: Path) -> None:
    write_program(tmp_path, 1, "owner/model", "m-v1", replace(OPTIONS, title="One"))
    (tmp_path / "README.md").write_text("---\ntitle: One\nsdk: gradio\n---\n")
    (tmp_path / "version").mkdir()
    (tmp_path / "version" / "version.json").write_text("{}")
    there = {"understudy/old.py": b"#", "picture.jpg": b"x", "version/adapter_config.json": b"{}"}
    fake_hub.add("space", "ada/demo", there, private=True)
    push_space(tmp_path, "ada/demo", "hf_ada")
    files = fake_hub.get("space", "ada/demo").files
    assert "understudy/old.py" not in files and "version/adapter_config.json" not in files
    assert files["picture.jpg"] == b"x" and "understudy/settings.py" in files
    push_space(tmp_path, "ada/open", "hf_ada", public=True)
    made = fake_hub.get("space", "ada/open")
    assert made.created["visibility"] == "private" and not made.private, "opened when it is whole"
    with pytest.raises(InputError, match="was not updated"):
        push_space(tmp_path, "eve/demo", "hf_ada")
