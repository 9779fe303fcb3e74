"""A provider of our own for the tests: files, jobs that go through their states, models, and chat; it remembers.

It answers like OpenAI's API and is judged by OpenAI's description of it (`contract`), in both directions. A tuned model
says what it was trained on. A test orders faults by name (`Fake.faults`), sets the clock, and reads what was asked
(`Fake.asked`). A job goes one state further whenever it is looked at, so that no test waits.
"""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.provider.contract import Contract

KEY = "sk-test-0123456789abcdef"
STEPS = ("validating_files", "queued", "running", "running", "succeeded")
MODELS = {
    "gpt-4.1-mini-2025-04-14": "2027-01-14",
    "gpt-4o-mini-2024-07-18": "2027-01-14",
    "gpt-3.5-turbo-0125": "2026-10-23",
    "gpt-6-luna": None,
}
LEAST_EXAMPLES = 10


@dataclass
class Fake:
    """The state of the provider, and what a test may order.

    `faults` counts down: `{"refused": 1}` refuses the next job. Names: refused, quota, busy (429 with a wait), broken
    (500), lost (a job is made and the answer never comes), stalls (a stream that stops), no_checkpoints, empty_error,
    raw_results, no_limits. `limits` is the body of the undescribed route. `pause_at` is a state in which jobs rest.
    """

    faults: Counter[str] = field(default_factory=Counter)
    limits: Any = None
    said: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    looks: Counter[str] = field(default_factory=Counter)
    models: dict[str, str | None] = field(default_factory=lambda: dict(MODELS))
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    contract: Contract = field(default_factory=Contract)
    url: str = ""

    def takes(self, fault: str) -> bool:
        """Whether this fault is due now."""
        if self.faults[fault] <= 0:
            return False
        self.faults[fault] -= 1
        return True

    # -- what a job makes --------------------------------------------------------------------------------------------

    def examples(self, file: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.contents[file].decode("utf-8-sig").splitlines() if line.strip()]

    def further(self, job: dict[str, Any]) -> None:
        """One state further, as time would bring it."""
        if job["status"] in ("succeeded", "failed", "cancelled", "paused"):
            return
        if len(self.examples(job["training_file"])) < LEAST_EXAMPLES:
            message = (
                f"Training file has {len(self.examples(job['training_file']))} example(s), but must have at least 10"
            )
            error = {"code": "invalid_training_file", "param": "training_file", "message": message}
            job.update(status="failed", error=error, finished_at=_now())
            return
        self.looks[job["id"]] += 1
        job["status"] = STEPS[min(self.looks[job["id"]], len(STEPS) - 1)]
        if job["status"] == "succeeded" and not job["fine_tuned_model"]:
            self._finish(job)

    def _finish(self, job: dict[str, Any]) -> None:
        tuned = f"ft:{job['model']}:understudy::{job['id'][-6:]}"
        for name in (tuned, f"{tuned}:ckpt-step-20"):
            self.models[name] = self.models.get(job["model"])
        csv = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n" + "".join(
            f"{step},{2 / step:.4f},{1 - 1 / (step + 1):.4f},{2.2 / step:.4f},{1 - 1.2 / (step + 1):.4f}\n"
            for step in range(1, 31)
        )
        result = self.keep(csv.encode() if self.takes("raw_results") else base64.b64encode(csv.encode()), "results.csv",
                           "fine-tune-results")  # fmt: skip
        tokens = sum(len(json.dumps(line)) // 4 for line in self.examples(job["training_file"]))
        job.update(fine_tuned_model=tuned, finished_at=_now(), result_files=[result["id"]], trained_tokens=tokens)

    def keep(self, content: bytes, name: str, purpose: str) -> dict[str, Any]:
        file = {
            "id": f"file-{len(self.files):024d}", "object": "file", "bytes": len(content), "created_at": _now(),
            "filename": name, "purpose": purpose, "status": "processed",
        }  # fmt: skip
        self.files[file["id"]], self.contents[file["id"]] = file, content
        return file

    def reply(self, model: str, messages: list[dict[str, Any]]) -> str:
        """A tuned model says what its file says; others what the test wrote down, or that they heard it."""
        question = messages[-1]["content"]
        for job in self.jobs.values():
            if job["fine_tuned_model"] and model.startswith(job["fine_tuned_model"]):
                for line in self.examples(job["training_file"]):
                    known = line.get("messages") or line["input"]["messages"]
                    if [m["content"] for m in known if m["role"] == "user"][-1:] == [question]:
                        return (line.get("preferred_output") or known)[-1]["content"]
        return self.said.get(question, f"{model} heard: {question}")


def _now() -> int:
    return int(time.time())


def refusal(status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
    kind = "insufficient_quota" if code == "insufficient_quota" else "invalid_request_error"
    error = {"message": message, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, status, headers=headers)


def app_of(fake: Fake) -> Starlette:
    """The routes; each request and each answer passes the contract."""

    def route(path: str, method: str, handler: Any) -> Route:
        async def judged(request: Request) -> Response:
            body = await _body(request)
            fake.asked.append((method, path, body))
            if isinstance(body, dict) and request.headers.get("content-type", "").startswith("application/json"):
                fake.contract.request(method, path, body)
            if request.headers.get("authorization") != f"Bearer {KEY}":
                return refusal(401, "Incorrect API key provided.", "invalid_api_key")
            answer: Response = await handler(fake, request, body)
            if isinstance(answer, JSONResponse):
                fake.contract.answer(method, path, answer.status_code, json.loads(bytes(answer.body)))
            return answer

        return Route("/v1" + path.replace("{model}", "{model:path}"), judged, methods=[method])

    return Starlette(routes=[route(path, method, handler) for path, method, handler in ROUTES])


async def _body(request: Request) -> Any:
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return await request.json()
    if kind.startswith("multipart/form-data"):
        form = await request.form()
        file: Any = form["file"]
        return {**{k: v for k, v in form.items() if k != "file"}, "file": (file.filename, await file.read())}
    return dict(request.query_params)


# -- chat --------------------------------------------------------------------------------------------------------------


async def chat(fake: Fake, request: Request, body: Any) -> Response:
    if refused := _trouble(fake, body["model"]):
        return refused
    text = fake.reply(body["model"], body["messages"])
    usage = {
        "prompt_tokens": sum(len(m["content"].split()) for m in body["messages"]),
        "completion_tokens": len(text.split()),
    }
    usage["total_tokens"] = sum(usage.values())
    common = {"id": f"chatcmpl-{len(fake.asked)}", "created": _now(), "model": body["model"]}
    if body.get("stream"):
        return StreamingResponse(_chunks(fake, body, text, common, usage), media_type="text/event-stream")
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return JSONResponse(common | {"object": "chat.completion", "choices": [choice], "usage": usage})


def _chunks(fake: Fake, body: Any, text: str, common: dict[str, Any], usage: dict[str, int]) -> Iterator[str]:
    """Server-sent events, a word each; the count of tokens comes last if it was asked for."""
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or 10**6
    words = text.split(" ")
    pieces = [word if i == 0 else f" {word}" for i, word in enumerate(words[:limit])]
    stalls = fake.takes("stalls")

    def event(choices: list[Any], **more: Any) -> str:
        chunk = common | {"object": "chat.completion.chunk", "choices": choices} | more
        fake.contract.event("CreateChatCompletionStreamResponse", chunk)
        return f"data: {json.dumps(chunk)}\n\n"

    for i, piece in enumerate(pieces):
        time.sleep(fake.delay)
        if stalls and i == 2:
            time.sleep(30)
        yield event([{"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}])
    finish = "length" if len(words) > limit else "stop"
    yield event([{"index": 0, "delta": {}, "finish_reason": finish}])
    if (body.get("stream_options") or {}).get("include_usage"):
        yield event([], usage=usage | {"completion_tokens": len(pieces)})
    yield "data: [DONE]\n\n"


def _trouble(fake: Fake, model: str) -> Response | None:
    if fake.takes("quota"):
        return refusal(429, "You exceeded your current quota.", "insufficient_quota")
    if fake.takes("busy"):
        return refusal(429, "Rate limit reached.", "rate_limit_exceeded", {"retry-after": "0.1"})
    if fake.takes("broken"):
        return refusal(500, "The server had an error.")
    shutdown = fake.models.get(model, "")
    if shutdown == "" or (shutdown is not None and shutdown < "2026-11-21"):
        return refusal(404, f"The model `{model}` does not exist or you do not have access to it.", "model_not_found")
    return None


async def completions(fake: Fake, request: Request, body: Any) -> Response:
    if refused := _trouble(fake, body["model"]):
        return refused
    text = f"{body['model']} continued: {body['prompt'].splitlines()[-2]}"
    common = {"id": "cmpl-1", "object": "text_completion", "created": _now(), "model": body["model"]}
    pieces = [f"{word} " for word in text.split()]

    def chunks() -> Iterator[str]:
        for piece in pieces:
            choice = {"index": 0, "text": piece, "logprobs": None, "finish_reason": None}
            yield f"data: {json.dumps(common | {'choices': [choice]})}\n\n"
        last = {"index": 0, "text": "", "logprobs": None, "finish_reason": "stop"}
        yield f"data: {json.dumps(common | {'choices': [last]})}\n\ndata: [DONE]\n\n"

    return StreamingResponse(chunks(), media_type="text/event-stream")


async def stored_list(fake: Fake, request: Request, body: Any) -> Response:
    return JSONResponse(_listed(list(fake.stored.values())))


async def stored_messages(fake: Fake, request: Request, body: Any) -> Response:
    kept = fake.stored.get(request.path_params["completion_id"])
    if kept is None:
        return refusal(404, "No such completion.")
    messages = [{"id": f"{kept['id']}-{i}", **message} for i, message in enumerate(kept["metadata_messages"])]
    return JSONResponse(_listed(messages))


# -- models and files --------------------------------------------------------------------------------------------------


def _model(name: str, shutdown: str | None) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "openai", "shutdown_date": shutdown}


async def models(fake: Fake, request: Request, body: Any) -> Response:
    return JSONResponse({"object": "list", "data": [_model(*item) for item in fake.models.items()]})


async def model(fake: Fake, request: Request, body: Any) -> Response:
    name = request.path_params["model"]
    if name not in fake.models:
        return refusal(404, f"The model '{name}' does not exist", "model_not_found")
    return JSONResponse(_model(name, fake.models[name]))


async def delete_model(fake: Fake, request: Request, body: Any) -> Response:
    name = request.path_params["model"]
    if not name.startswith("ft:") or name not in fake.models:
        return refusal(404, f"The model '{name}' does not exist", "model_not_found")
    del fake.models[name]
    return JSONResponse({"id": name, "object": "model", "deleted": True})


async def limits(fake: Fake, request: Request, body: Any) -> Response:
    if fake.limits is None:
        return refusal(404, "Unknown request URL")
    return JSONResponse(fake.limits)


async def upload(fake: Fake, request: Request, body: Any) -> Response:
    name, content = body["file"]
    if body["purpose"] not in ("fine-tune", "batch", "user_data", "assistants", "vision", "evals"):
        return refusal(400, f"'{body['purpose']}' is not a purpose.")
    file = fake.keep(content, name, body["purpose"])
    if seconds := body.get("expires_after[seconds]"):
        file["expires_at"] = file["created_at"] + int(seconds)
    return JSONResponse(file)


async def files(fake: Fake, request: Request, body: Any) -> Response:
    return JSONResponse(_listed(list(fake.files.values())))


async def file_of(fake: Fake, request: Request, body: Any) -> Response:
    found = fake.files.get(request.path_params["file_id"])
    return JSONResponse(found) if found else refusal(404, "No such File object")


async def content(fake: Fake, request: Request, body: Any) -> Response:
    found = fake.contents.get(request.path_params["file_id"])
    return (
        refusal(404, "No such File object") if found is None else Response(found, media_type="application/octet-stream")
    )


async def delete_file(fake: Fake, request: Request, body: Any) -> Response:
    name = request.path_params["file_id"]
    if fake.files.pop(name, None) is None:
        return refusal(404, "No such File object")
    del fake.contents[name]
    return JSONResponse({"id": name, "object": "file", "deleted": True})


# -- jobs --------------------------------------------------------------------------------------------------------------


async def create(fake: Fake, request: Request, body: Any) -> Response:
    if fake.takes("refused"):
        message = (
            "OpenAI is winding down the fine-tuning platform and your organization is no longer able to create new "
            "fine-tuning training jobs."
        )
        return refusal(403, message, "training_not_available")
    if refused := _trouble(fake, body["model"]):
        return refused
    if body["training_file"] not in fake.files:
        return refusal(400, f"invalid training_file: {body['training_file']}")
    job = _job(fake, body)
    fake.jobs[job["id"]] = job
    if fake.takes("lost"):
        time.sleep(3)
        return refusal(500, "The answer was lost on its way.")
    return JSONResponse(job)


def _job(fake: Fake, body: dict[str, Any]) -> dict[str, Any]:
    method = body.get("method") or {"type": "supervised", "supervised": {}}
    given = method[method["type"]].get("hyperparameters") or body.get("hyperparameters") or {}
    settings = {"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": "auto"} | given
    return {
        "id": f"ftjob-{len(fake.jobs):024d}", "object": "fine_tuning.job", "created_at": _now(), "model": body["model"],
        "status": "validating_files", "error": {} if fake.takes("empty_error") else None, "fine_tuned_model": None,
        "finished_at": None, "hyperparameters": settings, "organization_id": "org-test", "result_files": [], "seed": 1,
        "trained_tokens": None, "training_file": body["training_file"], "validation_file": body.get("validation_file"),
        "method": {"type": method["type"], method["type"]: {"hyperparameters": settings}},
        "metadata": body.get("metadata"), "estimated_finish": _now() + 60,
    }  # fmt: skip


def _listed(items: list[dict[str, Any]]) -> dict[str, Any]:
    ends = {"first_id": items[0]["id"], "last_id": items[-1]["id"]} if items else {"first_id": "", "last_id": ""}
    return {"object": "list", "data": items, "has_more": False} | ends


async def jobs(fake: Fake, request: Request, body: Any) -> Response:
    return JSONResponse(_listed(list(reversed(fake.jobs.values()))))


def _found(fake: Fake, request: Request) -> dict[str, Any] | None:
    return fake.jobs.get(request.path_params["fine_tuning_job_id"])


async def job_of(fake: Fake, request: Request, body: Any) -> Response:
    job = _found(fake, request)
    if job is None:
        return refusal(404, "Could not find fine tune")
    fake.further(job)
    return JSONResponse(job)


def _turn(status: str) -> Any:
    async def turn(fake: Fake, request: Request, body: Any) -> Response:
        job = _found(fake, request)
        if job is None:
            return refusal(404, "Could not find fine tune")
        if job["status"] in ("succeeded", "failed", "cancelled"):
            return refusal(400, f"Job has already completed: {job['status']}")
        job["status"] = status
        return JSONResponse(job)

    return turn


async def events(fake: Fake, request: Request, body: Any) -> Response:
    job = _found(fake, request)
    if job is None:
        return refusal(404, "Could not find fine tune")
    steps = range(1, 11 if job["status"] == "running" else 31 if job["status"] == "succeeded" else 1)
    metrics = [
        _event(f"{job['id']}-m{step}", f"Step {step}/30: training loss={2 / step:.2f}", "metrics",
               {"step": step, "train_loss": 2 / step, "train_mean_token_accuracy": 1 - 1 / (step + 1),
                "valid_loss": 2.2 / step, "valid_mean_token_accuracy": 1 - 1.2 / (step + 1), "total_steps": 30})
        for step in steps
    ]  # fmt: skip
    told = [_event(f"{job['id']}-made", "Created fine-tuning job", "message", {}), *metrics]
    if job["status"] == "succeeded":
        told.append(_event(f"{job['id']}-done", "The job has successfully completed", "message", {}))
    return JSONResponse({"object": "list", "data": told[::-1], "has_more": False})


def _event(id: str, message: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "object": "fine_tuning.job.event", "id": id, "created_at": _now(), "level": "info", "message": message,
        "type": kind, "data": data,
    }  # fmt: skip


async def checkpoints(fake: Fake, request: Request, body: Any) -> Response:
    job = _found(fake, request)
    if job is None or fake.takes("no_checkpoints"):
        return refusal(404, "Could not find fine tune")
    found = [
        {
            "id": f"ftckpt-{job['id'][-6:]}", "object": "fine_tuning.job.checkpoint", "created_at": _now(),
            "fine_tuned_model_checkpoint": f"{job['fine_tuned_model']}:ckpt-step-20", "fine_tuning_job_id": job["id"],
            "step_number": 20, "metrics": {"step": 20, "train_loss": 0.1, "train_mean_token_accuracy": 0.95},
        }
    ]  # fmt: skip
    return JSONResponse(_listed(found if job["fine_tuned_model"] else []))


_JOB = "/fine_tuning/jobs/{fine_tuning_job_id}"
ROUTES = (
    ("/chat/completions", "POST", chat), ("/chat/completions", "GET", stored_list),
    ("/chat/completions/{completion_id}/messages", "GET", stored_messages), ("/completions", "POST", completions),
    ("/models", "GET", models), ("/models/{model}", "GET", model), ("/models/{model}", "DELETE", delete_model),
    ("/files", "POST", upload), ("/files", "GET", files), ("/files/{file_id}", "GET", file_of),
    ("/files/{file_id}/content", "GET", content), ("/files/{file_id}", "DELETE", delete_file),
    ("/fine_tuning/model_limits", "GET", limits), ("/fine_tuning/jobs", "POST", create),
    ("/fine_tuning/jobs", "GET", jobs), (_JOB, "GET", job_of), (f"{_JOB}/cancel", "POST", _turn("cancelled")),
    (f"{_JOB}/pause", "POST", _turn("paused")), (f"{_JOB}/resume", "POST", _turn("running")),
    (f"{_JOB}/events", "GET", events), (f"{_JOB}/checkpoints", "GET", checkpoints),
)  # fmt: skip


@contextlib.contextmanager
def running(fake: Fake) -> Iterator[str]:
    """The base URL of the provider on a loopback port, as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app_of(fake), "127.0.0.1", port, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    fake.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield fake.url
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
