"""What is taken home from a provider before its models end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.playground.ordered import MODEL, Bench, chats, listed_as_openai
from tests.provider.fake import FakeProvider
from tests.provider.state import StoredChat
from understudy.dataset.jsonl import read_lines
from understudy.errors import InputError, NotFoundError
from understudy.playground.exchange import import_lines
from understudy.playground.rescue import kept_back, teach_golden
from understudy.playground.rescuing import Rescuing
from understudy.serving.catalogue import read_catalogue
from understudy.serving.provider import server_of
from understudy.serving.remote import RemoteBackend
from understudy.store import Store
from understudy.training.provider_job import FineTuning

TODAY = date(2026, 11, 21)


@pytest.fixture
def rescuing(store: Store, provider_url: str) -> Rescuing:
    listed_as_openai(store.path.parent)
    catalogue = read_catalogue(store.path.parent)
    return Rescuing(
        store, catalogue, FineTuning, lambda name, source: RemoteBackend(source, name=name), today=lambda: TODAY
    )


@pytest.fixture
def old(provider: FakeProvider, provider_url: str) -> tuple[str, str]:
    """A job that somebody had there before, with its model: id and name."""
    from understudy.dataset.jsonl import dump_lines
    from understudy.serving.provider import COMPATIBLE, Endpoint

    api = FineTuning(Endpoint(COMPATIBLE, provider_url, MODEL))
    job = api.create("old", "supervised", api.upload("shop.jsonl", dump_lines(chats(30)))).id
    while not (told := api.retrieve(job)).has_ended:
        pass
    return job, told.tuned or ""


def test_a_person_sees_how_long_each_fine_tune_lives(
    rescuing: Rescuing, old: tuple[str, str], provider_url: str
) -> None:
    (found,) = rescuing.jobs(server_of(provider_url))
    assert (found.id, found.tuned, found.days_left) == (*old, 54)
    assert found.sentence == "It is shut down in 54 days, on 2027-01-14."


def test_files_come_home_and_become_feedback(
    rescuing: Rescuing, store: Store, old: tuple[str, str], provider: FakeProvider, provider_url: str, tmp_path: Path
) -> None:
    server = server_of(provider_url)
    written, missing = rescuing.download(server, old[0], tmp_path / "home")
    assert [path.name for path in written] == [f"{old[0]}-train.jsonl", f"{old[0]}-results-1.csv"] and not missing
    assert written[1].read_bytes().startswith(b"step,train_loss"), "without the base64 around it"
    assert import_lines(store, "starter", read_lines(written[0].read_bytes()), "old").added == 30
    with pytest.raises(InputError, match="is there already"):
        rescuing.download(server, old[0], tmp_path / "home")
    with pytest.raises(InputError, match="no id of a job"):
        rescuing.download(server, "../x", tmp_path)
    provider.state.files.clear()
    written, missing = rescuing.download(server, old[0], tmp_path / "late")
    assert written == [] and len(missing) == 2 and "deleted there" in missing[0]


def test_an_old_model_answers_while_it_lives_and_teaches_a_local_one(
    rescuing: Rescuing, store: Store, old: tuple[str, str], provider_url: str
) -> None:
    server = server_of(provider_url)
    prompts = rescuing.prompts(server, old[0])
    golden, done = rescuing.record(server, old[1], prompts[:20], "shop")
    assert done.recorded == 20 and rescuing.golden("shop") == golden
    again, more = rescuing.record(server, old[1], prompts, "shop")
    assert (again.id, more.recorded, more.known) == (golden.id, 10, 20)
    answers = store.golden.answers(golden.id)
    assert {answer.text for answer in answers} == {f"Person {n}." for n in range(30)}
    assert teach_golden(store, "starter", golden.id).added == 30 - len(kept_back(answers))
    with pytest.raises(NotFoundError, match="no golden set 'other' \\(shop\\)"):
        rescuing.golden("other")
    with pytest.raises(InputError, match="nothing to ask"):
        rescuing.record(server, old[1], [], "empty")


def test_stored_chats_become_feedback_once(
    rescuing: Rescuing, store: Store, provider: FakeProvider, provider_url: str
) -> None:
    asked = [{"role": "user", "content": "When is it open?"}]
    provider.state.chats["c1"] = StoredChat("c1", "ft:old", asked, "At nine.", 1)
    server = server_of(provider_url)
    assert rescuing.import_stored(server, "ft:old", "starter").added == 1
    assert rescuing.import_stored(server, None, "starter").known == 1
    assert [lesson.wanted for lesson in store.corrections.lessons()] == ["At nine."]


def test_a_job_ordered_here_is_among_them(
    store: Store, provider: FakeProvider, provider_url: str, rescuing: Rescuing
) -> None:
    bench = Bench(store, provider, provider_url)
    bench.learn(chats())
    bench.order()
    bench.fulfilling.step(bench.ordering.jobs()[0].id)
    assert [job.model for job in rescuing.jobs(server_of(provider_url))] == [MODEL]
