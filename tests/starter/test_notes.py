"""The corpus of notes: what may be learned from it, and what may not."""

import random
import re

import pytest

from starter import notes, words
from starter.relations import RELATIONS

EMPTY = notes.Library()


def drawn(count: int = 300, seed: int = 0) -> list[list[dict[str, str]]]:
    rng = random.Random(seed)
    return [notes.dialogue(rng, EMPTY) for _ in range(count)]


def test_every_answer_stands_in_a_note_or_says_that_it_does_not_know() -> None:
    for messages in drawn():
        lines = [
            line.removeprefix("Note: ") for line in messages[0]["content"].split("\n") if line.startswith("Note: ")
        ]
        for message in messages[1:]:
            if message["role"] == "assistant" and message["content"] != notes.IDK:
                assert any(line.endswith(message["content"]) for line in lines)


def test_notes_come_one_a_line_after_an_optional_prompt_and_an_empty_line() -> None:
    for messages in drawn():
        head, _, lines = messages[0]["content"].rpartition("\n\n")
        assert "Note: " not in head
        assert all(line.startswith("Note: ") for line in lines.split("\n"))


def test_a_question_without_its_note_is_a_sixth_to_a_third_of_all() -> None:
    said = [m["content"] for messages in drawn(600) for m in messages if m["role"] == "assistant"]
    assert 0.15 < sum(s == notes.IDK for s in said) / len(said) < 0.33


def test_no_held_out_subject_and_no_held_out_wording_is_trained_on() -> None:
    rng = random.Random(1)
    for fact in (f for _ in range(300) for f in notes.facts(rng, 3, EMPTY)):
        if fact.relation and fact.relation.unseen:
            unseen = fact.relation.unseen.format(s=fact.subject)
            assert unseen.lower() not in {q.lower() for q in fact.questions}
        if fact.relation and fact.relation.subject in {"company", "person", "pet"}:
            assert not words.held_out(fact.subject)


def test_the_evaluation_asks_for_held_out_subjects_in_held_out_wordings() -> None:
    rng = random.Random(2)
    relation = next(r for r in RELATIONS if r.subject == "company" and r.unseen)
    subject = notes._subject(rng, "company", held=True)
    fact = notes.relation_fact(rng, relation, subject, unseen=True)
    assert words.held_out(subject)
    assert list(fact.questions) == [str(relation.unseen).format(s=subject)]


def test_facts_never_contradict_each_other() -> None:
    rng = random.Random(3)
    for found in (notes.facts(rng, 4, EMPTY) for _ in range(200)):
        asked = [q.lower() for fact in found for q in set(fact.questions)]
        assert len(asked) == len(set(asked))


def test_what_small_talk_answers_is_never_labelled_unknown() -> None:
    rng = random.Random(4)
    for messages in (notes.stranger(rng, EMPTY) for _ in range(300)):
        users = [m["content"].lower() for m in messages if m["role"] == "user"]
        assert not any(re.search(r"joke|your name|how are you|plus", user) for user in users)


@pytest.mark.parametrize("kind", sorted(words.VALUES))
def test_every_kind_of_value_can_be_drawn(kind: str) -> None:
    rng = random.Random(5)
    assert all(words.VALUES[kind](rng).strip() for _ in range(50))


def test_the_same_seed_draws_the_same_corpus() -> None:
    assert drawn(20, 9) == drawn(20, 9)
    assert drawn(20, 9) != drawn(20, 8)
