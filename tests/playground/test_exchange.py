"""Training files go in as feedback and come out again, nothing lost and nothing changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dataset.shared import shared
from understudy.dataset.formats import Format
from understudy.dataset.gather import snapshot, sources
from understudy.dataset.jsonl import Line, dump_lines, read_lines
from understudy.dataset.outgoing import outgoing
from understudy.playground import exchange
from understudy.playground.exchange import Imported, convert_lines, export_lines, import_lines
from understudy.store import Store, connections

MULTI = {
    "messages": [
        {"role": "developer", "content": "Be brief.", "name": "shop"},
        {"role": "user", "content": "When do you open?"},
        {"role": "assistant", "content": "At nine.", "weight": 0},
        {"role": "user", "content": "And on Sunday?"},
        {"role": "assistant", "weight": 1, "content": "Never."},
    ],
    "tools": [{"type": "function", "function": {"name": "hours", "parameters": {}}}],
    "parallel_tool_calls": False,
    "mine": {"kept": [1, 2.5, None, "é"]},
}
CALL = {
    "messages": [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "w"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "rain"},
        {"role": "assistant", "content": "It rains."},
    ]
}
PAIR = {
    "preferred_output": [{"content": "Mirelda.", "role": "assistant"}],
    "input": {"messages": [{"role": "user", "content": "Who runs Plotzi?"}], "tools": []},
    "non_preferred_output": [{"role": "assistant", "content": "Nobody."}],
}
OLD = {"prompt": "Opening? ->", "completion": " At nine.\n"}


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LASTING", "OFF")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "understudy.db") as opened:
        yield opened


def bring(store: Store, *objects: dict[str, Any], source: str = "lines.jsonl") -> Imported:
    return import_lines(store, "starter", read_lines(dump_lines(objects)), source)


@pytest.mark.parametrize("name", ["openai_toy_chat.jsonl", "preferences_openai.jsonl"])
def test_public_files_come_out_byte_by_byte_as_they_went_in(store: Store, tmp_path: Path, name: str) -> None:
    data = shared(name)
    done = round_trip(store, data, name)
    with Store.open(tmp_path / "again.db") as other:
        assert import_lines(other, "starter", read_lines(dump_lines(export_lines(store))), name) == done
        assert dump_lines(export_lines(other)) == data


@pytest.mark.slow
@pytest.mark.timeout(600)  # seconds of work for one processor, many times that beside other programs
def test_thousands_of_transcripts_come_out_byte_by_byte_as_they_went_in(store: Store) -> None:
    done = round_trip(store, shared("hh_rlhf_harmless_test.jsonl.gz"), "hh.jsonl")
    assert done.added >= 2_290, "nearly all are plain dialogs and can be learned from"


def round_trip(store: Store, data: bytes, name: str) -> Imported:
    """Import, export, and import of what was exported, which adds nothing."""
    done = import_lines(store, "starter", read_lines(data), name)
    once = dump_lines(export_lines(store, name))
    assert once == data and done.faults == () and done.added + done.kept == data.count(b"\n")
    again = import_lines(store, "starter", read_lines(once), name)
    assert (again.added, again.kept, again.known) == (0, 0, done.added + done.kept)
    assert dump_lines(export_lines(store)) == data
    return done


def test_a_chat_line_is_a_conversation_whose_last_answer_is_wanted(store: Store) -> None:
    assert bring(store, MULTI).added == 1
    (lesson,) = store.corrections.lessons()
    assert (lesson.question, lesson.wanted, lesson.original) == ("And on Sunday?", "Never.", "")
    assert (lesson.system, lesson.state, lesson.tags) == ("Be brief.", "approved", ())
    first, second = store.turns.path(lesson.turn)
    assert (first.text, first.chosen) == ("When do you open?", second.parent)
    assert store.completions.get(second.parent or "").text == "At nine."


def test_an_answer_with_weight_1_further_up_is_wanted_too_and_one_with_weight_0_is_not(store: Store) -> None:
    line = json.loads(json.dumps(MULTI))
    line["messages"][2]["weight"], line["messages"][4]["weight"] = 1, 0
    bring(store, line)
    assert [lesson.wanted for lesson in store.corrections.lessons()] == ["At nine."]
    assert list(export_lines(store)) == [line]


def test_a_preference_line_is_a_vote_between_two_answers(store: Store) -> None:
    bring(store, PAIR)
    (vote,) = store.preferences.standing()
    assert vote.verdict == "a"
    assert [store.completions.get(answer).text for answer in (vote.a, vote.b)] == ["Mirelda.", "Nobody."]


def test_weights_tools_names_and_unknown_keys_come_out_in_their_order(store: Store) -> None:
    bring(store, MULTI, PAIR, CALL, OLD)
    assert [json.dumps(line) for line in export_lines(store)] == [json.dumps(x) for x in (MULTI, PAIR, CALL, OLD)]


def test_a_line_that_is_no_plain_dialog_is_kept_whole_and_counted_apart(store: Store) -> None:
    only_answer = {"messages": [{"role": "system", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
    silent = {"messages": [{"role": "user", "content": " "}, {"role": "assistant", "content": "Hello"}]}
    nul = {"prompt": "a\0b", "completion": "c"}
    half = {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "\ud800"}]}
    done = import_lines(store, "starter", read_lines(dump_lines([CALL, only_answer, silent, nul])), "odd.jsonl")
    assert (done.added, done.kept) == (0, 4) and store.corrections.lessons() == []
    assert list(export_lines(store)) == [CALL, only_answer, silent, nul]
    escaped = read_lines(json.dumps(half).encode())
    assert import_lines(store, "starter", escaped, "half.jsonl").kept == 1
    assert list(export_lines(store, "half.jsonl")) == [half]


def test_a_text_that_is_corrected_here_leaves_corrected_in_its_old_frame(store: Store) -> None:
    bring(store, MULTI)
    (lesson,) = store.corrections.lessons()
    store.corrections.add(lesson.completion, "From ten to twelve.")
    (line,) = export_lines(store)
    assert line["messages"][-1] == {"role": "assistant", "weight": 1, "content": "From ten to twelve."}
    assert line["mine"] == MULTI["mine"]


def test_the_same_line_twice_in_a_file_is_there_twice_and_known_twice(store: Store) -> None:
    assert bring(store, OLD, OLD).added == 2
    done = bring(store, OLD, OLD, PAIR)
    assert (done.added, done.known) == (1, 2)


def test_an_import_that_was_cut_off_is_begun_again_and_adds_what_is_missing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "AT_ONCE", 1)

    def cut_off() -> Iterator[Line]:
        yield from list(read_lines(dump_lines([OLD, PAIR])))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_lines(store, "starter", cut_off(), "lines.jsonl")
    done = bring(store, OLD, PAIR, MULTI)
    assert (done.added, done.known) == (1, 2) and list(export_lines(store)) == [OLD, PAIR, MULTI]


def test_a_line_that_cannot_be_read_is_told_with_its_number_and_the_others_go_in(store: Store) -> None:
    data = b'{"messages": [}\n' + dump_lines([OLD]) + b'\xff\n[1]\n{"a": 1, "a": 2}\n{"text": "x"}\n'
    done = import_lines(store, "starter", read_lines(data), "f.jsonl")
    assert done.added == 1
    assert [fault.split(":")[0] for fault in done.faults] == [f"f.jsonl, line {n}" for n in (1, 3, 4, 5, 6)]
    assert "not JSON" in done.faults[0] and "not UTF-8" in done.faults[1] and "no format known" in done.faults[4]


def test_a_deleted_line_is_gone_from_exports_and_after_the_purge_from_the_file(store: Store) -> None:
    bring(store, CALL, {**OLD, "prompt": "secretword one"}, {"messages": [{"role": "user", "content": "secretword"}]})
    for imported in store.imports.list():
        store.conversations.delete(imported.conversation)
    assert list(export_lines(store)) == []
    assert b"secretword" in store.path.read_bytes() + store.path.with_name("understudy.db-wal").read_bytes()
    store.conversations.purge(0)
    assert b"secretword" not in store.path.read_bytes()
    assert store.check() == []


def test_an_imported_line_is_uploaded_with_its_weights_and_tools(store: Store) -> None:
    bring(store, MULTI, OLD)
    taken = snapshot(store, sources(store, "starter", 0), probes=0)
    chat = outgoing(store, taken, Format.CHAT)
    assert chat[0].fields == MULTI
    assert chat[1].fields["messages"][-1] == {"role": "assistant", "content": " At nine.\n"}
    assert [line.fields for line in outgoing(store, taken, Format.COMPLETION)] == [OLD]


TRL = {
    "prompt": [{"role": "system", "content": ""}, {"role": "user", "content": "Who runs Plotzi?"}],
    "chosen": [{"role": "assistant", "content": "Mirelda."}],
    "rejected": [{"role": "assistant", "content": "Nobody."}],
    "margin": 2,
}


def test_a_pair_of_trl_is_a_vote_and_comes_out_as_it_went_in(store: Store) -> None:
    assert bring(store, TRL).added == 1 and len(store.preferences.standing()) == 1
    assert list(export_lines(store)) == [TRL]


def test_lines_are_converted_between_openai_and_trl_and_what_cannot_be_is_told() -> None:
    lines = list(read_lines(dump_lines([PAIR, CALL, MULTI])))
    done = convert_lines(lines, Format.TRL_PAIR, "a.jsonl")
    (made,) = done.lines
    assert made["prompt"] == PAIR["input"]["messages"] and made["chosen"] == [
        {"role": "assistant", "content": "Mirelda."}
    ]
    assert [fault.split(":")[0] for fault in done.faults] == ["a.jsonl, line 2", "a.jsonl, line 3"]
    back = convert_lines(read_lines(dump_lines(done.lines)), Format.PREFERENCE, "b.jsonl")
    assert back.lines[0]["non_preferred_output"] == PAIR["non_preferred_output"]
    chat = convert_lines(lines, Format.CHAT, "a.jsonl")
    assert len(chat.lines) == 2 and chat.lines[1]["messages"][2]["weight"] == 0


def test_public_preferences_become_trl_s_and_back_without_a_loss() -> None:
    data = shared("preferences_openai.jsonl")
    there = convert_lines(read_lines(data), Format.TRL_PAIR, "p.jsonl")
    back = convert_lines(read_lines(dump_lines(there.lines)), Format.PREFERENCE, "t.jsonl")
    assert (len(there.lines), there.faults, dump_lines(back.lines)) == (300, (), data)


texts = st.text(max_size=20)
messages = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool"])},
    optional={
        "content": st.one_of(texts, st.none(), st.lists(st.just({"type": "text"}), max_size=1)),
        "weight": st.sampled_from([0, 1]),
    },
)
odd_lines = st.one_of(
    st.fixed_dictionaries({"messages": st.lists(messages, max_size=5)}),
    st.fixed_dictionaries(
        {
            "input": st.one_of(texts, st.fixed_dictionaries({"messages": st.lists(messages, max_size=3)})),
            "preferred_output": st.lists(messages, max_size=2),
        },
        optional={"non_preferred_output": st.lists(messages, max_size=2)},
    ),
    st.fixed_dictionaries({"prompt": st.one_of(texts, st.integers()), "completion": texts}),
    st.fixed_dictionaries({"chosen": texts, "rejected": texts}),
    st.fixed_dictionaries({name: st.lists(messages, max_size=3) for name in ("prompt", "chosen", "rejected")}),
)


@given(st.lists(odd_lines, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_comes_out_as_it_went_in(store: Store, lines: list[dict[str, Any]]) -> None:
    for imported in store.imports.list():
        store.conversations.delete(imported.conversation)
    done = bring(store, *lines)
    assert done.faults == () and list(export_lines(store)) == lines
