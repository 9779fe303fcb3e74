"""What a person can do, on a real database with scripted models."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from understudy.errors import InputError, ModelError, NotFoundError
from understudy.playground.asking import Prompt
from understudy.playground.casting import Casting
from understudy.playground.playground import Playground
from understudy.playground.view import Answer, ConversationView
from understudy.serving.backend import Backend
from understudy.serving.scripted import ScriptedBackend
from understudy.store import Store
from understudy.types import Message, Sampling


def ask(playground: Playground, text: str, conversation: str | None = None) -> ConversationView:
    """Ask in a conversation (a new one by default) and wait for the answers."""
    target = conversation or playground.chat.new_conversation().id
    playground.chat.ask(target, text)
    assert playground.chat.wait(target, 10)
    return playground.chat.open(target)


def answers(view: ConversationView) -> tuple[Answer, ...]:
    return view.turns[-1].answers


def test_every_column_answers_the_same_message_and_the_title_is_its_first_line(playground: Playground) -> None:
    view = ask(playground, "Hello there")
    assert [(a.label, a.text, a.state) for a in answers(view)] == [
        ("base", "v0 heard: Hello there", "stop"),
        ("champion", "v0 heard: Hello there", "stop"),
    ]
    assert view.title == "Hello there"
    assert not view.running


def test_columns_of_the_same_version_are_drafts_with_different_seeds(playground: Playground, store: Store) -> None:
    view = ask(playground, "Hi")
    seeds = [store.completions.get(a.id).sampling.seed for a in answers(view)]
    assert None not in seeds and seeds[1] == seeds[0] + 1  # type: ignore[operator]


def test_columns_of_different_models_share_one_seed_and_each_answers(playground: Playground, store: Store) -> None:
    conversation = playground.chat.new_conversation().id
    playground.chat.set_columns(conversation, ["base", "parrot"])
    view = ask(playground, "Hi", conversation)
    completions = [store.completions.get(a.id) for a in answers(view)]
    assert [c.model for c in completions] == ["starter", "parrot"]
    assert completions[0].sampling.seed == completions[1].sampling.seed


def test_the_next_turn_continues_from_the_chosen_answer_with_its_correction(store: Store, tmp_path: Path) -> None:
    heard: list[list[Message]] = []

    def remember(messages: list[Message], version: int) -> str:
        heard.append(list(messages))
        return f"answer {len(heard)}"

    playground = Playground(store, Casting(store, "starter", lambda *_: ScriptedBackend(remember)))
    first = ask(playground, "one")
    second_column = answers(first)[1].id
    playground.chat.continue_from(second_column)
    playground.feedback.correct(second_column, "better")
    ask(playground, "two", first.id)
    assert heard[-1] == [Message("user", "one"), Message("assistant", "better"), Message("user", "two")]
    assert answers(playground.chat.open(first.id))  # and the page shows which one it was
    assert [a.continued for a in playground.chat.open(first.id).turns[0].answers] == [False, True]


def test_editing_an_earlier_message_makes_a_branch_and_both_remain(playground: Playground) -> None:
    view = ask(playground, "first wording")
    view = ask(playground, "follow-up", view.id)
    root = view.turns[0].id
    edited = playground.chat.edit_turn(root, "second wording")
    playground.chat.wait(view.id, 10)
    branched = playground.chat.open(view.id)
    assert [t.text for t in branched.turns] == ["second wording"]
    assert branched.turns[0].branches == (root, edited)
    playground.chat.show_branch(root)
    assert [t.text for t in playground.chat.open(view.id).turns] == ["first wording", "follow-up"]


def test_continuing_from_another_answer_of_an_older_turn_can_be_undone_by_the_first(playground: Playground) -> None:
    view = ask(playground, "one")
    first, second = (a.id for a in answers(view))
    ask(playground, "two", view.id)
    playground.chat.continue_from(second)
    assert [t.text for t in playground.chat.open(view.id).turns] == ["one"]
    ask(playground, "other two", view.id)
    playground.chat.continue_from(first)
    assert [t.text for t in playground.chat.open(view.id).turns] == ["one", "two"]


def test_regenerating_keeps_the_earlier_attempt(playground: Playground) -> None:
    view = ask(playground, "Hi")
    old = answers(view)[0]
    new = playground.chat.regenerate(old.id)
    playground.chat.wait(view.id, 10)
    shown = answers(playground.chat.open(view.id))[0]
    assert (shown.id, shown.attempt, shown.attempts) == (new, 2, (old.id, new))
    assert playground.chat.answer(old.id).text == old.text
    assert len(playground.chat.regenerate_turn(view.turns[0].id)) == 2


def test_a_correction_shows_its_words_and_can_be_taken_back(playground: Playground) -> None:
    view = ask(playground, "Hi")
    answer = answers(view)[0]
    playground.feedback.correct(answer.id, "v0 understood: Hi")
    corrected = answers(playground.chat.open(view.id))[0]
    assert (corrected.text, corrected.original) == ("v0 understood: Hi", "v0 heard: Hi")
    assert [(s.kind, s.text) for s in corrected.diff][1:3] == [("removed", "heard: "), ("added", "understood: ")]
    playground.feedback.withdraw_correction(answer.id)
    assert answers(playground.chat.open(view.id))[0].original is None


def test_a_thumb_with_reasons_is_shown_and_can_be_taken_back(playground: Playground) -> None:
    view = ask(playground, "Hi")
    answer = answers(view)[1]
    playground.feedback.rate(answer.id, False, ["Wrong"], "not our hours")
    rated = answers(playground.chat.open(view.id))[1]
    assert (rated.rating, rated.reasons, rated.comment) == (False, ("Wrong",), "not our hours")
    playground.feedback.rate(answer.id, None)
    assert answers(playground.chat.open(view.id))[1].rating is None
    with pytest.raises(InputError, match="Nonsense"):
        playground.feedback.rate(answer.id, True, ["Nonsense"])


def test_a_blind_comparison_hides_the_names_until_the_vote_and_the_vote_is_final(playground: Playground) -> None:
    conversation = playground.chat.new_conversation().id
    playground.chat.set_blind(conversation, True)
    view = ask(playground, "Hi", conversation)
    turn = view.turns[0]
    assert turn.hidden and [(a.label, a.details) for a in turn.answers] == [("Answer A", ""), ("Answer B", "")]
    with pytest.raises(InputError, match="Vote first"):
        playground.feedback.rate(turn.answers[0].id, True)
    with pytest.raises(InputError, match="Vote on"):
        playground.chat.ask(conversation, "next")
    playground.feedback.vote(turn.id, "chosen", turn.answers[1].id)
    seen = playground.chat.open(conversation).turns[0]
    assert (seen.hidden, seen.verdict, seen.winner) == (False, "chosen", turn.answers[1].id)
    assert {a.label for a in seen.answers} == {"base", "champion"}
    with pytest.raises(InputError, match="no longer change"):
        playground.feedback.vote(turn.id, "tie")
    with pytest.raises(InputError, match="cannot be taken back"):
        playground.feedback.withdraw_vote(turn.id)


def test_an_open_vote_can_change_and_be_taken_back_and_decides_what_continues(playground: Playground) -> None:
    view = ask(playground, "Hi")
    turn = view.turns[0]
    playground.feedback.vote(turn.id, "tie")
    assert playground.chat.open(view.id).turns[0].verdict == "tie"
    playground.feedback.vote(turn.id, "chosen", turn.answers[1].id)
    after = ask(playground, "more", view.id)
    assert [a.continued for a in after.turns[0].answers] == [False, True]
    playground.feedback.withdraw_vote(turn.id)
    assert playground.chat.open(view.id).turns[0].verdict is None


def test_a_column_that_fails_says_so_in_place_and_the_other_finishes(store: Store) -> None:
    def opened(name: str, source: str) -> Backend:
        if name == "parrot":
            raise ModelError("The folder 'models/parrot' has no config.json. Choose a model folder.")
        return ScriptedBackend(lambda messages, version: "fine")

    playground = Playground(store, Casting(store, "starter", opened))
    conversation = playground.chat.new_conversation().id
    playground.chat.set_columns(conversation, ["base", "parrot"])
    good, bad = answers(ask(playground, "Hi", conversation))
    assert (good.state, good.text) == ("stop", "fine")
    assert bad.state == "error" and bad.error is not None and "config.json" in bad.error


def test_a_backend_with_a_bug_ends_the_answer_with_a_sentence(store: Store) -> None:
    def broken(messages: list[Message], version: int) -> str:
        raise RuntimeError("bug")

    playground = Playground(store, Casting(store, "starter", lambda *_: ScriptedBackend(broken)))
    for answer in answers(ask(playground, "Hi")):
        assert answer.state == "error" and answer.error and "Traceback" not in answer.error


def test_stop_keeps_what_was_written(store: Store) -> None:
    slow = ScriptedBackend(lambda messages, version: "word " * 500, delay=0.01)
    playground = Playground(store, Casting(store, "starter", lambda *_: slow))
    conversation = playground.chat.new_conversation().id
    playground.chat.ask(conversation, "Hi")
    _until(lambda: all("word" in text for text in playground.chat.live(conversation).texts.values()))
    playground.chat.stop(conversation)
    assert playground.chat.wait(conversation, 5)
    for answer in answers(playground.chat.open(conversation)):
        assert answer.state == "stopped" and answer.text.startswith("word") and len(answer.text) < 2500


def test_one_column_can_be_stopped_alone(store: Store) -> None:
    slow = ScriptedBackend(lambda messages, version: "word " * 60, delay=0.01)
    playground = Playground(store, Casting(store, "starter", lambda *_: slow))
    conversation = playground.chat.new_conversation().id
    playground.chat.ask(conversation, "Hi")
    first = playground.chat.open(conversation).turns[0].answers[0].id
    playground.chat.stop(conversation, first)
    playground.chat.wait(conversation, 10)
    assert [a.state for a in answers(playground.chat.open(conversation))] == ["stopped", "stop"]


def test_a_second_message_while_one_is_answered_is_refused_and_changes_nothing(store: Store) -> None:
    slow = ScriptedBackend(lambda messages, version: "word " * 200, delay=0.01)
    playground = Playground(store, Casting(store, "starter", lambda *_: slow))
    conversation = playground.chat.new_conversation().id
    playground.chat.ask(conversation, "Hi")
    with pytest.raises(InputError, match="still being written"):
        playground.chat.ask(conversation, "again")
    with pytest.raises(InputError, match="still being written"):
        playground.feedback.rate(playground.chat.open(conversation).turns[0].answers[0].id, True)
    assert len(playground.chat.open(conversation).turns) == 1
    playground.chat.stop(conversation)
    playground.chat.wait(conversation, 5)


def test_deleted_conversations_leave_the_list_and_come_back_on_undo(playground: Playground) -> None:
    view = ask(playground, "find me later")
    assert [c.id for c in playground.chat.conversations("later")] == [view.id]
    playground.chat.delete(view.id)
    assert playground.chat.conversations() == []
    playground.chat.restore(view.id)
    assert [c.title for c in playground.chat.conversations()] == ["find me later"]


def test_a_new_conversation_keeps_the_settings_of_the_one_before(playground: Playground) -> None:
    first = playground.chat.new_conversation()
    playground.chat.set_columns(first.id, ["base", "parrot"])
    playground.chat.set_system(first.id, "Be brief.")
    playground.chat.set_sampling(first.id, {"temperature": 0})
    second = playground.chat.new_conversation(first.id)
    assert (second.columns, second.system, second.sampling["temperature"]) == (("base", "parrot"), "Be brief.", 0.0)


def test_the_system_prompt_reaches_the_model_and_stays_with_its_turn(store: Store) -> None:
    heard: list[list[Message]] = []

    def remember(messages: list[Message], version: int) -> str:
        heard.append(list(messages))
        return "ok"

    playground = Playground(store, Casting(store, "starter", lambda *_: ScriptedBackend(remember)))
    conversation = playground.chat.new_conversation().id
    playground.chat.set_system(conversation, "Be brief.")
    ask(playground, "Hi", conversation)
    assert heard[0][0] == Message("system", "Be brief.")


@pytest.mark.parametrize("names", [[], ["base"] * 5, ["v9"], ["nobody"], ["parrot@v1"], ["vv"]])
def test_columns_that_mean_nothing_are_refused_and_the_old_ones_stay(playground: Playground, names: list[str]) -> None:
    view = playground.chat.new_conversation()
    with pytest.raises(InputError):
        playground.chat.set_columns(view.id, names)
    assert playground.chat.open(view.id).columns == view.columns


def test_versions_and_the_champion_can_be_columns(playground: Playground, store: Store, tmp_path: Path) -> None:
    store.versions.add("starter", str(tmp_path), name="pirate")
    store.versions.set_champion("starter", 1)
    conversation = playground.chat.new_conversation().id
    playground.chat.set_columns(conversation, ["base", "v1", "champion"])
    assert [a.text for a in answers(ask(playground, "Hi", conversation))] == ["v0 heard: Hi"] + ["v1 heard: Hi"] * 2
    assert "v1" in {choice.name for choice in playground.chat.column_choices()}


def test_an_unknown_conversation_or_answer_is_a_sentence(playground: Playground) -> None:
    with pytest.raises(NotFoundError):
        playground.chat.open("nothing")
    with pytest.raises(NotFoundError):
        playground.feedback.rate("nothing", True)


def test_script_questions_are_answered_in_order_and_not_kept(playground: Playground) -> None:
    prompts = [Prompt(f"question {i}", id=str(i)) for i in range(11)]
    asked = list(playground.ask_once(prompts, ["base", "parrot"], Sampling(temperature=0)))
    assert [a.id for a in asked] == [str(i) for i in range(11)]
    assert asked[10].answers["parrot"].text == "v0 heard: question 10"
    assert playground.chat.conversations() == []


def test_the_base_model_is_loaded_before_anybody_asks(playground: Playground) -> None:
    assert playground.casting.loaded() == {}
    playground.warm_up()
    _until(lambda: "starter" in playground.casting.loaded())


def test_a_base_model_that_does_not_load_says_so_only_when_it_is_asked(store: Store) -> None:
    tried = threading.Event()

    def opened(name: str, source: str) -> Backend:
        tried.set()
        raise ModelError("The folder has no config.json. Choose a model folder.")

    playground = Playground(store, Casting(store, "starter", opened))
    playground.warm_up()
    assert tried.wait(5)
    assert answers(ask(playground, "Hi"))[0].error == "The folder has no config.json. Choose a model folder."


def test_many_people_ask_at_once_and_everybody_is_answered(playground: Playground) -> None:
    ids = [playground.chat.new_conversation().id for _ in range(8)]
    threads = [threading.Thread(target=ask, args=(playground, f"hello {i}", c)) for i, c in enumerate(ids)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [answers(playground.chat.open(c))[0].text for c in ids] == [f"v0 heard: hello {i}" for i in range(8)]


def _until(condition: object, seconds: float = 5.0) -> None:
    import time

    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.01)
