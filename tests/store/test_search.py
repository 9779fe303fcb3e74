"""Search finds words, not syntax, and what was purged is nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.store.conftest import Exchange, exchange
from understudy.errors import StoreError
from understudy.store import Store
from understudy.store.connections import Connections
from understudy.types import FinishReason, Sampling, Usage

TEXT = some.text(some.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=60)


@pytest.fixture
def talk(store: Store) -> Exchange:
    made = exchange(store, 'What about the café in Zürich? It\'s AND/OR "quoted" 50%', "Travel plans")
    store.corrections.add(made.a, "It is Paris, 巴黎是法国的首都 🙂")
    store.turns.add(store.conversations.add("Other").id, "Something else entirely")
    return made


@pytest.mark.parametrize(
    "search",
    [
        "travel", "TRAV", "cafe", "zurich caf", "paris", "pari", "think", 'and "quoted"', "AND/OR", "or",
        "法国", "首都", "🙂", "paris 🙂", "50%", "it's",
    ],
)  # fmt: skip
def test_a_conversation_is_found_by_words_of_any_of_its_texts(store: Store, talk: Exchange, search: str) -> None:
    assert [hit.id for hit in store.conversations.list(search)] == [talk.conversation]


@pytest.mark.parametrize("search", ["*", "NEAR(", "title:x", '"', "^", "xyz OR travel", "-travel", "(((", "%", "_"])
def test_what_looks_like_syntax_is_plain_text(store: Store, talk: Exchange, search: str) -> None:
    found = [hit.id for hit in store.conversations.list(search)]
    assert found == ([talk.conversation] if search in ('"', "-travel", "%") else [])


def test_a_hit_shows_where_it_is(store: Store, talk: Exchange) -> None:
    assert store.conversations.list("lyon")[0].snippet == "It is ⟦Lyon⟧."
    assert store.conversations.list("trav")[0].snippet == "⟦Trav⟧el plans"
    assert "⟦法国⟧" in store.conversations.list("法国")[0].snippet
    assert "the ⟦café⟧ in Zürich" in store.conversations.list("cafe")[0].snippet
    assert "hat ⟦a⟧bout the" in store.conversations.list("cafe a")[0].snippet, "words by their beginning"
    assert store.conversations.list()[0].snippet == ""


def test_a_withdrawn_correction_and_an_old_title_are_found_no_more(store: Store, talk: Exchange) -> None:
    store.corrections.withdraw(talk.a)
    store.conversations.set_title(talk.conversation, "Journeys")
    assert store.conversations.list("法国") == [] == store.conversations.list("travel")
    assert len(store.conversations.list("journeys")) == 1
    assert store.check() == []


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(search=TEXT)
def test_no_search_is_an_error(store: Store, search: str) -> None:
    assert store.conversations.list(search) == []  # nothing has been said in this store


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXT.filter(lambda text: bool(text.strip())))
def test_any_text_comes_back_as_it_was_and_is_found_by_its_first_word(store: Store, text: str) -> None:
    conversation = store.conversations.add("t")
    turn = store.turns.add(conversation.id, text)
    answer = store.completions.add(turn.id, 0, "m", 0, "base", Sampling())
    store.completions.finish(answer.id, text, FinishReason.STOP, Usage(), prompt=text)
    assert store.turns.get(turn.id).text == text == store.completions.get(answer.id).text
    assert conversation.id in {hit.id for hit in store.conversations.list(text.split()[0])}


def test_a_purged_conversation_leaves_no_byte_of_its_text(store: Store, path: Path) -> None:
    talk = exchange(store, "my secretquestion is here", "secrettitle")
    store.ratings.add(talk.a, False, comment="secretcomment")
    store.corrections.add(talk.a, "the secretcorrection")
    store.preferences.add_choice(talk.turn, talk.a, [talk.b])
    kept = exchange(store, "this publicquestion stays")
    files = [path, path.with_name(path.name + "-wal")]
    assert any(b"secretquestion" in file.read_bytes() for file in files)
    store.conversations.delete(talk.conversation)
    assert store.conversations.purge(3600) == 0, "there is still time for undo"
    assert store.conversations.purge(0) == 1
    content = b"".join(file.read_bytes() for file in files if file.exists())
    for word in (b"secretquestion", b"secrettitle", b"secretcomment", b"secretcorrection", talk.turn.encode()):
        assert word not in content
    assert b"secret" not in content and b"publicquestion" in content
    assert store.check() == []
    assert [hit.id for hit in store.conversations.list("publicq")] == [kept.conversation]


def test_a_purge_that_was_interrupted_is_begun_anew(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = exchange(store, "my secretquestion is here", "secrettitle")
    store.conversations.delete(talk.conversation)

    def killed(_: Connections) -> None:
        raise StoreError("The disk is full. Free some space and try again.")

    with monkeypatch.context() as disk:
        disk.setattr(Connections, "rewrite", killed)
        with pytest.raises(StoreError):
            store.conversations.purge(0)
    assert store.conversations.purge(0) == 1
    assert store.conversations.find(talk.conversation) is None
    assert b"secret" not in path.read_bytes()
