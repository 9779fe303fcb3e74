"""The words between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from understudy.playground.difference import difference
from understudy.playground.view import Span


def test_a_changed_word_is_shown_as_removed_and_added() -> None:
    assert difference("open at 9 am", "open at 10 am") == (
        Span("same", "open at "),
        Span("removed", "9 "),
        Span("added", "10 "),
        Span("same", "am"),
    )


def test_equal_texts_have_nothing_to_show_but_themselves() -> None:
    assert difference("as it was", "as it was") == (Span("same", "as it was"),)


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_spans_rebuild_both_texts(before: str, after: str) -> None:
    spans = difference(before, after)
    assert "".join(s.text for s in spans if s.kind != "added") == before
    assert "".join(s.text for s in spans if s.kind != "removed") == after
