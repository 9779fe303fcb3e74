"""Keys that were used are nowhere afterwards: not in the store, a log, an export, a backup, a card or an error."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import understudy.serving.exported  # noqa: F401  # before the local engine is replaced by a script
from tests.cli.conftest import Run
from tests.fake_hub import Account, FakeHub
from tests.playground.tuned import tuned_playground
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY
from understudy.errors import InputError
from understudy.playground.publishing import Parcel
from understudy.training.control import Quiet

MODEL = "gpt-4.1-mini-2025-04-14"
TOKEN = "hf_0123456789abcdefghijklmnopqrst"
WRONG = "sk-wrong-0123456789abcdefghijklmnop"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Everything that any library logs from now on, as a person sees it who wants to know it all."""
    root, file = logging.getLogger(), tmp_path / "all.log"
    handler, before = logging.FileHandler(file), root.level
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield file
    root.setLevel(before)
    root.removeHandler(handler)
    handler.close()


@pytest.mark.slow
def test_no_key_that_was_used_is_left_anywhere(
    understudy: Callable[..., Run],
    home: Path,
    log: Path,
    provider: FakeProvider,
    provider_url: str,
    fake_hub: FakeHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake_hub.accounts[TOKEN] = Account("ada")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("UNDERSTUDY_DEBUG", "1")
    playground = tuned_playground(home)
    monkeypatch.setattr(playground.version_exports, "_ask", lambda *a: [])
    monkeypatch.setattr(playground.version_exports, "_compare", lambda *a: ([], ""))
    parcel = Parcel("starter", 1, "ada/shop", "adapter", licence="mit", anyway=True)
    assert playground.publishing.push(parcel, Quiet()).push
    fake_hub.refusing["/preupload/"] = 403
    with pytest.raises(InputError) as refused:
        playground.publishing.push(parcel, Quiet())
    fake_hub.refusing.clear()
    playground.close()

    said = [
        understudy("models", "add", f"{provider_url}#{MODEL}"),
        understudy("ask", "--columns", MODEL, "hello there"),
        understudy("export", str(tmp_path / "out.jsonl"), "--format", "jsonl", "--all", "--push", "ada/rows"),
        understudy("db", "backup", str(tmp_path / "backup.db")),
    ]
    monkeypatch.setenv("UNDERSTUDY_SERVER_KEY", WRONG)
    said.append(understudy("ask", "--columns", MODEL, "hello again"))
    monkeypatch.setenv("HF_TOKEN", TOKEN + "x")
    said.append(understudy("export", str(tmp_path / "b.jsonl"), "--format", "jsonl", "--all", "--push", "ada/rows"))
    logging.getLogger("somebody.careless").error("the key is %s", WRONG)

    assert {asked.token for asked in fake_hub.asked} >= {TOKEN, TOKEN + "x"}, "the token was used"
    keys = {request.headers.get("authorization") for request in provider.state.requests}
    assert {f"Bearer {KEY}", f"Bearer {WRONG}"} <= keys, "the key was used"
    assert said[-1].code == 2 and "somebody.careless" in log.read_text()

    places = {str(file): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    places |= {f"output {i}": (run.out + run.err).encode() for i, run in enumerate(said)}
    places |= {"an error": str(refused.value).encode()}
    places |= {f"{id} {path}": c for (_, id), repo in fake_hub.repositories.items() for path, c in repo.files.items()}
    assert {"understudy.db", "out.jsonl", "backup.db", "all.log"} <= {Path(place).name for place in places}
    found = [
        (where, key) for where, content in places.items() for key in (KEY, TOKEN, WRONG) if key.encode() in content
    ]
    assert found == []
