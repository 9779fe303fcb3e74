"""`understudy provider models`: which servers there are, and what one offers, for people and for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Run
from tests.provider.fake import FakeProvider
from tests.provider.state import KEY

MODEL = "gpt-4.1-mini-2025-04-14"
Understudy = Callable[..., Run]


def test_without_a_server_it_says_which_there_are_and_what_each_needs(
    understudy: Understudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    lines = understudy("provider", "models").out.splitlines()
    assert lines[0].startswith("openai       OpenAI needs OPENAI_API_KEY. Set it in the environment")
    assert "compatible   Another server" in lines


def test_the_models_of_a_server_are_told_with_their_last_days(understudy: Understudy, provider_url: str) -> None:
    told = understudy("provider", "models", provider_url)
    assert told.code == 0 and f"{provider_url}#gpt-3.5-turbo  was shut down on 2026-10-23" in told.out
    offers = json.loads(understudy("provider", "models", provider_url, "--json").out)["models"]
    assert {offer["model"]: offer["over"] for offer in offers}.items() >= {
        "gpt-6-luna": False,
        "gpt-3.5-turbo": True,
    }.items()
    assert KEY not in told.out + told.err + json.dumps(offers)


def test_a_model_of_a_server_is_added_and_asked_from_the_command_line(
    understudy: Understudy, provider: FakeProvider, provider_url: str
) -> None:
    source = f"{provider_url}#{MODEL}"
    assert understudy("models", "add", source).code == 0
    name = next(line.split()[-2] for line in understudy("models").out.splitlines() if line.endswith(source))
    asked = understudy("ask", "--columns", name, "hello there")
    assert (asked.code, asked.out.strip()) == (0, f"{MODEL} heard: hello there")
    assert [request.path for request in provider.state.requests] == [f"/models/{MODEL}", "/chat/completions"]


def test_with_local_only_a_provider_is_refused_with_a_sentence(
    understudy: Understudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    told = understudy("provider", "models", "openai", "--local-only", "1")
    assert told.code == 2 and "“Local only” is on, so api.openai.com is not asked" in told.err
    assert KEY not in told.out + told.err
