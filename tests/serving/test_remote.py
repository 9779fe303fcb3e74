"""A model behind a network: the real client against our fake provider, which OpenAI's description judges."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.provider.errors import NO_CREDIT, OVERLOADED, Fault, answer_lost, rate_limited
from tests.provider.fake import FakeProvider
from understudy.errors import InputError, ModelError
from understudy.serving import remote
from understudy.serving.backend import Stop
from understudy.serving.network import Network
from understudy.serving.provider import PROFILES, endpoint_of, is_address, key_of
from understudy.serving.remote import RemoteBackend
from understudy.types import Delta, Done, FinishReason, Message, Notice, Row, Sampling

MODEL = "gpt-4.1-mini-2025-04-14"
ASKED = [Message("system", "Be brief."), Message("user", "When does Zorbo open?")]


CHAT = "POST /chat/completions"


def backend_of(url: str, model: str = MODEL, kind: str = "compatible") -> RemoteBackend:
    return RemoteBackend(f"{kind}:{url}#{model}")


def answered(backend: RemoteBackend, rows: int = 1, sampling: Sampling | None = None) -> tuple[list[str], list[Done]]:
    """Texts and ends of equal rows."""
    texts, ends = [""] * rows, []
    for event in backend.generate([Row(ASKED, seed=i) for i in range(rows)], sampling or Sampling(), Stop()):
        if isinstance(event, Delta):
            texts[event.row] += event.text
        elif isinstance(event, Done):
            ends.append(event)
    return texts, ends


def test_rows_are_streamed_side_by_side_and_counted(provider: FakeProvider, provider_url: str) -> None:
    texts, ends = answered(backend_of(provider_url), rows=2)
    assert texts == [f"{MODEL} heard: When does Zorbo open?"] * 2
    assert [end.finish for end in ends] == [FinishReason.STOP] * 2
    assert all(end.usage.prompt_tokens == 6 and end.usage.completion_tokens == 6 for end in ends)
    assert {asked.body["seed"] for asked in provider.state.requests} == {0, 1}


def test_the_limit_of_an_answer_ends_it_at_its_length(provider: FakeProvider, provider_url: str) -> None:
    texts, (end,) = answered(backend_of(provider_url), sampling=Sampling(max_tokens=3))
    assert texts == [f"{MODEL} heard: When"] and end.finish is FinishReason.LENGTH


def test_legacy_completions_serve_where_a_server_has_only_those(provider: FakeProvider, provider_url: str) -> None:
    texts, (end,) = answered(backend_of(provider_url, kind="completions"))
    assert "When does Zorbo open?" in texts[0] and end.finish is FinishReason.STOP
    assert [asked.path for asked in provider.state.requests] == ["/completions"]


def test_a_stop_ends_a_stream_that_hangs_at_once(provider: FakeProvider, provider_url: str) -> None:
    provider.state.pause_s = 0.05
    provider.state.answer = lambda model, message: "word " * 1000
    stop, said, begun = Stop(), "", 0.0
    for event in backend_of(provider_url).generate([Row(ASKED)], Sampling(), stop):
        if isinstance(event, Delta):
            said += event.text
            if len(said.split()) == 2:
                begun = time.perf_counter()
                stop.request()
        elif isinstance(event, Done):
            assert event.finish is FinishReason.STOPPED
    assert said and time.perf_counter() - begun < 1
    while not provider.state.closed_early and time.perf_counter() - begun < 10:
        time.sleep(0.02)
    assert provider.state.closed_early == 1  # the server writes no further tokens that somebody pays for


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (NO_CREDIT, "has no credit left. Add credit"),
        (OVERLOADED, "has trouble of its own (The server is overloaded.). Try again later."),
    ],
)
def test_a_refusal_becomes_a_sentence_and_is_not_sent_again(
    provider: FakeProvider, provider_url: str, fault: Fault, sentence: str
) -> None:
    provider.faults.order(CHAT, fault)
    _, (end,) = answered(backend_of(provider_url))
    assert end.finish is FinishReason.ERROR and sentence in (end.error or "") and len(provider.state.requests) == 1


def test_a_rate_limit_that_names_a_short_wait_is_waited_for(provider: FakeProvider, provider_url: str) -> None:
    provider.faults.order(CHAT, rate_limited(0.1))
    events = list(backend_of(provider_url).generate([Row(ASKED)], Sampling(), Stop()))
    assert isinstance(events[0], Notice) and "asked to wait" in events[0].text
    assert isinstance(events[-1], Done) and events[-1].finish is FinishReason.STOP
    provider.faults.order(CHAT, rate_limited(0.1), rate_limited(0.1))
    _, (end,) = answered(backend_of(provider_url))
    assert "allows no more requests right now" in (end.error or "")


def test_a_model_that_was_shut_down_and_one_that_never_was_are_told(provider: FakeProvider, provider_url: str) -> None:
    for model in ("gpt-3.5-turbo", "gpt-9"):
        _, (end,) = answered(backend_of(provider_url, model))
        assert f"has no model '{model}': it was shut down, or its name is another" in (end.error or "")


def test_a_wrong_key_names_the_variable_and_not_the_key(
    provider: FakeProvider, provider_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSTUDY_SERVER_KEY", "sk-wrong-key")
    _, (end,) = answered(backend_of(provider_url))
    assert "refused the key. Check UNDERSTUDY_SERVER_KEY" in (end.error or "") and "sk-" not in str(end)


def test_a_server_that_is_not_there_is_told() -> None:
    _, (end,) = answered(RemoteBackend("http://127.0.0.1:9/v1#model"))
    assert end.error == "127.0.0.1 cannot be reached. Check the address and the network, then try again."


def test_without_a_key_a_provider_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    _, (end,) = answered(RemoteBackend(f"openai:{MODEL}"))
    assert "OpenAI needs a key. Set OPENAI_API_KEY in the environment" in (end.error or "")


def test_local_only_asks_no_other_machine_and_still_asks_this_one(provider: FakeProvider, provider_url: str) -> None:
    local = Network(local_only=True)
    with pytest.raises(InputError, match=r"“Local only” is on, so api\.openai\.com is not asked"):
        RemoteBackend(f"openai:{MODEL}", network=local)
    texts, _ = answered(RemoteBackend(f"{provider_url}#{MODEL}", network=local))
    assert texts[0].startswith(MODEL)


@pytest.mark.parametrize("kind", ["openai", "azure"])
def test_openai_and_azure_are_told_to_keep_nothing_in_every_request(
    provider: FakeProvider, provider_url: str, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(PROFILES, kind, replace(PROFILES[kind], base_url=provider_url))
    monkeypatch.setenv(PROFILES[kind].key_variable, provider.state.key or "")
    answered(RemoteBackend(f"{kind}:{MODEL}"), rows=2)
    bodies = [asked.body for asked in provider.state.requests]
    assert [body["store"] for body in bodies] == [False, False] and not provider.state.chats
    assert all("max_completion_tokens" in body and "max_tokens" not in body for body in bodies)


def test_a_strict_server_is_not_sent_what_only_openai_knows(provider: FakeProvider, provider_url: str) -> None:
    provider.state.refused_keys = frozenset({"store", "max_completion_tokens", "metadata", "top_k"})
    _, (end,) = answered(backend_of(provider_url))
    assert end.finish is FinishReason.STOP


def test_a_server_that_counts_nothing_is_counted_in_pieces(provider: FakeProvider, provider_url: str) -> None:
    provider.state.counts_tokens = False
    _, (end,) = answered(backend_of(provider_url))
    assert end.usage.completion_tokens == 6 and end.usage.prompt_tokens == 0


def test_an_answer_that_breaks_off_keeps_what_was_said_and_says_so(provider: FakeProvider, provider_url: str) -> None:
    provider.state.breaks_after = 3
    texts, (end,) = answered(backend_of(provider_url))
    assert texts == [f"{MODEL} heard:"] and end.finish is FinishReason.ERROR
    assert "The answer of 127.0.0.1 broke off" in (end.error or "") and len(provider.state.requests) == 1


def test_a_server_that_does_not_answer_is_given_up_and_not_asked_again(
    provider: FakeProvider, provider_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "TIMEOUT_S", 0.3)
    provider.faults.order(CHAT, answer_lost(2.0))
    _, (end,) = answered(backend_of(provider_url))
    assert "did not answer within" in (end.error or "") and len(provider.state.requests) == 1


def test_addresses_are_read_and_mistakes_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_address("openai:gpt-x") and is_address("http://127.0.0.1:8/v1#m") and not is_address("owner/name")
    here = endpoint_of("http://127.0.0.1:8000/v1#qwen3")
    assert (here.host, here.model, here.is_loopback) == ("127.0.0.1", "qwen3", True)
    assert not endpoint_of("openai:gpt-x").is_loopback
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com/openai/v1/")
    assert endpoint_of("azure:my-deployment").host == "mine.openai.azure.com"
    for wrong, reason in (
        ("openai:", "names no model"),
        ("http://127.0.0.1:8000/v1", "is no address of a model"),
        ("http://me:secret@host/v1#m", "must not hold a password"),
    ):
        with pytest.raises(InputError, match=reason):
            endpoint_of(wrong)
    monkeypatch.delenv("AZURE_OPENAI_ENDPOINT")
    with pytest.raises(InputError, match="Set AZURE_OPENAI_ENDPOINT"):
        endpoint_of("azure:my-deployment")


def test_a_key_of_one_provider_is_never_sent_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    monkeypatch.delenv("UNDERSTUDY_SERVER_KEY", raising=False)
    assert key_of(endpoint_of("openai:m")) == "sk-openai"
    assert key_of(endpoint_of("http://127.0.0.1:1/v1#m")) == "none"
    monkeypatch.delenv("NEBIUS_API_KEY", raising=False)
    with pytest.raises(ModelError, match="NEBIUS_API_KEY"):
        key_of(endpoint_of("nebius:m"))
