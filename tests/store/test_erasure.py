"""Forgetting a person: what goes with them, what stays of others, and that no byte of theirs is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.conftest import Exchange, answered, exchange
from understudy.store import Edit, Filter, Recall, Store, Traces, Verdict
from understudy.store.erasure import FORGOTTEN
from understudy.types import FinishReason, Sampling, Usage

NAME = "quincella"
SECRET = "marmalade"
"""In everything that she wrote."""


@pytest.fixture
def store(store: Store) -> Store:
    store.models.add("starter", "somewhere")
    return store


def bytes_of(path: Path) -> bytes:
    """The database with its side files, as they lie on the disk while it is open."""
    return b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())


def asked(store: Store, person: str, question: str) -> str:
    """The answer to a person's question in a conversation of their own."""
    turn = store.turns.add(store.conversations.add(question, person=person).id, question, person=person)
    return answered(store, turn.id, f"Nobody knows: {question}")


def corrected(store: Store, answer: str, text: str, author: str, person: str = "") -> str:
    made = store.corrections.add(answer, text, author, person=person)
    store.corrections.set_state(made.id, "approved")
    return made.id


def number_of(store: Store, correction: str) -> int:
    item = store.items.of_correction(correction)
    assert item is not None
    return item.number


def everywhere(store: Store) -> Exchange:
    """She has spoken wherever somebody can; the exchange is somebody else's."""
    hers = asked(store, NAME, f"Where is the {SECRET}?")
    store.embeddings.add("words", {corrected(store, hers, f"The {SECRET} is in the attic.", NAME, NAME): b"\0"})
    store.ratings.add(hers, False, comment=f"no {SECRET}", author=NAME)
    others = exchange(store)
    made = corrected(store, others.b, f"Paris, says the {SECRET}.", NAME)
    told = store.completions.add(others.turn, 2, "starter", 1, "v1", Sampling())
    store.recalls.add([Recall(told.id, made, 0.9)])
    store.completions.finish(told.id, "Paris.", FinishReason.STOP, Usage(), prompt=f"Note: says the {SECRET}.")
    store.preferences.add_choice(others.turn, others.b, [others.a], author=NAME)
    store.ratings.add(others.a, False, comment=f"too little {SECRET}", author=NAME)
    store.acts.edit(number_of(store, made), Edit(note=f"ask the {SECRET}"), NAME)
    store.views.save(f"{SECRET} only", Filter(text=SECRET), NAME)
    store.items.index()
    run = store.runs.add("starter", 0, "by hand", {}, {"new": [made]})
    report = {"changed": [{"question": "Hi", "before": "Hello.", "after": f"The {SECRET}."}], "gained": 1}
    verdict = Verdict(made, "It is Lyon.", f"The {SECRET}.", learned=True)
    store.versions.add("starter", "one", run=run.id, report=report, verdicts=[verdict])
    store.runs.finish(run.id, "succeeded", "v1 passed", report, 1)
    return others


def test_no_byte_of_what_a_person_wrote_is_left_nor_of_their_name(store: Store, path: Path) -> None:
    everywhere(store)
    assert SECRET.encode() in bytes_of(path) and NAME.encode() in bytes_of(path)
    store.erasure.erase(NAME)
    assert SECRET.encode() not in bytes_of(path) and NAME.encode() not in bytes_of(path)
    assert store.check() == [] and store.erasure.traces(NAME) == Traces()


def test_what_goes_is_counted_before(store: Store) -> None:
    assert store.erasure.traces(NAME) == Traces()
    everywhere(store)
    assert store.erasure.traces(NAME) == Traces(conversations=1, corrections=2, ratings=2, votes=1, marked=1)


def test_what_a_run_could_learn_of_her_is_named_with_the_answers_that_weak_signals_name(store: Store) -> None:
    hers = asked(store, NAME, "Who runs Zorbo?")
    made = corrected(store, hers, "Mira runs Zorbo.", "ben")
    other = exchange(store)
    vote = store.preferences.add_choice(other.turn, other.b, [other.a], author=NAME)[0].vote
    assert store.erasure.facts(NAME) == {hers, made, vote}


def test_a_version_that_learned_it_says_so_and_learns_anew_without_it(store: Store) -> None:
    everywhere(store)
    store.erasure.erase(NAME)
    (version,) = store.versions.list("starter")
    (verdict,) = store.versions.verdicts(version.id)
    assert verdict.gone and (verdict.before, verdict.after) == ("", "")
    assert version.report == {"changed": [], "gained": 1} == store.runs.list()[0].report
    assert store.corrections.taken_back([verdict.correction]) == {verdict.correction}


def test_what_others_said_stays_but_nothing_that_was_replaced_stands_again(store: Store) -> None:
    bens, replaced = asked(store, "ben", "Who runs Zorbo?"), asked(store, "ben", "Who runs Plotzi?")
    stands = corrected(store, bens, "Mira runs Zorbo.", "ben")
    corrected(store, replaced, "Otto runs Plotzi.", "ben")
    corrected(store, replaced, "Pia runs Plotzi.", NAME)
    store.acts.edit(number_of(store, stands), Edit(state="rejected", topic="people"), NAME)
    store.erasure.erase(NAME)
    assert [lesson.id for lesson in store.corrections.lessons(None)] == [stands]
    assert [correction.withdrawn for correction in store.corrections.history(replaced)] == [False, True]
    (line,) = [line for line in store.acts.history(number_of(store, stands)) if line.field == "state"]
    assert (line.author, line.after) == (FORGOTTEN, "rejected"), "who decided is forgotten, what was decided is not"
    assert store.items.count(Filter()) == 1 and store.conversations.list(person="ben")


def test_a_correction_that_was_taken_back_stays_taken_back(store: Store) -> None:
    answer = asked(store, "ben", "Who runs Zorbo?")
    corrected(store, answer, "Mira runs Zorbo.", "ben")
    store.corrections.withdraw(answer, NAME)
    store.erasure.erase(NAME)
    assert store.corrections.lessons(None) == []
    assert [correction.author for correction in store.corrections.history(answer)] == ["ben", FORGOTTEN]


def test_conversations_that_others_deleted_can_still_be_brought_back(store: Store) -> None:
    others = everywhere(store)
    store.conversations.delete(others.conversation)
    store.erasure.erase(NAME)
    store.conversations.restore(others.conversation)
    assert store.turns.get(others.turn).text and store.items.count(Filter()) == 0 and store.check() == []


def test_an_understudy_of_their_own_is_nobodys_even_if_it_was_retired_before(store: Store) -> None:
    for again in range(2):
        store.understudies.set_active(NAME, True)
        store.versions.add("starter", f"folder {again}", person=NAME)
        store.understudies.retire(NAME)
    store.erasure.erase(NAME)
    assert all(version.person.startswith("(forgotten ") for version in store.versions.list())
    assert store.understudies.list() == []


def test_facts_that_are_written_down_elsewhere_are_written_anew_without_theirs(store: Store) -> None:
    store.outbox.listen()
    others = everywhere(store)
    kept = corrected(store, others.a, "It is Paris.", "ben")
    store.outbox.take_out(store.outbox.next()[-1].number)
    store.erasure.erase(NAME)
    entries = store.outbox.next()
    assert ("purged", others.conversation) in [(entry.kind, entry.subject) for entry in entries]
    told = [row for entry in entries for rows in entry.rows.values() for row in rows]
    assert kept in [row["id"] for row in told] and SECRET not in str(told) and NAME not in str(told)


def test_other_peoples_deleted_conversations_keep_their_hour(store: Store) -> None:
    asked(store, NAME, f"Where is the {SECRET}?")
    others = exchange(store)
    store.conversations.delete(others.conversation)
    store.erasure.erase(NAME)
    assert store.conversations.get(others.conversation).deleted
