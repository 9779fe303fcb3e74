"""Models of a server as columns: found, dated, priced, added, and never asked where nothing may leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.playground.ordered import chats, listed_as_openai
from tests.provider.errors import OVERLOADED, rate_limited
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY, Served
from understudy.dataset.jsonl import dump_lines
from understudy.errors import InputError, ModelError
from understudy.playground import build_playground
from understudy.playground.costs import Costs, dollars, in_dollars
from understudy.playground.playground import Playground
from understudy.playground.providers import Providers
from understudy.serving.catalogue import Prices, read_catalogue
from understudy.serving.network import Network
from understudy.serving.provider import endpoint_of
from understudy.settings import Settings
from understudy.store import Store
from understudy.training.provider_job import FineTuning
from understudy.types import FinishReason, Sampling, Usage

MODEL = "gpt-4.1-mini-2025-04-14"
TODAY = date(2026, 11, 21)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Playground]:
    made = build_playground(Settings(home=tmp_path))
    yield made
    made.close()


@pytest.fixture
def priced(tmp_path: Path) -> None:
    """The person's own catalogue says what models of this machine's server cost."""
    (tmp_path / "catalogue.toml").write_text(
        f"""
        [[providers]]
        id = "here"
        name = "Here"
        hosts = ["127.0.0.1"]

        [[models]]
        provider = "here"
        id = "{MODEL}"
        prices = {{ input = 1.0, cached = 0.25, output = 4.0 }}
        """
    )


def providers_at(store: Store, day: date = TODAY, local_only: bool = False) -> Providers:
    return Providers(store, Network(local_only), read_catalogue(), lambda: day)


def test_a_server_offers_fine_tuned_models_first_and_ended_ones_last(
    store: Store, provider: FakeProvider, provider_url: str
) -> None:
    tuned = f"ft:{MODEL}:org-test::abc"
    provider.state.models[tuned] = Served(tuned, "org-test", "2027-01-14")
    models = providers_at(store).offers(provider_url).models
    assert [models[0].model, models[-1].model] == [tuned, "gpt-3.5-turbo"]
    assert models[0].detail == "is shut down on 2027-01-14, in 54 days" and not models[0].over
    assert models[-1].detail == "was shut down on 2026-10-23" and models[-1].over
    assert {model.detail for model in models if model.model in ("gpt-6-luna", "silent")} == {""}


def test_the_day_of_a_shutdown_is_over(store: Store, provider: FakeProvider, provider_url: str) -> None:
    over = {day: dict[str, bool]() for day in (13, 14)}
    for day, found in over.items():
        found |= {
            offer.model: offer.over for offer in providers_at(store, date(2027, 1, day)).offers(provider_url).models
        }
    assert (over[13][MODEL], over[14][MODEL]) == (False, True)


def test_a_model_is_added_once_under_a_name_of_its_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    providers = providers_at(store)
    assert providers.add(f"openai:{MODEL}") == f"openai-{MODEL}"
    assert providers.add(f"openai:{MODEL}") == f"openai-{MODEL}"
    assert providers.add("http://127.0.0.1:8000/v1#owner/parrot") == "parrot-2"
    assert providers.add("http://127.0.0.1:8000/v1#qwen3") == "qwen3"
    assert store.models.find("parrot-2") is not None
    with pytest.raises(InputError, match="names no model"):
        providers.add("openai:")


def test_finished_checkpoints_are_offered_with_the_end_of_their_base(
    store: Store, provider: FakeProvider, provider_url: str, tmp_path: Path
) -> None:
    listed_as_openai(tmp_path)
    api = FineTuning(endpoint_of(f"{provider_url}#{MODEL}"))
    api.create("old", "supervised", api.upload("shop.jsonl", dump_lines(chats())), None, {"n_epochs": 2})
    job = api.create("new", "supervised", api.upload("shop.jsonl", dump_lines(chats())))
    while provider.jobs.advance(job.id).status != "succeeded":
        pass
    providers = Providers(store, Network(), read_catalogue(tmp_path), lambda: TODAY)
    found = {offer.model: offer for offer in providers.offers(provider_url).models}
    tuned = provider.jobs.get(job.id).model
    points = [name for name in found if name.startswith(f"{tuned}:ckpt-step-")]
    assert tuned in found and len(points) == 3, "of the job that ended, and of no other"
    assert all(found[point].detail.startswith("is shut down on 2027-01-14") for point in points)
    assert providers.add(found[points[0]].source) and store.models.list()[-1].source.endswith(points[0])


def test_a_model_that_ended_is_no_column_and_the_earlier_day_counts(
    store: Store, provider: FakeProvider, provider_url: str, tmp_path: Path
) -> None:
    listed_as_openai(tmp_path)
    providers = Providers(store, Network(), read_catalogue(tmp_path), lambda: date(2026, 12, 2))
    provider.state.models[MODEL].shutdown_date = "2026-12-01"  # earlier than the catalogue's
    with pytest.raises(InputError, match=r"was shut down at 127\.0\.0\.1 on 2026-12-01\. Choose another"):
        providers.add(f"{provider_url}#{MODEL}")
    provider.state.models[MODEL].shutdown_date = "2030-01-01"
    late = Providers(store, Network(), read_catalogue(tmp_path), lambda: date(2027, 1, 14))
    with pytest.raises(InputError, match="on 2027-01-14"):
        late.add(f"{provider_url}#{MODEL}")
    provider.faults.order("GET /models/silent", OVERLOADED)
    assert providers.add(f"{provider_url}#silent") == "silent", "who cannot be asked stops nobody"


def test_a_missing_key_says_which_variable_and_where(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT"):
        monkeypatch.delenv(variable, raising=False)
    missing = {choice.id: choice.missing for choice in providers_at(store).servers()}
    assert "OPENAI_API_KEY. Set it in the environment or in a file .env" in missing["openai"]
    assert "AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY" in missing["azure"] and missing["compatible"] == ""
    with pytest.raises(ModelError, match="Set OPENAI_API_KEY"):
        providers_at(store).offers("openai")


def test_a_refusal_of_the_list_is_a_sentence(store: Store, provider: FakeProvider, provider_url: str) -> None:
    provider.faults.order("GET /models", rate_limited(7))
    with pytest.raises(ModelError, match=r"allows no more requests right now\. Try again in 7 s"):
        providers_at(store).offers(provider_url)


def test_with_local_only_other_machines_are_refused_before_anything_is_opened(store: Store, provider_url: str) -> None:
    providers = providers_at(store, local_only=True)
    for refused in (providers.offers, providers.where, providers.add):
        with pytest.raises(InputError, match=r"“Local only” is on, so api\.nebius\.test is not asked"):
            refused("https://api.nebius.test/v1#model")
    assert providers.offers(provider_url).models
    assert "is this machine: nothing leaves it" in providers.offers(provider_url).sentence


def test_with_local_only_the_program_downloads_nothing_and_looks_nothing_up(tmp_path: Path) -> None:
    app = build_playground(Settings(home=tmp_path, local_only=True))
    with pytest.raises(InputError, match="“Local only” is on, so the model hub is not asked"):
        app.fit("owner/name")
    job = app.start_adding_model("owner/name")
    while app.job(job)["state"] == "running":
        pass
    assert "“Local only” is on" in str(app.job(job)["message"])
    app.close()


def test_a_conversation_mixes_columns_and_says_what_each_has_cost(
    priced: None, app: Playground, provider: FakeProvider, provider_url: str
) -> None:
    paid = app.providers.add(f"{provider_url}#{MODEL}")
    free = app.providers.add(f"{provider_url}#gpt-6-luna")
    view = app.chat.new_conversation()
    app.chat.set_columns(view.id, [paid, free])
    for question in ("one two three", "and four"):
        app.chat.ask(view.id, question)
        assert app.chat.wait(view.id, 30)
    view = app.chat.open(view.id)
    first, unknown = view.turns[0].answers
    assert first.text == f"{MODEL} heard: one two three" and first.state == "stop"
    assert "5 tokens · $0.000023" in first.details  # 3 tokens read at $1, 5 written at $4 a million
    assert "price unknown" in unknown.details
    assert view.spent[0] == f"{paid}: 22 tokens, $0.000049 so far"
    assert view.spent[1].endswith("price unknown so far")
    assert all(body.get("stream_options") == {"include_usage": True} for body in _bodies(provider))


def test_a_column_that_fails_says_why_and_the_other_one_answers(
    app: Playground, provider: FakeProvider, provider_url: str
) -> None:
    names = [app.providers.add(f"{provider_url}#{model}") for model in ("gpt-3.5-turbo", "gpt-6-luna")]
    view = app.chat.new_conversation()
    app.chat.set_columns(view.id, names)
    app.chat.ask(view.id, "hello")
    assert app.chat.wait(view.id, 30)
    dead, alive = app.chat.open(view.id).turns[0].answers
    assert dead.state == "error" and "has no model 'gpt-3.5-turbo': it was shut down" in (dead.error or "")
    assert alive.state == "stop"


def test_the_key_is_in_no_file_no_log_and_no_answer_of_the_page(
    app: Playground, provider: FakeProvider, provider_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from understudy.ui.handlers import Handlers

    caplog.set_level("DEBUG")
    page, said = Handlers(app), list[str]()
    said.append(json.dumps(page.reply({"do": "servers"})))
    said.append(json.dumps(page.reply({"do": "offers", "server": provider_url}), default=str))
    name = app.providers.add(f"{provider_url}#{MODEL}")
    view = app.chat.new_conversation()
    app.chat.set_columns(view.id, [name])
    for _ in range(2):
        app.chat.ask(view.id, "hello")
        assert app.chat.wait(view.id, 30)
        provider.state.key = "sk-another-one-than-the-program-has"  # the second answer is a refusal
    said += [json.dumps(page.reply({"do": "about"})), json.dumps(page.reply({"do": "start"})), caplog.text]
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert "refused the key" in said[3] and any(b"hello" in content for content in files)
    assert not any(KEY in text for text in said) and not any(KEY.encode() in content for content in files)


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (Usage(1_000_000, 0), 2.0),
        (Usage(1_000_000, 500_000, cached_tokens=400_000), 2.0 * 0.6 + 0.5 * 0.4 + 4.0),
        (Usage(), 0.0),
    ],
)
def test_read_cached_and_written_tokens_have_their_own_price(usage: Usage, cost: float) -> None:
    assert dollars(Prices(input=2.0, cached=0.5, output=8.0), usage) == pytest.approx(cost)
    assert dollars(Prices(input=2.0), usage) is None


@pytest.mark.parametrize(
    ("amount", "words"),
    [(None, "price unknown"), (0.0, "$0.00"), (0.00000049, "$0.0000005"), (0.0123, "$0.012"), (12.345, "$12.35")],
)
def test_a_price_is_never_rounded_to_nothing(amount: float | None, words: str) -> None:
    assert in_dollars(amount) == words


def test_a_fine_tuned_version_has_the_price_of_tuned_models_and_a_model_here_none(store: Store) -> None:
    costs = Costs(store, read_catalogue())
    name = providers_at(store).add("openai:gpt-4.1-mini-2025-04-14")
    turn = store.turns.add(store.conversations.add().id, "hello").id
    for position, (model, version) in enumerate(((name, 0), (name, 1), ("starter", 0))):
        made = store.completions.add(turn, position, model, version, model, Sampling())
        store.completions.finish(made.id, "hi", FinishReason.STOP, Usage(1000, 1000))
    words = [costs.words(completion) for completion in store.completions.of_turn(turn)]
    assert words == ["price unknown", "$0.004", ""]


def _bodies(provider: FakeProvider) -> list[dict[str, object]]:
    return [asked.body for asked in provider.state.requests if asked.path == "/chat/completions"]
