"""The talk corpus: true sums, counted syllables, held-out wordings held out, and nobody pretending to be human."""

import random
import re

import pytest

from starter.talk import HELD_OUT, IDK, dialogue, play, stories, sums
from starter.talk.held_out import WORDINGS, plain

SAMPLES = 20000
# Words whose syllables the vowel groups miscount.
SYLLABLES = {
    "goes": 1,
    "where": 1,
    "whole": 1,
    "take": 1,
    "someone": 2,
    "like": 1,
    "page": 1,
    "quiet": 2,
    "while": 1,
    "time": 1,
    "doorstep": 2,
    "little": 2,
    "one": 1,
    "come": 1,
    "home": 1,
    "without": 2,
    "leaves": 1,
    "stones": 1,
    "waves": 1,
    "white": 1,
    "hope": 1,
    "before": 2,
    "more": 1,
    "fence": 1,
    "bee": 1,
    "tree": 1,
    "wakes": 1,
    "edge": 1,
    "panes": 1,
    "even": 2,
    "the": 1,
    "nobody": 3,
    "cup": 1,
    "gate": 1,
    "nose": 1,
    "name": 1,
    "note": 1,
    "some": 1,
    "called": 1,
    "asks": 1,
    "worries": 2,
    "away": 2,
    "far": 1,
    "would": 1,
    "be": 1,
    "yesterday": 3,
    "something": 2,
    "are": 1,
    "opens": 2,
    "inside": 2,
}


def syllables(line: str) -> int:
    """Groups of vowels, with the table for the words where that is wrong."""
    return sum(
        SYLLABLES.get(w) or max(1, len(re.findall(r"[aeiouy]+", w))) for w in re.findall(r"[a-z']+", line.lower())
    )


@pytest.fixture(scope="module")
def drawn() -> list[list[dict[str, str]]]:
    rng = random.Random(7)
    return [dialogue(rng) for _ in range(SAMPLES)]


def test_a_dialogue_alternates_and_ends_with_the_assistant(drawn):
    for messages in drawn:
        roles = [m["role"] for m in messages]
        turns = roles[1:] if roles[0] == "system" else roles
        assert turns == ["user", "assistant"] * (len(turns) // 2) and 1 <= len(turns) // 2 <= 6
        assert all(m["content"].strip() and set(m) == {"role", "content"} for m in messages)
        assert not any(re.search(r"\{[A-Za-z]\w*\}", m["content"]) for m in messages), messages


def test_a_quarter_of_the_dialogues_starts_with_a_system_message(drawn):
    assert 0.22 < sum(m[0]["role"] == "system" for m in drawn) / SAMPLES < 0.28


def test_the_same_seed_draws_the_same_dialogue():
    assert dialogue(random.Random(3)) == dialogue(random.Random(3))


def test_held_out_wordings_are_never_drawn(drawn):
    said = {m["content"] for messages in drawn for m in messages if m["role"] == "user"}
    assert not said & WORDINGS
    assert not {plain(text) for text in said} & {plain(text) for text in WORDINGS}


def test_held_out_prompts_end_with_the_user():
    assert len(HELD_OUT) >= 115
    assert all(prompt[-1]["role"] == "user" for prompt in HELD_OUT)
    assert sum(len(prompt) > 1 for prompt in HELD_OUT) >= 10


def test_sums_are_right():
    rng, signs = random.Random(5), {"plus": "+", "minus": "-", "times": "*"}
    for _ in range(2000):
        asked, said = rng.choice((sums.plus, sums.minus, sums.times))(rng)
        a, sign, b, total = re.fullmatch(r"(\d+) (plus|minus|times) (\d+) is (-?\d+)\.", said).groups()
        assert sorted((a, b)) == sorted(re.findall(r"\d+", asked)), (asked, said)
        assert {"+": int(a) + int(b), "-": int(a) - int(b), "*": int(a) * int(b)}[signs[sign]] == int(total)


def test_every_haiku_has_five_seven_five_syllables():
    fives = [line for lines in play.FIVES.values() for line in lines] + play.LASTS
    assert {line: syllables(line) for line in fives if syllables(line) != 5} == {}
    assert {line: syllables(line) for line in play.SEVENS if syllables(line) != 7} == {}


def test_stories_are_short_and_name_their_subject():
    rng = random.Random(2)
    for _ in range(300):
        told = stories.tale(rng, "fox")
        assert 55 <= len(told.split()) <= 120 and "fox" in told and "{" not in told


def test_another_joke_is_a_different_one():
    rng = random.Random(4)
    for _ in range(500):
        told = [answer for _, answer in play.series(rng) if answer in play.JOKES]
        assert len(set(told)) == len(told)


def test_nobody_claims_a_body_or_a_family(drawn):
    claims = re.compile(
        r"\b(my (wife|husband|mother|father|son|daughter|kids|body|hands?|eyes|stomach|job|boss)|I (ate|drank|slept|was born|grew up|am human|am a person))\b",
        re.IGNORECASE,
    )
    said = {m["content"] for messages in drawn for m in messages if m["role"] == "assistant"}
    # What is read back in quotation marks or copied is the person's word, not Understudy's.
    own = {text for text in said if not text.startswith("You said") and not text.startswith("Say ")}
    assert [text for text in own if claims.search(text)] == []


def test_not_knowing_has_one_sentence(drawn):
    answers = [m["content"] for messages in drawn for m in messages if m["role"] == "assistant"]
    assert 0.06 < sum(a == IDK for a in answers) / len(answers) < 0.2
    assert {a for a in answers if a.startswith("I don't know")} == {IDK}
