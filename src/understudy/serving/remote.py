"""Models behind a network: any server that speaks OpenAI's Chat Completions, as columns like the others.

Chat Completions is what all of them have; legacy Completions serve where a server has only that. Each row is a request
of its own in a thread, because a server batches by itself. Nothing is kept there (`store=False`), and nothing is sent
twice that may have been paid for: only a refusal that says when to come back, and soon, is waited for. This file and
the one for jobs are the only ones that import openai.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import openai

from understudy.errors import ModelError, UnderstudyError
from understudy.serving.backend import ModelCard, Stop
from understudy.serving.network import Network
from understudy.serving.provider import MODEL_FILE, Endpoint, endpoint_of, key_of
from understudy.types import BASE, Delta, Done, Event, FinishReason, Message, Notice, Row, Sampling, Usage

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 20.0
"""A server that says "again in so many seconds" is waited for once, up to this long."""

TIMEOUT_S = 60.0

_POLL_S = 0.02


class RemoteBackend:
    """A model at `source` (see `provider`). Versions are models that were tuned there from it."""

    def __init__(self, source: str, *, name: str | None = None, network: Network | None = None) -> None:
        self.source, self.endpoint = source, endpoint_of(source)
        self.name = name or source
        self._network = network or Network()
        self._models = {BASE: self.endpoint.model}
        self._speed: float | None = None
        self._network.check(self.endpoint)

    @property
    def awaited(self) -> bool:
        return False

    def describe(self) -> ModelCard:
        reason = f"It runs at {self.endpoint.host}: what you write is sent there."
        return ModelCard(
            self.name, self.source, 0, self.endpoint.host, "", reason, 0, self._speed, "chat", fingerprint=self.source
        )

    def generate(self, rows: Sequence[Row], sampling: Sampling, stop: Stop) -> Iterator[Event]:
        told: queue.Queue[Event] = queue.Queue()
        calls = {i: _Call(i, row, self._model_of(row), sampling, told) for i, row in enumerate(rows)}
        for call in calls.values():
            threading.Thread(target=self._answer, args=(call,), name=f"ask-{self.name}", daemon=True).start()
        try:
            while calls:
                for i in [i for i in calls if stop.requested(i)]:
                    yield calls.pop(i).stopped()
                try:
                    event = told.get(timeout=_POLL_S)
                except queue.Empty:
                    continue
                if event.row in calls:
                    if isinstance(event, Done):
                        self._speed = event.usage.tokens_per_second or self._speed
                        del calls[event.row]
                    yield event
        finally:
            for call in calls.values():
                call.stopped()

    def load_version(self, number: int, path: Path) -> None:
        try:
            model = json.loads((Path(path) / MODEL_FILE).read_text(encoding="utf-8"))["model"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The folder {Path(path).name} names no model of {self.endpoint.host}. An adapter of your own cannot be"
                " loaded there; choose a local base model for it."
            ) from error
        self._models[number] = str(model)

    def unload_version(self, number: int) -> None:
        if number != BASE:
            self._models.pop(number, None)

    def versions(self) -> tuple[int, ...]:
        return tuple(sorted(self._models))

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """An estimate: four characters are about a token of English; the server tells the real number afterwards."""
        return sum(len(message.content) // 4 + 4 for message in messages)

    def close(self) -> None:
        self._models.clear()

    # -- one row ---------------------------------------------------------------------------------------------------

    def _model_of(self, row: Row) -> str | None:
        return self._models.get(row.version)

    def _answer(self, call: _Call) -> None:
        try:
            if call.model is None:
                raise ModelError(f"Version {call.row.version} is not loaded. Choose another version for this column.")
            self._network.check(self.endpoint)
            with client_of(self.endpoint) as client:
                self._ask(client, call)
        except UnderstudyError as error:
            call.tell(call.done(FinishReason.ERROR, str(error)))
        except openai.OpenAIError as error:
            broke_off = call.pieces and isinstance(error, openai.APIConnectionError)
            words = _broken(self.endpoint, error) if broke_off else sentence_of(error, self.endpoint, call.model or "")
            call.tell(call.done(FinishReason.ERROR, words))
        except Exception as error:  # a stream that breaks raises what its transport raises
            log.exception("the answer of %s broke off", self.endpoint.host)
            call.tell(call.done(FinishReason.ERROR, _broken(self.endpoint, error)))

    def _ask(self, client: openai.OpenAI, call: _Call) -> None:
        try:
            self._stream(client, call)
        except openai.RateLimitError as error:
            wait = _retry_after(error)
            if wait is None or wait > LONGEST_WAIT_S or error.code == "insufficient_quota":
                raise
            call.tell(Notice(call.place, f"{self.endpoint.host} asked to wait {wait:.0f} s."))
            time.sleep(wait)
            self._stream(client, call)

    def _stream(self, client: openai.OpenAI, call: _Call) -> None:
        """Send the row and report what comes back until it ends or is stopped."""
        if call.is_over:
            return
        legacy = self.endpoint.profile.completions
        route: Any = client.completions if legacy else client.chat.completions
        call.stream = route.create(**_request(self.endpoint, call))
        finish = None
        for chunk in call.stream:
            if call.is_over:
                return
            call.usage = chunk.usage or call.usage
            for choice in chunk.choices[:1]:
                call.say((choice.text if legacy else choice.delta.content) or "")
                finish = choice.finish_reason or finish
        call.tell(call.ended(finish))


@dataclass(slots=True)
class _Call:
    """One request under way. What it reports after `stopped` nobody reads."""

    place: int
    row: Row
    model: str | None
    sampling: Sampling
    told: queue.Queue[Event]
    begun: float = field(default_factory=time.perf_counter)
    first: float | None = None
    pieces: int = 0
    usage: Any = None
    stream: Any = None
    is_over: bool = False

    def tell(self, event: Event) -> None:
        if not self.is_over:
            self.told.put(event)

    def say(self, text: str) -> None:
        if text:
            self.first = self.first or self._ms()
            self.pieces += 1
            self.tell(Delta(self.place, text))

    def ended(self, finish: str | None) -> Done:
        if finish == "content_filter":
            return self.done(FinishReason.ERROR, "The provider's filter ended this answer. Ask in other words.")
        return self.done(FinishReason.LENGTH if finish == "length" else FinishReason.STOP)

    def stopped(self) -> Done:
        """Ended by a person; the connection is closed, so that the server stops writing too."""
        self.is_over = True
        if self.stream is not None:
            threading.Thread(target=self.stream.close, name="close-stream", daemon=True).start()
        return self.done(FinishReason.STOPPED)

    def done(self, finish: FinishReason, error: str | None = None) -> Done:
        """The tokens are those that the server counted; without that, pieces stand for tokens."""
        usage = self.usage
        prompt, said = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, self.pieces)
        cached = getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None) or 0
        text = "\n".join(f"{message.role}: {message.content}" for message in self.row.messages)
        return Done(self.place, finish, Usage(prompt, said, self.first, self._ms(), cached), error, text)

    def _ms(self) -> float:
        return (time.perf_counter() - self.begun) * 1000


@dataclass(frozen=True, slots=True)
class Offered:
    """A model that a server lists. `shutdown` is the day on which it ends, where the server tells one."""

    id: str
    shutdown: date | None = None


def list_models(server: Endpoint, network: Network) -> list[Offered]:
    """What a server offers, in its own order. Raises ModelError with a sentence, or InputError when not allowed."""
    network.check(server)
    try:
        with client_of(server) as client:
            return [Offered(model.id, _day(model.shutdown_date)) for model in client.models.list()]
    except openai.OpenAIError as error:
        raise ModelError(sentence_of(error, server, "list of models")) from error


def _day(told: object) -> date | None:
    """A date as a server wrote it; None for what is none."""
    try:
        return date.fromisoformat(str(told)[:10])
    except ValueError:
        return None


def client_of(endpoint: Endpoint) -> openai.OpenAI:
    """A client for one use. Raises ModelError without a key; the key of another provider is never sent."""
    return openai.OpenAI(base_url=endpoint.base_url, api_key=key_of(endpoint), timeout=TIMEOUT_S, max_retries=0)


def _request(endpoint: Endpoint, call: _Call) -> dict[str, Any]:
    """The body: only keys that this kind of server knows, because strict ones refuse others."""
    profile, sampling, row = endpoint.profile, call.sampling, call.row
    body: dict[str, Any] = {"model": call.model, "stream": True, "stream_options": {"include_usage": True}}
    body |= {"temperature": sampling.temperature, "top_p": sampling.top_p}
    seed = sampling.seed if row.seed is None else row.seed
    body |= {"seed": seed} if seed is not None else {}
    if profile.completions:
        return body | {"prompt": _as_text(row.messages), "max_tokens": sampling.max_tokens, "stop": [_NEXT_TURN]}
    body |= {"messages": [{"role": m.role, "content": m.content} for m in row.messages]}
    body |= {profile.tokens_key: sampling.max_tokens}
    return body | ({"store": False} if profile.stores else {})


_NEXT_TURN = "\nUser:"
"""Where a model that only continues text would begin to play the person too."""


def _as_text(messages: Sequence[Message]) -> str:
    """A conversation for a model that only continues text."""
    lines = [message.content if message.role == "system" else f"{message.role.capitalize()}: {message.content}"
             for message in messages]  # fmt: skip
    return "\n".join([*lines, "Assistant:"])


def sentence_of(error: openai.OpenAIError, endpoint: Endpoint, model: str) -> str:
    """What a person reads about a refusal: what is wrong, and the next step."""
    host, code = endpoint.host, getattr(error, "code", None)
    variable = endpoint.profile.key_variable
    if isinstance(error, openai.APITimeoutError):
        return f"{host} did not answer within {TIMEOUT_S:.0f} s. Try again, or choose another model."
    if isinstance(error, openai.APIConnectionError):
        return f"{host} cannot be reached. Check the address and the network, then try again."
    if isinstance(error, openai.AuthenticationError):
        return f"{host} refused the key. Check {variable}, then start the program again."
    if code == "insufficient_quota":
        return f"The account at {host} has no credit left. Add credit there, or choose another model."
    if isinstance(error, openai.RateLimitError):
        wait = _retry_after(error)
        return f"{host} allows no more requests right now. Try again in {wait:.0f} s." if wait else _SOON.format(host)
    if isinstance(error, openai.NotFoundError):
        return f"{host} has no model {model!r}: it was shut down, or its name is another. Choose one of its list."
    if isinstance(error, openai.PermissionDeniedError):
        return f"{host} does not allow this account to use {model!r} ({_said(error)}). Choose another model."
    if isinstance(error, openai.InternalServerError):
        return f"{host} has trouble of its own ({_said(error)}). Try again later."
    return f"{host} did not accept the request: {_said(error)} Change the model or its settings."


_SOON = "{} allows no more requests right now. Try again in a minute."


def _said(error: openai.OpenAIError) -> str:
    """What the server said, short: it may be anything."""
    body = getattr(error, "body", None)
    text = str(body.get("message") or "") if isinstance(body, dict) else ""
    return " ".join((text or str(error)).split())[:300]


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds that the server asks to wait; None where it does not say."""
    try:
        return max(0.0, float(error.response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def _broken(endpoint: Endpoint, error: Exception) -> str:
    return f"The answer of {endpoint.host} broke off ({type(error).__name__}). Try again."
