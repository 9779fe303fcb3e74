"""Carrying out a confirmed order: upload, buy, watch, use, clean up; one small step at a time, from the rows alone.

Where a job stands is read from what is recorded, so that a kill between any two lines is only a pause: files have
names of their own and are looked for before they are sent again, the request that buys is recorded before it goes out,
and a job that was asked for is looked for by our mark and never asked for twice. Once it is bought, no fault of the
network ends it: it is watched on. A finished model becomes a version, is judged as one that was trained here, and is
promoted by the same rule; its last checkpoints become versions to chat with.
"""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from understudy.dataset.gather import Sources
from understudy.dataset.privacy import Recogniser, recogniser
from understudy.errors import Busy, Cancelled, NoAnswer, NotOffered, TrainingError, UnderstudyError
from understudy.evaluation.decoding import Decoding
from understudy.evaluation.gate import Decision, as_record, decide
from understudy.playground.casting import Casting
from understudy.playground.job_words import REFUSED
from understudy.playground.ordering import (
    OpenApi,
    delete_files,
    digest_of,
    draft,
    endpoint_of_job,
    facts_of,
    wanted_of,
)
from understudy.playground.promoting import FOLDER, Promoting, version_folder
from understudy.playground.run_control import Parked, RunControl
from understudy.playground.scope import Scope
from understudy.serving.catalogue import Catalogue, Provider, job_gate
from understudy.serving.provider import MODEL_FILE
from understudy.serving.seal import Card, seal
from understudy.store import Job, Run, Store, Version, writer
from understudy.store.moments import seconds_since
from understudy.store.runs import RunState

if TYPE_CHECKING:
    from understudy.evaluation.report import Report
    from understudy.training.provider_job import FineTuning, RemoteJob

log = logging.getLogger(__name__)

METRICS = (
    "train_loss", "valid_loss", "train_mean_token_accuracy", "valid_mean_token_accuracy",
    "train_accuracy", "valid_accuracy", "full_valid_loss", "full_valid_mean_token_accuracy",
)  # fmt: skip
"""What becomes a curve: OpenAI's four, and the names under which others and the result table have them."""

SETTLED_S = 120.0
"""Once a job was asked for this long ago, it is in its provider's list or was never taken."""

LONGEST_REST_S = 300.0
"""Between two looks at a provider that does not answer."""

WORK = "orders"
_NOT_JUDGED = "was not judged, because you cancelled that. Promote it by hand if you like what it says."


class Fulfilling:
    """Carries out open jobs, every `every_s` seconds a step of each, in a thread once `watch` was called."""

    def __init__(
        self,
        store: Store,
        casting: Casting,
        promoting: Promoting,
        catalogue: Catalogue,
        open_api: OpenApi,
        *,
        today: Callable[[], date],
        scope: Scope | None = None,
        automatic: bool = True,
        find_personal: Callable[[], Recogniser | None] = recogniser,
        every_s: float = 10.0,
        settled_s: float = SETTLED_S,
    ) -> None:
        self._store, self._casting, self._promoting = store, casting, promoting
        self._catalogue, self._open, self._today = catalogue, open_api, today
        self._scope, self._automatic, self._finder = scope, automatic, find_personal
        self._every_s, self._settled_s = every_s, settled_s
        self._decodings: dict[str, Decoding] = {}
        self._due: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    # -- time ------------------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Carry out open jobs from now on, in the background; those of an earlier start go on."""
        self._thread = threading.Thread(target=self._work, name="provider-jobs", daemon=True)
        self._thread.start()

    def close(self, timeout: float = 10.0) -> None:
        """End the thread; the jobs go on at their provider and are watched again at the next start."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout)
        for job in self._store.jobs.open():
            if self._store.runs.get(job.run).writer == writer.this_writer():
                self._store.runs.requeue(job.run)

    def work_once(self) -> None:
        """A step of every open job that is due."""
        for job in self._store.jobs.open():
            if time.monotonic() >= self._due.get(job.id, 0.0):
                self.step(job.id)
                rest = min(LONGEST_REST_S, self._every_s * 2.0 ** self._failures.get(job.id, 0))
                self._due[job.id] = time.monotonic() + rest

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                self.work_once()
            except Exception:
                log.exception("looking after provider jobs failed")
            self._closing.wait(min(1.0, self._every_s))

    # -- one step --------------------------------------------------------------------------------------------------

    def step(self, id: str) -> Job:
        """The next thing that is to be done for a job, unless another process does it; its row afterwards."""
        job = self._store.jobs.get(id)
        run = self._held(job) if job.finished is None else None
        if run is None:
            return job
        try:
            self._step(job, run)
            self._failures.pop(id, None)
        except Parked:
            self._store.runs.requeue(run.id)
        except (Busy, NoAnswer) as error:
            self._tell(id, run, error)
        except UnderstudyError as error:
            self._failed(id, run, error)
        return self._store.jobs.get(id)

    def _held(self, job: Job) -> Run | None:
        """The job's run, taken for this process; None while another one that lives has it."""
        self._store.runs.requeue_orphans()
        run = self._store.runs.get(job.run)
        if run.state == "queued":
            return self._store.runs.claim(run.id)
        return run if run.finished is not None or run.writer == writer.this_writer() else None

    def _step(self, job: Job, run: Run) -> None:
        api = self._open(endpoint_of_job(self._store, job))
        if job.external is not None:
            self._watch(job, run, api)
        elif job.asked is not None:
            self._look(job, run, api)
        elif _is_cancelled(run):
            self._end(job, run, api, "cancelled", "Cancelled before anything was bought.")
        else:
            self._buy(job, run, api)

    def _tell(self, id: str, run: Run, error: UnderstudyError) -> None:
        """Nothing is lost: the sentence stands where the phase does, and the next try comes later."""
        self._failures[id] = self._failures.get(id, 0) + 1
        self._store.runs.beat(run.id, str(error), run.progress)

    def _failed(self, id: str, run: Run, error: UnderstudyError) -> None:
        """Before it was bought a fault ends a job; afterwards only its provider or a person does."""
        job = self._store.jobs.get(id)
        if job.external is not None:
            self._tell(id, run, error)
            return
        api = self._open(endpoint_of_job(self._store, job))
        self._end(job, run, api, "failed", str(error), REFUSED if isinstance(error, NotOffered) else "")

    # -- upload and buy --------------------------------------------------------------------------------------------

    def _buy(self, job: Job, run: Run, api: FineTuning) -> None:
        """Send what was agreed to, then ask for the job, once."""
        self._check_day(job)
        training_file, validation_file = self._send_files(job, run, api)
        self._store.runs.beat(run.id, "creating the job", 0.0)
        self._store.jobs.set_asked(job.id)
        try:
            bought = api.create(job.id, job.method, training_file, validation_file, job.request["settings"])
        except Busy:
            self._store.jobs.clear_asked(job.id)  # it was refused, so nothing was bought
            raise
        self._store.jobs.set_external(job.id, bought.id)
        self._store.jobs.set_status(job.id, bought.status, bought.values)

    def _check_day(self, job: Job) -> None:
        """A job that was confirmed in time may be sent too late."""
        known = self._catalogue.find_provider(job.host)
        listed = self._catalogue.find(known.id, job.model) if known else None
        gate = job_gate(known or Provider(id=job.host, name=job.host), listed, self._today())
        if not gate.open:
            raise TrainingError(gate.sentence)

    def _send_files(self, job: Job, run: Run, api: FineTuning) -> tuple[str, str | None]:
        """The ids of the training file and of the validation file, if there is one."""
        order = draft(self._store, wanted_of(job, run), Sources.from_values(run.snapshot), api.endpoint, self._finder())
        agreed = [file["digest"] for file in job.agreed["files"]]
        parts = [data for data in (order.train, order.validation) if data]
        if [digest_of(data) for data in parts] != agreed:
            raise TrainingError(
                "The feedback of this job was changed or deleted since you agreed to send it, so nothing was bought."
                " Look at it again and order it anew."
            )
        self._store.runs.beat(run.id, "uploading", 0.0)
        sent = [self._send(job, name, data, api) for name, data in zip(("train", "validation"), parts, strict=False)]
        return sent[0], sent[1] if len(sent) > 1 else None

    def _send(self, job: Job, part: str, data: bytes, api: FineTuning) -> str:
        """The id of one file there. Its name is its own: one whose answer was lost is found, and not sent again."""
        name = f"{job.id}-{part}.jsonl"
        known = next((file for file in self._store.jobs.files(job.id) if file.name == name), None)
        if known is not None and known.external is not None:
            return known.external
        external = api.find_file(name) if known is not None else None
        row = known or self._store.jobs.add_file(job.id, "fine-tune", name, len(data), digest_of(data))
        external = external or api.upload(name, data)
        self._store.jobs.set_file_external(row.id, external)
        return external

    def _look(self, job: Job, run: Run, api: FineTuning) -> None:
        """It was asked for and nobody knows whether it was bought: look for our mark, and never ask again."""
        found = api.find(job.id)
        if found is not None:
            self._store.jobs.set_external(job.id, found.id)
            self._store.jobs.set_status(job.id, found.status, found.values)
        elif seconds_since(job.asked or "") >= self._settled_s:
            self._end(
                job, run, api, "failed",
                f"{job.host} was asked for this job, did not answer, and has no such job in its list. It is not asked"
                " for a second time by itself, because that could be paid twice. Its files are deleted, so that it"
                " cannot begin late; order it again.",
            )  # fmt: skip
        else:
            self._store.runs.beat(run.id, f"looking whether {job.host} took the job", 0.0)

    # -- watch -----------------------------------------------------------------------------------------------------

    def _watch(self, job: Job, run: Run, api: FineTuning) -> None:
        try:
            told = api.retrieve(job.external or "")
        except (Busy, NoAnswer):
            raise
        except TrainingError as error:
            if not _is_cancelled(run):
                raise
            self._end(job, run, api, "cancelled", f"You gave it up. {error} Look at {job.host} whether it still runs.")
            return
        self._store.jobs.set_status(job.id, told.status, told.values)
        self._listen(job, run, api, told)
        if told.status == "succeeded":
            self._use(job, run, api, told)
        elif told.status == "failed":
            reason = told.fault or "It does not say why."
            self._end(job, run, api, "failed", f"{job.host} could not train it: {reason}")
        elif told.status == "cancelled":
            self._end(job, run, api, "cancelled", f"It was cancelled at {job.host}.")
        else:
            self._obey(job, run, api, told)

    def _listen(self, job: Job, run: Run, api: FineTuning, told: RemoteJob) -> None:
        """New events, their metrics as points of the run, and checkpoints."""
        known = {event.external for event in self._store.jobs.events(job.id)}
        events = api.events(told.id, known)
        self._store.runs.add_points(run.id, [point for event in events for point in points_of(event.data)])
        self._store.jobs.add_events(job.id, events)
        checkpoints = [point for point in api.checkpoints(told.id) if point.model]
        self._store.jobs.add_checkpoints(job.id, checkpoints)

    def _obey(self, job: Job, run: Run, api: FineTuning, told: RemoteJob) -> None:
        """Say how far it is, and hand on what a person wants. What its provider paused by itself stays paused."""
        from understudy.training.provider_job import RESTING

        rests, paused_here = told.status in RESTING, run.state == "paused"
        if _is_cancelled(run):
            api.cancel(told.id)
            return
        if run.wanted == "pause" and not rests:
            try:
                api.pause(told.id)
            except TrainingError:
                self._store.runs.wish(run.id, "")
                raise
        elif not run.wanted and rests and paused_here:
            api.resume(told.id)
        state: RunState = "paused" if run.wanted == "pause" else "running"
        left = (told.estimated_finish or 0) - time.time()
        self._store.runs.beat(run.id, told.status, self._progress(job), left if left > 0 else None, state=state)

    def _progress(self, job: Job) -> float:
        """The share of steps that its newest metrics tell; 0 while none do."""
        for event in reversed(self._store.jobs.events(job.id)):
            step, total = event.data.get("step"), event.data.get("total_steps")
            if isinstance(step, int | float) and isinstance(total, int | float) and total > 0:
                return min(0.99, step / total)
        return 0.0

    # -- use -------------------------------------------------------------------------------------------------------

    def _use(self, job: Job, run: Run, api: FineTuning, told: RemoteJob) -> None:
        """The finished model as a version, judged; its earlier checkpoints as versions to chat with."""
        if told.tuned is None:
            self._end(job, run, api, "failed", f"{job.host} says that it succeeded and names no model. Look there.")
            return
        self._take_results(job, run, api, told)
        delete_files(self._store, job, api)
        points = self._store.jobs.checkpoints(job.id)
        for point in points[:-1][-2:]:  # the last one is the finished model itself
            self._keep(job, run, f"{run.id}-step-{point.step}", point.model, f"checkpoint at step {point.step}")
        if api.endpoint.profile.deploys:
            version = self._keep(job, run, run.id, told.tuned, f"deploy it at {job.host} before you ask it")
            sentence = f"v{version.number} is trained. Deploy {told.tuned} at {job.host} under this name, then ask it."
        else:
            version, sentence = self._judged(job, run, told.tuned)
        self._store.runs.finish(run.id, "succeeded", sentence, version.report, version.number)
        self._store.jobs.finish(job.id, told.status, sentence, told.tuned)
        shutil.rmtree(self._folder(run), ignore_errors=True)

    def _take_results(self, job: Job, run: Run, api: FineTuning, told: RemoteJob) -> None:
        """The curves once more, whole; what events left out is in the result table. Without one they stay as told."""
        for file in told.result_files:
            known = [found.external for found in self._store.jobs.files(job.id)]
            try:
                content = api.content(file)
            except (Busy, NoAnswer):
                raise
            except TrainingError:  # deleted by an earlier step, or never there
                continue
            if file not in known:
                name = f"{job.id}-results.csv"
                row = self._store.jobs.add_file(job.id, "fine-tune-results", name, len(content), digest_of(content))
                self._store.jobs.set_file_external(row.id, file)
            self._store.runs.add_points(run.id, table_points(content))

    def _judged(self, job: Job, run: Run, tuned: str) -> tuple[Version, str]:
        """The version of the finished model with its gate's decision, live where that is wanted; and the sentence."""
        version = self._version(run, run.id)  # there already where a kill came after judging
        if version is None:
            try:
                report = self._report(job, run, tuned)
                version = self._keep(job, run, run.id, tuned, run.trigger, (report, decide(report)))
            except Cancelled:
                version = self._keep(job, run, run.id, tuned, run.trigger)
        said = str(version.report.get("sentence") or _NOT_JUDGED)
        if version.passed and self._automatic:
            self._promoting.promote(run.model, version.number)
            return version, f"v{version.number} is live; it {said}"
        return version, f"v{version.number} {said}"

    def _report(self, job: Job, run: Run, tuned: str) -> Report:
        """The same exam as for what was trained here, asked over the network, greedily."""
        from understudy.playground.comparing import Comparing, weights_of
        from understudy.training.trainer import Trained

        control = RunControl(self._store, run.id, self._closing.is_set)
        control.enter("judging")
        backend = self._casting.backend(run.model)
        decoding = self._decodings.setdefault(job.id, Decoding(backend, insists=True))
        trained = Trained(self._write(run, tuned), 0, 0.0, {}, "")
        snap = facts_of(self._store, Sources.from_values(run.snapshot))
        report = Comparing(self._store, self._casting).report(
            run, backend, snap, trained, decoding, control, weights_of(self._scope, run)
        )
        del self._decodings[job.id]
        return report

    def _keep(
        self, job: Job, run: Run, folder: str, model: str, note: str, judged: tuple[Report, Decision] | None = None
    ) -> Version:
        """The version in `folder`, made now if it was not. One that was not judged speaks everywhere, so has no run."""
        known = self._version(run, folder)
        if known is not None:
            return known
        record = as_record(*judged) if judged else {}
        fingerprint = self._casting.backend(run.model).describe().fingerprint
        card = Card(run.model, fingerprint, run.parent, run.id, "", dict(run.recipe), record.get("metrics", {}))
        seal(self._write(run, model), version_folder(self._store, folder), card)
        return self._store.versions.add(
            run.model, f"{FOLDER}/{folder}", note=note, parent=run.parent, run=run.id if judged else None,
            passed=judged[1].passed if judged else None, report=record, verdicts=judged[0].verdicts if judged else (),
        )  # fmt: skip

    def _version(self, run: Run, folder: str) -> Version | None:
        path = f"{FOLDER}/{folder}"
        return next((version for version in self._store.versions.list(run.model) if version.path == path), None)

    def _write(self, run: Run, model: str) -> Path:
        """A folder that names a model at its provider, as `RemoteBackend` loads it."""
        folder = self._folder(run)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MODEL_FILE).write_text(json.dumps({"model": model}), encoding="utf-8")
        return folder

    def _folder(self, run: Run) -> Path:
        return self._store.path.parent / WORK / run.id

    # -- end -------------------------------------------------------------------------------------------------------

    def _end(self, job: Job, run: Run, api: FineTuning, state: RunState, sentence: str, status: str = "") -> None:
        """Nothing came of it: take the files back and say why."""
        _, left = delete_files(self._store, job, api)
        sentence = " ".join((sentence, *left))
        self._store.runs.finish(run.id, state, sentence)
        self._store.jobs.finish(job.id, status or state, sentence)


def points_of(data: Mapping[str, Any]) -> list[tuple[str, int, float]]:
    """The metrics of one step as points of curves; an event without a step has none."""
    step = data.get("step")
    if not isinstance(step, int | float):
        return []
    values = [(name, data.get(name)) for name in METRICS]
    return [(name, int(step), float(value)) for name, value in values if isinstance(value, int | float)]


def table_points(content: bytes) -> Sequence[tuple[str, int, float]]:
    """The points of a result table."""
    from understudy.training.provider_job import read_results

    return [point for row in read_results(content) for point in points_of(row)]


def _is_cancelled(run: Run) -> bool:
    return run.wanted == "cancel" or run.state == "cancelled"
