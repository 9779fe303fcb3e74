"""What goes on with a job at a provider, in words. A word of the provider that nobody here knows is shown as it is."""

from __future__ import annotations

from understudy.store import Job, Run

REFUSED = "refused"
"""Our word for a job that its provider would not take from this organisation."""

STATUSES = {
    "": "Not sent yet",
    "validating_files": "Its provider checks the files",
    "queued": "Waits at its provider",
    "running": "Trains at its provider",
    "pausing": "Comes to rest at its provider",
    "paused": "Rests at its provider",
    "succeeded": "Done",
    "failed": "Came to nothing",
    "cancelled": "Cancelled",
    REFUSED: "Refused",
}
"""What a provider's word means; another one is shown as it is."""

PHASES = {
    "uploading": "Uploading the files",
    "creating the job": "Ordering the job",
    "judging": "Judging what came back",
}
"""What this program does for a job; other phases of its run repeat the provider's word, or are a sentence."""


def status_words(job: Job, run: Run) -> str:
    """Where a job stands. A trouble that is waited out is not told here, see `trouble`."""
    if job.finished is None and run.phase in PHASES:
        return PHASES[run.phase]
    if job.asked is not None and job.external is None and job.finished is None:
        return f"Looking whether {job.host} took the job"
    return STATUSES.get(job.status, f"{job.host} says: {job.status}")


def trouble(run: Run) -> str:
    """Why the newest look at the provider brought nothing, as a sentence; "" when it did."""
    return run.phase if run.phase.endswith(".") else ""
