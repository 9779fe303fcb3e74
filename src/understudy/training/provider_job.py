"""Fine-tuning jobs at a provider: the requests that send data, buy training, look after it and take it away again.

One client for OpenAI and those that copied its API. What differs is in the profile; what a server does not have (a
404 for checkpoints or limits) is none or unknown, and a word nobody knows is passed on as it is. Nothing here is tried
twice: whoever asks is told whether nothing was done (`Busy`) or nobody knows (`NoAnswer`), and must look for the job by
its mark before asking again. This file and `serving.remote` are the only ones that import openai.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any, TypeVar

import openai

from understudy.dataset.formats import Fields
from understudy.dataset.jsonl import BOM
from understudy.errors import Busy, NoAnswer, NotOffered, TrainingError
from understudy.serving.network import Network
from understudy.serving.provider import Endpoint
from understudy.serving.remote import client_of, sentence_of
from understudy.store import Checkpoint, JobEvent

MARK = "understudy_job"
"""The key of the metadata under which our own id travels, so that a job is found again without its own."""

UPLOAD_LIFE_S = 7 * 24 * 3600
"""An upload that nobody deleted vanishes after a week; a job reads its files within hours."""

ENDED = ("succeeded", "failed", "cancelled")
RESTING = ("paused", "pausing")

_JOBS_ASKED = 20
"""Jobs whose checkpoints are looked for: each is a request of its own."""

_REFUSED = "training_not_available"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A job as its provider describes it. `status` is its word, known or not; moments are seconds since 1970.

    `tuned` is the finished model, `fault` why it failed, "" where it did not. `values` is the whole description.
    """

    id: str
    model: str
    status: str
    tuned: str | None
    fault: str
    mark: str | None
    method: str
    training_file: str | None
    validation_file: str | None
    result_files: tuple[str, ...]
    created: int | None
    estimated_finish: int | None
    values: dict[str, Any]

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that a provider gives out."""

    id: str
    bytes: int


class FineTuning:
    """The fine-tuning API of one server, for `endpoint.model`. Methods raise TrainingError with one sentence."""

    def __init__(self, endpoint: Endpoint, network: Network | None = None) -> None:
        self.endpoint = endpoint
        self._network = network or Network()

    # -- files -----------------------------------------------------------------------------------------------------

    def upload(self, name: str, data: bytes) -> str:
        """Send a training file; its id there. Where the server knows expiry, it vanishes by itself in a week."""
        extra: Any = {"expires_after": {"anchor": "created_at", "seconds": UPLOAD_LIFE_S}}
        extra = extra if self.endpoint.profile.expires else {}
        return self._ask(
            "upload of files", lambda c: c.files.create(file=(name, data), purpose="fine-tune", **extra).id
        )

    def find_file(self, name: str) -> str | None:
        """The id of an upload by its name: one whose answer was lost is not sent twice."""

        def look(client: openai.OpenAI) -> str | None:
            return next((file.id for file in client.files.list(purpose="fine-tune") if file.filename == name), None)

        return self._ask("list of files", look)

    def content(self, file: str) -> bytes:
        """A file's bytes."""
        return self._ask(f"file {file}", lambda c: c.files.content(file).read())

    def table(self, file: str) -> bytes:
        """A job's result table as CSV, whether it comes as base64 or as it is."""
        return plain_table(self.content(file))

    def delete_file(self, file: str) -> None:
        """Take a file away; one that is gone already is as good."""
        self._gone(f"file {file}", lambda c: c.files.delete(file))

    # -- jobs ------------------------------------------------------------------------------------------------------

    def create(
        self,
        mark: str,
        method: str,
        training_file: str,
        validation_file: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> RemoteJob:
        """Buy one job, asked for once. `settings` left out are the provider's choice. After NoAnswer: `find(mark)`."""
        body: dict[str, Any] = {"model": self.endpoint.model, "training_file": training_file, "metadata": {MARK: mark}}
        body |= {"validation_file": validation_file} if validation_file else {}
        body |= self._method(method, dict(settings or {}))
        return self._ask("fine-tuning jobs", lambda c: _job(c.fine_tuning.jobs.create(**body)))

    def retrieve(self, id: str) -> RemoteJob:
        """A job as it stands now."""
        return self._ask(f"job {id}", lambda c: _job(c.fine_tuning.jobs.retrieve(id)))

    def find(self, mark: str) -> RemoteJob | None:
        """The job that carries our mark. Servers that ignore the filter are searched through."""

        def look(client: openai.OpenAI) -> RemoteJob | None:
            jobs = map(_job, client.fine_tuning.jobs.list(limit=100, metadata={MARK: mark}))
            return next((job for job in jobs if job.mark == mark), None)

        return self._ask("list of fine-tuning jobs", look)

    def jobs(self) -> list[RemoteJob]:
        """All jobs of this account, newest first."""
        return self._ask(
            "list of fine-tuning jobs", lambda c: [_job(job) for job in c.fine_tuning.jobs.list(limit=100)]
        )

    def events(self, id: str, known: Container[str] = ()) -> list[JobEvent]:
        """Events newer than the newest `known` one, oldest first."""

        def look(client: openai.OpenAI) -> list[JobEvent]:
            newest_first = map(_event, client.fine_tuning.jobs.list_events(id, limit=100))
            return list(takewhile(lambda event: event.external not in known, newest_first))[::-1]

        return self._ask(f"events of job {id}", look)

    def checkpoints(self, id: str) -> list[Checkpoint]:
        """Models of middle steps; none where the server keeps no such list."""

        def look(client: openai.OpenAI) -> list[Checkpoint]:
            try:
                return [_checkpoint(found) for found in client.fine_tuning.jobs.checkpoints.list(id, limit=100)]
            except openai.NotFoundError:
                return []

        return self._ask(f"checkpoints of job {id}", look)

    def adapter_files(self, id: str) -> dict[int, dict[str, GivenFile]]:
        """Files of weights that a provider gives out with its checkpoints, by step and by name; {} where it gives none.

        Only Nebius does: `result_files` of a checkpoint, as its documentation of November 2026 describes them.
        """

        def look(client: openai.OpenAI) -> dict[int, dict[str, GivenFile]]:
            try:
                points = [_plain(found) for found in client.fine_tuning.jobs.checkpoints.list(id, limit=100)]
            except openai.NotFoundError:
                return {}
            return {
                int(point.get("step_number") or 0): dict(_given(client, str(file)) for file in files)
                for point in points
                if (files := point.get("result_files"))
            }

        return self._ask(f"checkpoints of job {id}", look)

    def pause(self, id: str) -> RemoteJob:
        """Let it rest; one that rests already is as good."""
        return self._steer("pause", id, f"job {id} that can be paused", lambda job: job.status in RESTING)

    def resume(self, id: str) -> RemoteJob:
        """Let it go on; one that goes on already is as good."""
        there = (*RESTING, *ENDED)
        return self._steer("resume", id, f"job {id} that can go on", lambda job: job.status not in there)

    def cancel(self, id: str) -> RemoteJob:
        """End it; one that is cancelled already is as good."""
        return self._steer("cancel", id, f"job {id} that can be cancelled", lambda job: job.status == "cancelled")

    def _steer(self, wish: str, id: str, what: str, is_so: Callable[[RemoteJob], bool]) -> RemoteJob:
        """Page and watcher may both hand on a wish: the second is refused, and finds that it is so."""

        def hand_on(client: openai.OpenAI) -> RemoteJob:
            try:
                return _job(getattr(client.fine_tuning.jobs, wish)(id))
            except (openai.BadRequestError, openai.ConflictError):
                now = _job(client.fine_tuning.jobs.retrieve(id))
                if not is_so(now):
                    raise
                return now

        return self._ask(what, hand_on)

    # -- models ----------------------------------------------------------------------------------------------------

    def may_train(self) -> bool | None:
        """Whether this organisation may train the model; None where the server does not say so plainly."""

        def look(client: openai.OpenAI) -> bool | None:
            try:
                return read_limits(client.get("/fine_tuning/model_limits", cast_to=object), self.endpoint.model)
            except openai.PermissionDeniedError as error:
                return False if error.code == _REFUSED else None
            except openai.AuthenticationError:
                raise
            except openai.APIStatusError:  # nobody documented it: a server without it says nothing about jobs
                return None

        return self._ask("limits of models", look)

    def shutdown(self) -> date | None:
        """The day on which the server says that the model ends, if it says so."""

        def look(client: openai.OpenAI) -> date | None:
            try:
                return _day(_plain(client.models.retrieve(self.endpoint.model)).get("shutdown_date"))
            except openai.NotFoundError:  # a list that does not name it may still train it: Azure's names deployments
                return None

        return self._ask(f"model {self.endpoint.model}", look)

    def made(self) -> list[str]:
        """The models of finished jobs, newest job first: each one's checkpoints by step, then its last."""
        done = [job for job in self.jobs() if job.status == "succeeded" and job.tuned][:_JOBS_ASKED]
        names = [[*(point.model for point in self.checkpoints(job.id)), job.tuned or ""] for job in done]
        return [name for job in names for name in job if name]

    def delete_model(self, model: str) -> None:
        """Take a fine-tuned model away; one that is gone already is as good."""
        self._gone(f"model {model}", lambda c: c.models.delete(model))

    def stored_chats(self, model: str | None = None) -> list[Fields]:
        """Chats that somebody stored there, as chat lines, oldest first."""

        def look(client: openai.OpenAI) -> list[Fields]:
            wanted: Any = {"model": model} if model else {}
            found = client.chat.completions.list(limit=100, order="asc", **wanted)
            return [line for chat in found if (line := _chat_line(client, _plain(chat)))]

        return self._ask("stored chats", look)

    # -- asking ----------------------------------------------------------------------------------------------------

    def _method(self, method: str, settings: dict[str, Any]) -> dict[str, Any]:
        """Method and hyperparameters where this provider looks for them; nothing is written that was left on auto."""
        profile = self.endpoint.profile
        extra = {name: settings.pop(name) for name in profile.job_extras if name in settings}
        body: dict[str, Any] = {"extra_body": extra} if extra else {}
        if profile.method == "hyperparameters":
            return body | ({"hyperparameters": settings} if settings else {})
        return body | {"method": {"type": method, method: {"hyperparameters": settings} if settings else {}}}

    def _gone(self, what: str, delete: Callable[[openai.OpenAI], object]) -> None:
        def unless_gone(client: openai.OpenAI) -> None:
            try:
                delete(client)
            except openai.NotFoundError:
                return

        self._ask(what, unless_gone)

    def _ask(self, what: str, request: Callable[[openai.OpenAI], _T]) -> _T:
        """One request, allowed and understood: every refusal is a TrainingError."""
        self._network.check(self.endpoint)
        with client_of(self.endpoint) as client:
            try:
                return request(client)
            except openai.OpenAIError as error:
                raise self._refusal(error, what) from error

    def _refusal(self, error: openai.OpenAIError, what: str) -> TrainingError:
        host, code = self.endpoint.host, getattr(error, "code", None)
        if code == _REFUSED:
            return NotOffered(
                f"{host} is closing its fine-tuning and takes no more training jobs from your organisation."
                " Train a local model on the same data."
            )
        if isinstance(error, openai.NotFoundError) and code != "model_not_found":
            return TrainingError(f"{host} has no {what}. It was deleted there, or this server cannot do it.")
        sentence = sentence_of(error, self.endpoint, self.endpoint.model)
        if isinstance(error, openai.RateLimitError) and code != "insufficient_quota":
            return Busy(sentence)
        if isinstance(error, openai.APIConnectionError | openai.InternalServerError):
            return NoAnswer(sentence)
        return TrainingError(sentence)


def _given(client: openai.OpenAI, id: str) -> tuple[str, GivenFile]:
    """A file by its own name, without the folders that a provider may write before it."""
    told = client.files.retrieve(id)
    return told.filename.replace("\\", "/").rpartition("/")[2], GivenFile(id, told.bytes)


def plain_table(content: bytes) -> bytes:
    """A result table without the base64 that OpenAI wraps it in; what is none stays as it is."""
    try:
        decoded = base64.b64decode(content.strip(), validate=True)
    except (binascii.Error, ValueError):
        return content
    return decoded if decoded.removeprefix(BOM).startswith(b"step") else content


def read_results(content: bytes) -> list[dict[str, float]]:
    """The rows of a result table, by step; cells without a number are left out."""
    rows = csv.DictReader(io.StringIO(plain_table(content).decode("utf-8-sig", "replace")))
    return [{name: value for name, text in row.items() if (value := _number(text)) is not None} for row in rows]


def read_limits(told: object, model: str) -> bool | None:
    """What an undocumented answer says about `model`: no only where it says so of this very model, else yes or None."""
    named = [facts for name, facts in _named(told) if _is_same(name, model)]
    if not named:
        return None
    return not any(_denies(facts) for facts in named)


_FLAGS = ("available", "enabled", "allowed", "eligible", "can_train", "can_create_jobs", "training_available")
_LIMITS = ("max_active_jobs", "max_jobs", "max_jobs_per_day", "limit")


def _denies(facts: object) -> bool:
    if isinstance(facts, dict):
        return any(facts.get(name) is False for name in _FLAGS) or any(_is_zero(facts.get(name)) for name in _LIMITS)
    return facts is False or _is_zero(facts)


def _is_zero(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == 0


def _named(told: object) -> Iterator[tuple[str, object]]:
    """Names with what is said about them, in a list of names or objects, or an object by name, however wrapped."""
    if isinstance(told, dict):
        name = told.get("model") or told.get("id")
        if isinstance(name, str):
            yield name, told
            return
        for key, value in told.items():
            if key in ("data", "models", "limits", "model_limits"):
                yield from _named(value)
            else:
                yield str(key), value
    elif isinstance(told, list):
        for one in told:
            yield from [(one, True)] if isinstance(one, str) else _named(one)


def _is_same(name: str, model: str) -> bool:
    """Whether a name means `model`: the same, with or without its date, or the base of a fine-tuned one."""
    base = model.split(":")[1] if model.startswith("ft:") and ":" in model[3:] else model
    longer, shorter = sorted((name, base), key=len, reverse=True)
    rest = longer.removeprefix(shorter)
    return longer == shorter or (longer.startswith(shorter) and rest[:3] == "-20")


def _plain(answer: openai.BaseModel) -> dict[str, Any]:
    """An answer as plain values: types that the library did not expect pass as they are."""
    return answer.to_dict(mode="json", warnings=False)


def _job(answer: openai.BaseModel) -> RemoteJob:
    told = _plain(answer)
    return RemoteJob(
        id=str(told["id"]),
        model=str(told.get("model") or ""),
        status=str(told.get("status") or ""),
        tuned=told.get("fine_tuned_model") or None,
        fault=_fault(told.get("error")),
        mark=_object(told.get("metadata")).get(MARK),
        method=str(_object(told.get("method")).get("type") or "supervised"),
        training_file=told.get("training_file") or None,
        validation_file=told.get("validation_file") or None,
        result_files=tuple(map(str, told.get("result_files") or ())),
        created=_moment(told.get("created_at")),
        estimated_finish=_moment(told.get("estimated_finish")),
        values=told,
    )


def _fault(error: object) -> str:
    """Why a job failed; successful ones may carry an empty error."""
    told = _object(error)
    message, code = str(told.get("message") or ""), str(told.get("code") or "")
    return f"{message} ({code})" if message and code else message or code


def _event(answer: openai.BaseModel) -> JobEvent:
    told = _plain(answer)
    return JobEvent(
        str(told["id"]), _moment(told.get("created_at")) or 0, str(told.get("level") or "info"),
        str(told.get("message") or ""), _object(told.get("data")),
    )  # fmt: skip


def _checkpoint(answer: openai.BaseModel) -> Checkpoint:
    told = _plain(answer)
    model = str(told.get("fine_tuned_model_checkpoint") or "")
    return Checkpoint(str(told["id"]), _moment(told.get("step_number")) or 0, model, _object(told.get("metrics")))


def _chat_line(client: openai.OpenAI, chat: Mapping[str, Any]) -> Fields | None:
    """A stored chat as a line: what was asked, then the answer; None for one that has no answer in text."""
    asked = [_plain(message) for message in client.chat.completions.messages.list(str(chat["id"]), limit=100)]
    said = _object((chat.get("choices") or [{}])[0]).get("message") or {}
    messages = [{"role": message.get("role"), "content": message.get("content")} for message in (*asked, said)]
    return {"messages": messages} if all(isinstance(message["content"], str) for message in messages) else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _moment(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except (TypeError, ValueError):
        return None


def _day(told: object) -> date | None:
    try:
        return date.fromisoformat(str(told)[:10])
    except ValueError:
        return None
