"""Fine-tuning jobs that live: files are checked, steps are taken, checkpoints and results appear, a model is born.

A job moves on by one stage whenever it is looked at, or when a test calls `advance`, so that no test waits for a clock.
The tuned model says what its training file taught it, which is what makes the whole loop worth testing.
"""

from __future__ import annotations

import base64
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.provider.catalogue import Models
from tests.provider.errors import Refused
from tests.provider.files import Files, page
from tests.provider.lines import InvalidLine, lessons_of, read_lines
from tests.provider.state import Served, State

FEWEST = 10
KEPT_CHECKPOINTS = 3
OVER = ("succeeded", "failed", "cancelled")


@dataclass(slots=True)
class Job:
    """A job as it stands. `asked` is the body of its creation."""

    id: str
    asked: Mapping[str, Any]
    created_at: int
    status: str = "validating_files"
    step: int = 0
    total_steps: int = 0
    tokens: int = 0
    error: dict[str, Any] | None = None
    finished_at: int | None = None
    model: str | None = None
    result: str | None = None
    before_pause: str = ""
    lessons: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, float]] = field(default_factory=list)

    @property
    def method(self) -> str:
        return str((self.asked.get("method") or {"type": "supervised"})["type"])

    @property
    def hyperparameters(self) -> dict[str, Any]:
        method = (self.asked.get("method") or {}).get(self.method) or {}
        given = method.get("hyperparameters") or self.asked.get("hyperparameters") or {}
        return {"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": "auto"} | given

    @property
    def epochs(self) -> int:
        return 3 if self.hyperparameters["n_epochs"] == "auto" else int(self.hyperparameters["n_epochs"])


class Jobs:
    """The fine-tuning API over `state`."""

    def __init__(self, state: State, files: Files, models: Models) -> None:
        self._state, self._files, self._models = state, files, models

    def routes(self) -> list[Route]:
        job = "/fine_tuning/jobs/{id}"
        return [
            Route("/fine_tuning/model_limits", self.limits, methods=["GET"]),
            Route("/fine_tuning/jobs", self.create, methods=["POST"]),
            Route("/fine_tuning/jobs", self.list, methods=["GET"]),
            Route(job, self.retrieve, methods=["GET"]),
            Route(f"{job}/events", self.events, methods=["GET"]),
            Route(f"{job}/checkpoints", self.checkpoints, methods=["GET"]),
            *(Route(f"{job}/{wish}", self._wish(wish), methods=["POST"]) for wish in ("cancel", "pause", "resume")),
        ]

    # -- what a test asks ------------------------------------------------------------------------------------------

    def get(self, id: str) -> Job:
        job: Job | None = self._state.jobs.get(id)
        if job is None:
            raise Refused(404, f"Could not find fine tune: {id}", "fine_tune_not_found", "fine_tune_id")
        return job

    def bought_twice(self) -> list[str]:
        """The marks (metadata) that more than one job carries: each is money that was spent twice."""
        marks = Counter(json.dumps(job.asked.get("metadata"), sort_keys=True) for job in self._state.jobs.values())
        return [mark for mark, count in marks.items() if count > 1]

    def advance(self, id: str) -> Job:
        """One stage further: files checked, queued, an epoch, the end. Paused and ended jobs stay."""
        job = self.get(id)
        stages: dict[str, Callable[[Job], None]] = {
            "validating_files": self._check, "queued": self._begin, "running": self._train, "pausing": _rest,
        }  # fmt: skip
        if job.status in stages:
            stages[job.status](job)
        return job

    # -- stages ----------------------------------------------------------------------------------------------------

    def _check(self, job: Job) -> None:
        content = self._files.get(job.asked["training_file"]).content
        try:
            lines = read_lines(content, job.method)
        except InvalidLine as wrong:
            return self._fail(job, "invalid_training_file", str(wrong))
        if len(lines) < FEWEST:
            message = f"Training file has {len(lines)} example(s), but must have at least {FEWEST} examples"
            return self._fail(job, "invalid_n_examples", message)
        job.lessons, job.tokens = lessons_of(lines), len(content.split()) * job.epochs
        job.total_steps = job.epochs * math.ceil(len(lines) / self._batch(job, len(lines)))
        job.status = "queued"
        self._tell(job, "Files validated, moving job to queued state")

    def _begin(self, job: Job) -> None:
        job.status = "running"
        self._tell(job, "Fine-tuning job started")

    def _train(self, job: Job) -> None:
        """An epoch; after the last one the model is there."""
        epoch = job.total_steps // job.epochs
        for _ in range(min(epoch, job.total_steps - job.step)):
            self._take_step(job)
        self._checkpoint(job)
        if job.step >= job.total_steps:
            self._succeed(job)

    def _take_step(self, job: Job) -> None:
        job.step += 1
        loss = round(2.0 * math.exp(-3.0 * job.step / job.total_steps), 4)
        row = {"step": float(job.step), "train_loss": loss, "train_mean_token_accuracy": round(1 - loss / 3, 4)}
        if job.asked.get("validation_file"):
            row |= {"valid_loss": round(loss + 0.1, 4), "valid_mean_token_accuracy": round(0.95 - loss / 3, 4)}
        job.rows.append(row)
        data = {**row, "total_steps": job.total_steps}
        self._tell(job, f"Step {job.step}/{job.total_steps}: training loss={loss}", "metrics", data)

    def _checkpoint(self, job: Job) -> None:
        name = f"{self._name(job)}:ckpt-step-{job.step}"
        kept = {"id": self._state.new_id("ftckpt_"), "object": "fine_tuning.job.checkpoint", "step_number": job.step}
        kept |= {"created_at": self._state.clock, "fine_tuning_job_id": job.id, "fine_tuned_model_checkpoint": name}
        if self._state.adapter:
            given = [self._files.add(n, data, "fine-tune-results") for n, data in self._state.adapter.items()]
            kept |= {"result_files": [file.id for file in given]}
        job.checkpoints = [*job.checkpoints, kept | {"metrics": job.rows[-1]}][-KEPT_CHECKPOINTS:]
        self._serve(name, job)

    def _succeed(self, job: Job) -> None:
        job.status, job.finished_at, job.model = "succeeded", self._state.clock, self._name(job)
        self._serve(job.model, job)
        names = list(job.rows[0])
        table = "\n".join([",".join(names), *(",".join(str(row[name]) for name in names) for row in job.rows)]).encode()
        content = base64.b64encode(table) if self._state.results == "base64" else table
        job.result = self._files.add("step_metrics.csv", content, "fine-tune-results").id
        self._tell(job, "Moderation checks passed", "moderation_checks")
        self._tell(job, "The job has successfully completed")

    def _fail(self, job: Job, code: str, message: str) -> None:
        job.status, job.finished_at = "failed", self._state.clock
        job.error = {"code": code, "message": message, "param": "training_file"}
        self._tell(job, message, level="error")

    def _serve(self, name: str, job: Job) -> None:
        base = self._state.models[str(job.asked["model"])]
        lessons = {**base.lessons, **job.lessons}
        self._state.models[name] = Served(name, "org-test", base.shutdown_date, base.tells_shutdown, lessons)

    def _name(self, job: Job) -> str:
        base = str(job.asked["model"])
        base = base.split(":")[1] if base.startswith("ft:") else base
        return f"ft:{base}:org-test:{job.asked.get('suffix') or ''}:{job.id[-6:]}"

    def _batch(self, job: Job, lines: int) -> int:
        asked = job.hyperparameters["batch_size"]
        return max(1, lines // 10) if asked == "auto" else int(asked)

    def _tell(
        self, job: Job, message: str, kind: str = "message", data: Mapping[str, Any] | None = None, level: str = "info"
    ) -> None:
        event = {"id": self._state.new_id("ftevent-"), "object": "fine_tuning.job.event", "level": level}
        job.events.append(
            event | {"created_at": self._state.clock, "message": message, "type": kind, "data": data or {}}
        )

    # -- routes ----------------------------------------------------------------------------------------------------

    async def limits(self, request: Request) -> Response:
        if self._state.limits is None:
            raise Refused(404, "Invalid URL (GET /v1/fine_tuning/model_limits)")
        return JSONResponse(self._state.limits)

    async def create(self, request: Request) -> Response:
        asked = await request.json()
        self._models.answering(asked["model"])
        for name in ("training_file", "validation_file"):
            if asked.get(name) and asked[name] not in self._state.files:
                raise Refused(400, f"invalid {name}: {asked[name]}", "invalid_file", name)
        job = Job(self._state.new_id("ftjob-"), asked, self._state.clock)
        self._state.jobs[job.id] = job
        self._tell(job, f"Created fine-tuning job: {job.id}")
        return JSONResponse(self._shown(job))

    async def list(self, request: Request) -> Response:
        """Newest first, those with all the metadata that is asked for."""
        marks = {key[9:-1]: value for key, value in request.query_params.items() if key.startswith("metadata[")}
        jobs = [
            job for job in self._state.jobs.values() if marks.items() <= dict(job.asked.get("metadata") or {}).items()
        ]
        return JSONResponse(page([self._shown(job) for job in reversed(jobs)], request))

    async def retrieve(self, request: Request) -> Response:
        job = self.get(request.path_params["id"])
        told = self._shown(job)
        if self._state.by_poll:
            self.advance(job.id)
        return JSONResponse(told)

    async def events(self, request: Request) -> Response:
        return JSONResponse(page(self.get(request.path_params["id"]).events[::-1], request))

    async def checkpoints(self, request: Request) -> Response:
        job = self.get(request.path_params["id"])
        if not self._state.checkpoints:
            raise Refused(404, "Not found.")
        return JSONResponse(page(job.checkpoints[::-1], request, default=10))

    def _wish(self, wish: str) -> Callable[[Request], Any]:
        async def wished(request: Request) -> Response:
            job = self.get(request.path_params["id"])
            if job.status in OVER or ((wish == "resume") != (job.status in ("paused", "pausing")) and wish != "cancel"):
                raise Refused(400, f"The job is {job.status}, so it cannot {wish}.", f"cannot_{wish}_job")
            getattr(self, f"_{wish}")(job)
            return JSONResponse(self._shown(job))

        return wished

    def _cancel(self, job: Job) -> None:
        job.status, job.finished_at = "cancelled", self._state.clock
        self._tell(job, "The job was cancelled")

    def _pause(self, job: Job) -> None:
        """A job that trains first ends its step: it is `pausing` until it is looked at again."""
        job.before_pause, job.status = job.status, "pausing" if job.status == "running" else "paused"
        self._tell(job, "The job is being paused")

    def _resume(self, job: Job) -> None:
        job.status = job.before_pause
        self._tell(job, "The job was resumed")

    def _shown(self, job: Job) -> dict[str, Any]:
        asked, well = job.asked, job.status == "succeeded"
        error = {} if well and self._state.empty_error else job.error
        return {
            "id": job.id, "object": "fine_tuning.job", "created_at": job.created_at, "model": asked["model"],
            "organization_id": "org-test", "status": job.status, "error": error, "finished_at": job.finished_at,
            "fine_tuned_model": job.model, "hyperparameters": self._settled(job), "seed": asked.get("seed") or 0,
            "training_file": asked["training_file"], "validation_file": asked.get("validation_file"),
            "result_files": [job.result] if job.result else [], "trained_tokens": job.tokens if well else None,
            "estimated_finish": self._state.clock + 60 if job.status == "running" else None,
            "metadata": asked.get("metadata"), "method": asked.get("method") or {"type": job.method},
        }  # fmt: skip

    def _settled(self, job: Job) -> dict[str, Any]:
        known = {key: job.hyperparameters[key] for key in ("n_epochs", "batch_size", "learning_rate_multiplier")}
        return known | ({"n_epochs": job.epochs} if job.total_steps else {})


def _rest(job: Job) -> None:
    job.status = "paused"
