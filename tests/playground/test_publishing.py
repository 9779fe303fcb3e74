"""A version on its way to the hub: compared before anything leaves, private first, written down before and after."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.fake_hub import FakeHub
from tests.playground.tuned import ASKED, WANTED, tuned_playground
from understudy.errors import InputError
from understudy.playground.playground import Playground
from understudy.playground.publishing import Parcel, Published
from understudy.playground.tasks import Task
from understudy.serving.network import Network
from understudy.store import ExportLine

ADA = Parcel("starter", 1, "ada/shop", "adapter", licence="apache-2.0")


class Quiet:
    """A control that writes down what it is told."""

    def __init__(self) -> None:
        self.phases: list[str] = []

    def step(self, phase: str, done: float, seconds_left: float | None = None) -> None:
        self.phases = list(dict.fromkeys([*self.phases, phase]))


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    made = tuned_playground(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


@pytest.fixture
def token(fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    return fake_hub


def answers(playground: Playground, monkeypatch: pytest.MonkeyPatch, *said: str) -> None:
    """From now on exports are not asked but known to say these, where the version says "Hello."."""
    lines = [ExportLine(None, "Hi?", "Hello.", one, None, one == "Hello.") for one in said]
    monkeypatch.setattr(playground.version_exports, "_ask", lambda *a: [])
    monkeypatch.setattr(playground.version_exports, "_compare", lambda *a: (lines, "a test"))


@pytest.fixture
def same(playground: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(playground, monkeypatch, "Hello.")


def writes(hub: FakeHub) -> list[str]:
    return [f"{one.method} {one.path}" for one in hub.asked if one.method not in ("GET", "HEAD")]


@pytest.mark.slow
def test_a_version_is_sent_private_with_a_card_that_says_what_it_is(playground: Playground, token: FakeHub) -> None:
    control = Quiet()
    sent = playground.publishing.push(ADA, control)
    assert control.phases[0] == "Asking the hub" and control.phases[-2:] == ["Asking the export", "Sending"]
    there = token.get("model", "ada/shop")
    assert there.private and set(there.files) >= {"README.md", "adapter_config.json", "adapter_model.safetensors"}
    version = playground.casting.folder(playground.version_exports.version("starter", 1))
    assert there.files["adapter_model.safetensors"] == (version / "adapter_model.safetensors").read_bytes()
    card = there.files["README.md"].decode()
    told = yaml.safe_load(card.split("---")[1])
    assert told["license"] == "apache-2.0" and told["library_name"] == "peft"
    assert 'PeftModel.from_pretrained(base, "ada/shop")' in card and "20 of 20 answers are the same" in card
    assert "Data snapshot: `f00d`" in card and "| reliability | 1.000 |" in card and "## Limits" in card
    assert not any(text.encode() in content for content in there.files.values() for text in (ASKED, WANTED, "hf_ada"))
    assert sent.push and (sent.push.state, sent.push.revision) == ("sent", there.commits[-1].sha)
    assert sent.sentence == f"Sent to {token.url}/ada/shop. Only its owner sees it."
    assert playground.publishing.earlier("starter", 1) == [sent.push]
    assert sent.compared.export.path == "ada/shop" and not list(playground.transfers._folder.iterdir())


def test_what_answers_otherwise_stays_here_until_somebody_says_so(
    playground: Playground, token: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(playground, monkeypatch, "Hello.", "Bye.")
    before = playground.publishing.earlier("starter", 1)
    kept = playground.publishing.push(ADA, Quiet())
    assert kept.push is None and kept.sentence == "Nothing was sent yet: 1 of 2 answers differ."
    assert writes(token) == [] and playground.publishing.earlier("starter", 1) == before
    sent = playground.publishing.push(replace(ADA, anyway=True), Quiet())
    assert sent.push and b"1 of 2 answers are the same" in token.get("model", "ada/shop").files["README.md"]


def test_the_row_is_there_before_anything_leaves_and_keeps_why_it_failed(
    playground: Playground, token: FakeHub, same: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[str] = []
    made = type(token)._create

    async def look(hub: FakeHub, request: object) -> object:
        rows.extend(one.state for one in playground.store.pushes.list(version.id)[:1])
        return await made(hub, request)  # type: ignore[arg-type]

    version = playground.version_exports.version("starter", 1)
    monkeypatch.setattr(FakeHub, "_create", look)
    token._app = token._routes()
    token.refusing["/commit/"] = 403
    with pytest.raises(InputError, match="ada/shop was not updated"):
        playground.publishing.push(ADA, Quiet())
    assert rows == ["sending"]
    failed = playground.publishing.earlier("starter", 1)[0]
    assert failed.state == "failed" and "403" in failed.fault and failed.ended and "hf_ada" not in failed.fault


def test_public_is_said_and_comes_last(playground: Playground, token: FakeHub, same: None) -> None:
    token.add("model", "ada/known")
    with pytest.raises(InputError, match="ada/known is public"):
        playground.publishing.push(replace(ADA, repository="ada/known"), Quiet())
    assert writes(token) == [] and len(token.get("model", "ada/known").commits) == 1
    sent = playground.publishing.push(replace(ADA, public=True), Quiet())
    assert sent.sentence.endswith("Everybody sees it.") and not token.get("model", "ada/shop").private
    changes = [one.split("/")[-1] for one in writes(token)]
    assert changes.index("create") < changes.index("main") < changes.index("settings"), "opened once it is whole"
    mine = token.add("model", "ada/mine", private=True)
    playground.publishing.push(replace(ADA, repository="ada/mine", public=True), Quiet())
    assert mine.private, "one that was there keeps its own visibility"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"repository": "shop"}, "Write OWNER/NAME"),
        ({"repository": "../../etc/passwd"}, "is no name on the hub"),
        ({"licence": " "}, "Under which licence"),
        ({"repository": "eve/shop"}, "eve/shop was not updated"),
        ({"number": 7}, "has no version v7"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_made(
    playground: Playground, token: FakeHub, same: None, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Exception, match=sentence):
        playground.publishing.push(replace(ADA, **changes), Quiet())
    assert not token.repositories


def test_without_a_token_or_with_local_only_nobody_is_asked(
    playground: Playground, fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="hf auth login"):
        playground.publishing.start(ADA)
    assert playground.publishing.account() == ("", "Set HF_TOKEN, or sign in with: hf auth login. Then begin again.")
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    assert playground.publishing.account() == ("HF_TOKEN", "")
    monkeypatch.setattr(playground.publishing, "_network", Network(local_only=True))
    with pytest.raises(InputError, match="Local only"):
        playground.publishing.start(ADA)
    assert "Local only" in playground.publishing.account()[1] and fake_hub.asked == []


def test_the_login_of_the_hubs_own_program_is_found_and_never_shown(
    playground: Playground, fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from understudy.serving.hub import find_token

    (tmp_path / "login").write_text("hf_from_login")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "login"))
    token = find_token()
    assert token and token.value == "hf_from_login" and "hf_from_login" not in repr(token)
    assert playground.publishing.account()[0] == "the login of the hub's own program"


def test_a_task_sends_and_a_licence_the_hub_does_not_know_gets_its_name_beside(
    playground: Playground, token: FakeHub, same: None
) -> None:
    job = playground.publishing.start(replace(ADA, licence="Shop licence, 2nd edition"))
    done = ended(playground, job)
    assert done.state == "done" and isinstance(done.result, Published)
    told = yaml.safe_load(token.get("model", "ada/shop").files["README.md"].decode().split("---")[1])
    assert (told["license"], told["license_name"]) == ("other", "shop-licence-2nd-edition")


def ended(playground: Playground, job: str) -> Task:
    for _ in range(1200):
        if playground.publishing.tasks.get(job).state != "running":
            break
        time.sleep(0.05)
    return playground.publishing.tasks.get(job)
