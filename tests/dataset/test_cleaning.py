"""Each step on texts that have its flaw, and on good ones that only look like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.dataset.said import correction, rating
from tests.dataset.shared import shared
from understudy.dataset import doubles, flaws, repair
from understudy.dataset.cleaning import Proposal, near_sides, steps
from understudy.dataset.jsonl import read_lines
from understudy.dataset.privacy import Kind, Match
from understudy.store import Edit, Item, Lesson


class Mails:
    """Finds the one address of these tests."""

    def find(self, text: str) -> list[Match]:
        start = text.find("ada@example.org")
        return [] if start < 0 else [Match(Kind.MAIL, start, start + len("ada@example.org"))]


def found(name: str, items: list[Item], **more: object) -> list[Proposal]:
    (step,) = [step for step in steps(**more) if step.name == name]  # type: ignore[arg-type]
    assert not step.missing
    return list(step.find(items))


def test_a_broken_correction_becomes_readable_and_a_good_one_stays() -> None:
    pytest.importorskip("ftfy", reason="the extra `clean` is not installed")
    broken, good = correction(1, "Where?", "In the cafÃ© â€” upstairs."), correction(2, "Where?", "“Café”, it’s ﬁne.")
    (proposal,) = found("unicode", [broken, good])
    assert (proposal.item, proposal.text, proposal.edit) == (1, "In the café — upstairs.", None)


def test_what_a_model_said_cannot_be_rewritten_so_a_person_is_asked() -> None:
    (proposal,) = found("markup", [rating(1, "Where?", "<b>Upstairs</b>"), rating(2, "Where?", "<b>No</b>", "bad")])
    assert (proposal.item, proposal.text) == (1, None)
    assert proposal.edit == Edit(state="waiting", add_tags=("markup",)) and proposal.example[1] == "Upstairs"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<p>One.</p><p>Two &amp; three.<br/>Four.</p>", "One.\nTwo & three.\nFour."),
        ("<script>alert(1)</script>Hello <!-- no -->you.", "Hello you."),
        ('See <a href="https://a.example">here</a>.', "See here."),
        ("if a < b and c > d: use List<int>", "if a < b and c > d: use List<int>"),
        ("Write `<b>x</b>` or\n```\n<p>&amp;</p>\n```", "Write `<b>x</b>` or\n```\n<p>&amp;</p>\n```"),
        ("R&D; AT&T", "R&D; AT&T"),
    ],
)
def test_markup_goes_and_code_and_other_brackets_stay(text: str, plain: str) -> None:
    assert repair.markup(text) == plain and repair.markup(plain) == plain


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("One.  Two\u00a0three. \r\n\r\n\r\nFour.\n", "One. Two three.\n\nFour."),
        ("in\u200bvisible\ufeff", "invisible"),
        ("```\na  =  1   \n\n\n\nb = 2\n```", "```\na  =  1   \n\n\n\nb = 2\n```"),
        ("  - a list\n    - its part", "  - a list\n    - its part"),
        ("Name    Age\nAda     36", "Name    Age\nAda     36"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_spaces_are_tidied_but_not_those_that_mean_something(text: str, tidy: str) -> None:
    assert repair.spaces(text) == tidy and repair.spaces(tidy) == tidy


def test_what_cannot_be_seen_is_named_beside_what_it_becomes() -> None:
    (proposal,) = found("space", [correction(1, "Where?", "Here\u200b.")])
    assert proposal.example == ("Here⟨zero width space⟩.", "Here.")


def test_personal_data_are_masked_in_a_correction_and_shown_in_a_question() -> None:
    items = [correction(1, "Who?", "Ask ada@example.org."), correction(2, "Is ada@example.org right?", "Yes.")]
    answer, question = found("private", items, finder=Mails())
    assert answer.text == "Ask [mail]." and question.text is None
    assert "cannot be changed" in question.why and question.example[1] == "Is [mail] right?"
    assert found("private", items, finder=Mails(), kinds=(Kind.PHONE,)) == []


def test_without_the_recogniser_the_step_says_so_and_finds_nothing() -> None:
    (step,) = [step for step in steps() if step.name == "private"]
    assert "not looked for" in step.missing


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("You can apply at the office of the", "It stops after “the”."),
        ("Bring your passport, a photo,", "It stops after “,”."),
        ("Run this:\n```\nprint(1)", "A block of code is opened and not closed."),
        ("Paris", ""),
        ("It is what you are looking for", ""),
        ("- one\n- two", ""),
        ("Run this:\n```\nprint(1)\n```", ""),
    ],
)
def test_an_answer_that_stops_in_the_middle_says_after_what(answer: str, why: str) -> None:
    assert flaws.truncated(answer) == why


def test_half_of_real_answers_is_seldom_taken_for_whole_and_whole_ones_never_for_half() -> None:
    """What is cut after a random word can end as a sentence would: only what is sure is told."""
    answers = [
        line.fields["messages"][-1]["content"] for line in read_lines(shared("company_faq.jsonl")) if line.fields
    ]
    whole = sum(bool(flaws.truncated(answer)) for answer in answers)
    halves = [" ".join(answer.split()[: len(answer.split()) // 2]) for answer in answers if len(answer.split()) > 20]
    told = sum(bool(flaws.truncated(half)) for half in halves)
    assert whole <= 0.001 * len(answers)
    assert told >= 0.2 * len(halves)


def test_an_answer_in_another_language_is_found_and_a_translation_is_none() -> None:
    pytest.importorskip("py3langid", reason="the extra `clean` is not installed")
    german = "Das Büro ist von Montag bis Freitag zwischen neun und siebzehn Uhr geöffnet."
    asked = "At what time does the office open in the morning, and when does it close?"
    (proposal,) = found(
        "language", [correction(1, asked, german), correction(2, f"Translate to German: {asked}", german)]
    )
    assert (proposal.item, proposal.why) == (1, "The question is in en, the answer in de.")


def test_an_answer_that_only_repeats_the_question_is_found() -> None:
    items = [
        correction(1, "What are the opening hours?", "The opening hours."),
        correction(2, "Is it yes or no?", "No."),
        correction(3, "Which colour is the red car?", "The red car is red as wine."),
    ]
    assert [one.item for one in found("empty", items)] == [1]


def test_a_correction_that_corrects_no_word_is_found() -> None:
    items = [correction(1, "Capital?", "Paris!", answer="paris"), correction(2, "Capital?", "Paris", answer="Lyon")]
    assert [one.item for one in found("trivial", items)] == [1]


def test_the_second_of_two_equal_items_is_rejected_but_not_the_agreement_of_two_people() -> None:
    items = [
        correction(1, "Capital of France?", "Paris."),
        correction(2, "capital of  france?", "Paris."),
        rating(3, "Capital?", "Paris.", author="Ada"),
        rating(4, "Capital?", "Paris.", author="Ben"),
    ]
    (proposal,) = found("duplicates", items)
    assert proposal.item == 2 and "item 1 says" in proposal.why
    assert proposal.edit == Edit(state="rejected", add_tags=("duplicates",))


def test_near_items_are_found_on_both_sides_of_the_threshold_but_numbers_and_negations_are_not_near() -> None:
    answer = "You have to pay within {} days of the date on the letter that we sent to your address."
    items = [
        correction(1, "When do I have to pay the fee?", answer.format(14)),
        correction(2, "When do I have to pay that fee?", answer.format(14)),
        correction(3, "When do I have to pay the fee?", answer.format(30)),
        correction(4, "When do I have to pay the fee?", answer.format(14).replace("have to", "do not have to")),
        correction(5, "When do we pay?", answer.format(14)),
    ]
    (proposal,) = found("near", items, near=0.75)
    assert proposal.item == 2 and proposal.edit == Edit(state="waiting", add_tags=("near",))
    assert found("near", items, near=0.8) == []
    assert [one.item for one in near_sides(items, 0.75, 5)[0]] == [2]
    above, below, cut = near_sides(items, 0.8, 5)
    assert ([one.item for one in above], [one.item for one in below], cut) == ([], [2], 0)


def test_what_is_near_to_an_item_that_goes_is_no_double_by_that() -> None:
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
    chain = [
        correction(i + 1, "Say the letters", " ".join([*words[i:], *(f"x{'y' * n}" for n in range(i))]))
        for i in range(3)
    ]
    assert [(pair.first.number, pair.again.number) for pair in doubles.near(chain, 0.8).pairs] == [(1, 2)]


def test_the_older_of_two_corrections_that_contradict_waits() -> None:
    def lesson(id: str, wanted: str, state: str = "approved") -> Lesson:
        return Lesson(id, f"c{id}", "t", "v", "Capital?", "", None, "Lyon", wanted, state, True, "2026-01-01")

    items = [correction(1, "Capital?", "Nice"), correction(2, "Capital?", "Paris")]
    (proposal,) = found("contradictions", items, lessons=[lesson("1", "Nice"), lesson("2", "Paris")])
    assert (proposal.item, proposal.example) == (1, ("Nice", "Paris"))
    assert found("contradictions", items, lessons=[lesson("1", "Nice"), lesson("2", "Paris", "rejected")]) == []


def test_what_is_rejected_or_was_looked_at_is_not_proposed() -> None:
    flawed = correction(1, "Where?", "Bring your passport, a photo,")
    assert len(found("truncated", [flawed])) == 1
    assert found("truncated", [replace(flawed, state="rejected"), replace(flawed, tags=("truncated",))]) == []


SLIPS = "Please bring the recieved letter to the appointment, and do not seperate the pages of it."
FINE = (
    "Please bring your Flurbex card from gov.au, minimise travel and programme handwashing in the onsite workplace;"
    " use `grpah` or the preloaded worksites."
)


def test_a_slip_is_suggested_and_names_code_british_and_joined_words_are_none() -> None:
    pytest.importorskip("spellchecker", reason="the extra `clean` is not installed")
    (proposal,) = found("spelling", [correction(1, "What?", SLIPS), correction(2, "What?", FINE)])
    assert proposal.text == SLIPS.replace("recieved", "received").replace("seperate", "separate")
    assert found("spelling", [rating(1, "What?", SLIPS)]) == [], "what a model said is not anybody's slip"


def test_a_word_that_two_items_use_is_a_term() -> None:
    pytest.importorskip("spellchecker", reason="the extra `clean` is not installed")
    items = [correction(i, "What?", f"{SLIPS} This is number {i} of them.") for i in (1, 2)]
    assert found("spelling", items) == []


def test_spelling_is_told_in_the_language_of_the_text() -> None:
    pytest.importorskip("spellchecker", reason="the extra `clean` is not installed")
    german = "Bitte bringen Sie den Brief zum Termin mit, denn ohne ihn kann niemand vorsprechen und weitergehen."
    assert found("spelling", [correction(1, "Was?", german)]) == []
    (proposal,) = found("spelling", [correction(1, "Was?", german.replace("bringen", "brignen"))])
    assert proposal.text == german


def test_offensive_answers_wait_and_plain_ones_do_not() -> None:
    pytest.importorskip("profanity_check", reason="the extra `toxic` is not installed")
    items = [
        correction(1, "Why?", "Because you are a stupid idiot, shut the fuck up."),
        correction(2, "Why?", "Cover your mouth and nose with a tissue when you cough or sneeze."),
    ]
    (proposal,) = found("toxic", items)
    assert proposal.item == 1 and proposal.edit == Edit(state="waiting", add_tags=("toxic",))
