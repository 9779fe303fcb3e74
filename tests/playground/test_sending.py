"""Feedback leaves in every format and comes back equal; what a format cannot hold is said here, field by field."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.dataset.shared import DATA
from tests.store.conftest import exchange as talked
from understudy.dataset.departing import dialog_of
from understudy.dataset.dialog import About, Dialog
from understudy.errors import Cancelled, InputError
from understudy.playground.bringing import bring, look
from understudy.playground.sending import OUTPUTS, Sent, Wish, send
from understudy.store import Filter, Item, Store, connections

ENDINGS = {"csv": "csv", "tsv": "tsv", "parquet": "parquet", "alpaca": "json"}
PUBLIC = [
    "feedback_log.jsonl",
    "banking77_train.csv",
    "company_faq.jsonl",
    "alpaca_demo.json",
    "thumbs.jsonl",
    "hh_rlhf_harmless_test.jsonl.gz",
]
TABLES = {"jsonl", "csv", "tsv", "parquet"}
WANTED = {"openai-sft", "trl-messages", "prompt-completion", "trl-prompt-completion", "sharegpt", "alpaca"}
PAIRS = {"openai-dpo", "trl-preference", "hh"}


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LASTING", "OFF")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, made once: a copy of it costs a tenth of making another."""
    path = tmp_path_factory.mktemp("fresh") / "understudy.db"
    Store.open(path).close()
    return path


@pytest.fixture
def store(fresh: Path, tmp_path: Path) -> Iterator[Store]:
    with empty(fresh, tmp_path / "understudy.db") as opened:
        yield opened


def empty(fresh: Path, path: Path) -> Store:
    return Store.open(Path(shutil.copy(fresh, path)))


def dialogs(store: Store, most: int | None = None) -> list[Dialog]:
    found = itertools.islice(store.items.each(Filter()), most)
    return [dialog_of(store, departure) for departure in store.departures.of(list(found))]


def sent(store: Store, folder: Path, format: str, most: int | None = None, name: str = "out") -> Sent:
    path = folder / f"{name}.{ENDINGS.get(format, 'jsonl')}"
    return send(store, lambda: itertools.islice(everything(store), most), path, format, Wish(whole=most is None))


def everything(store: Store) -> Iterator[Item]:
    return store.items.each(Filter())


def carried(dialog: Dialog, format: str) -> Dialog | None:
    """What a format carries of a dialog, field by field; None where it has no place for it.

    Only tables carry the rating's word, comment, author, topic, tags, date and model. Unpaired lines keep question,
    answer and label. Pairs keep question and both answers. Formats of wanted answers keep the question and the answer
    that is wanted: of a vote the better one, of a correction not what was said before it, of a thumb up that it is
    right, of a thumb down nothing.
    """
    if format in TABLES:
        return dialog
    plain = replace(dialog, about=About())
    if format == "trl-unpaired":
        return plain if dialog.label is not None else None
    if format in PAIRS:
        return plain if dialog.rejected is not None else None
    one = len(dialog.prompt) == 1
    holds = dialog.label is not False and (one or format not in ("prompt-completion", "alpaca"))
    return replace(plain, rejected=None, label=None, said=None) if holds else None


@pytest.mark.slow
@pytest.mark.timeout(600)  # seconds of work for one processor, many times that beside other programs
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_file_leaves_whole_and_comes_into_an_empty_store_equal(
    store: Store, fresh: Path, tmp_path: Path, name: str
) -> None:
    public(name)
    done = bring(store, "starter", look(DATA / name))
    assert done.faulty == 0 == done.known
    out = sent(store, tmp_path, "csv")
    with empty(fresh, tmp_path / "again.db") as other:
        assert bring(other, "starter", look(out.path)).added == done.added == out.counts.rows
        assert dialogs(other) == dialogs(store)
        assert sent(other, tmp_path, "csv", name="again").sha256 == out.sha256


@pytest.mark.parametrize("name", PUBLIC)
def test_public_rows_leave_in_every_format_and_come_back_with_what_it_carries(
    store: Store, fresh: Path, tmp_path: Path, name: str
) -> None:
    bring(store, "starter", look(head(public(name), tmp_path)))
    there = dialogs(store, 40)
    for format in OUTPUTS:
        expected = [kept for dialog in there if (kept := carried(dialog, format)) is not None]
        if not expected:
            with pytest.raises(InputError, match="Nothing of it fits"):
                sent(store, tmp_path, format, 40, format)
            continue
        out = sent(store, tmp_path, format, 40, format)
        with empty(fresh, tmp_path / f"{format}.db") as other:
            done = bring(other, "starter", look(out.path))
            assert (done.added, done.faulty) == (len(expected), 0), format
            found = [carried(dialog, format) for dialog in dialogs(other)]
            if format in TABLES:
                assert found == expected, format
            else:
                assert [replace(f, about=About()) for f in found if f] == expected, format
            assert sent(other, tmp_path, format, name=f"{format}-again").sha256 == out.sha256, format
        if format in TABLES:
            assert bring(store, "starter", look(out.path), dry_run=True).added == 0, "it is here already"


def public(name: str) -> Path:
    if not (DATA / name).is_file():
        pytest.skip(f"../shared/data/{name} is not here")
    return DATA / name


def head(path: Path, folder: Path, most: int = 60) -> Path:
    """The first rows of a public file, in its own kind."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    short = folder / path.name.removesuffix(".gz")
    if path.suffix == ".json":
        short.write_text(json.dumps(json.loads(data)[:most]))
    else:
        short.write_bytes(b"".join(data.splitlines(keepends=True)[:most]))
    return short


def test_what_was_said_here_leaves_and_is_known_again(store: Store, fresh: Path, tmp_path: Path) -> None:
    talk = talked(store, "=cmd|' /C calc'!A0")
    store.corrections.add(talk.a, "Paris.", author="Ada", tags=["geo"])
    store.ratings.add(talk.b, False, ["Wrong", "Style"], "@no\n", author="Bob")
    store.preferences.add_choice(talk.turn, talk.b, [talk.a])
    for format in ("csv", "parquet", "jsonl"):
        out = sent(store, tmp_path, format)
        assert bring(store, "starter", look(out.path), dry_run=True).added == 0
        with empty(fresh, tmp_path / f"{format}.db") as other:
            assert bring(other, "starter", look(out.path)).added == 3
            assert dialogs(other) == dialogs(store)
    assert "'=cmd" in sent(store, tmp_path, "csv").path.read_text()


def test_a_correction_is_a_pair_and_a_thumb_down_is_never_what_is_wanted(store: Store, tmp_path: Path) -> None:
    talk = talked(store)
    store.corrections.add(talk.a, "Paris.")
    store.ratings.add(talk.b, False)
    pairs, wanted = (sent(store, tmp_path, format, name=format) for format in ("openai-dpo", "openai-sft"))
    (pair,) = map(json.loads, pairs.path.read_text().splitlines())
    assert [pair[key][0]["content"] for key in ("preferred_output", "non_preferred_output")] == [
        "Paris.",
        "It is Lyon.",
    ]
    assert "Paris, I think" not in wanted.path.read_text() and wanted.counts.left_out == {"rating": 1}


def test_a_rated_chat_line_never_leaves_for_training_with_its_bad_answer(store: Store, tmp_path: Path) -> None:
    line = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "bad"}], "label": False}
    good = {"messages": [{"role": "user", "content": "p"}, {"role": "assistant", "content": "ok"}], "label": True}
    (tmp_path / "thumbs.jsonl").write_text(json.dumps(line) + "\n" + json.dumps(good))
    bring(store, "starter", look(tmp_path / "thumbs.jsonl"))
    assert json.loads(sent(store, tmp_path, "openai-sft").path.read_text()) == {"messages": good["messages"]}


def test_a_card_says_what_the_file_holds(store: Store, tmp_path: Path) -> None:
    talk = talked(store)
    store.corrections.add(talk.a, "Paris.")
    wish = Wish(licence="cc-by-4.0", view="Mine")
    out = send(store, lambda: everything(store), tmp_path / "a.jsonl.gz", "openai-sft", wish)
    card = out.card.read_text()
    assert card.startswith('---\nlicense: "cc-by-4.0"\nsize: 1\n') and "View: Mine." in card
    assert hashlib.sha256(out.path.read_bytes()).hexdigest() == out.sha256 in card
    assert "kinds: correction 1" in card and "states: waiting 1" in card and "sources: said here" in card
    again = send(store, lambda: everything(store), tmp_path / "b.jsonl.gz", "openai-sft")
    assert again.sha256 == out.sha256, "no date, no name in it"


def test_an_export_that_fails_or_is_stopped_leaves_the_file_that_was_there(store: Store, tmp_path: Path) -> None:
    rows = [{"prompt": f"q{n}", "completion": "a"} for n in range(1_001)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    bring(store, "starter", look(tmp_path / "rows.jsonl"))
    out = tmp_path / "out.csv"
    out.write_text("old")
    with pytest.raises(Cancelled):
        send(store, lambda: everything(store), out, "csv", on_progress=lambda rows: False)
    with pytest.raises(InputError, match="Nothing of it fits hh: left out correction"):
        send(store, lambda: everything(store), out, "hh")
    with pytest.raises(InputError, match="no format"):
        send(store, lambda: [], out, "xml")
    assert out.read_text() == "old" and not list(tmp_path.glob(".*part"))
    with pytest.raises(InputError, match="cannot be written"):
        send(store, lambda: everything(store), tmp_path / "nowhere" / "a.csv", "csv")


def corrected(store: Store, count: int) -> list[str]:
    """The ids of answers that were corrected, each to a question of its own."""
    made = []
    for n in range(count):
        talk = talked(store, f"Where is office {n} of ministry {n} in town {n}?")
        store.corrections.add(talk.a, f"In street {n}.")
        made.append(talk.a)
    return made


@pytest.mark.parametrize("format", ["openai-sft", "csv", "parquet", "alpaca"])
def test_a_split_is_two_files_that_together_are_the_whole(
    store: Store, fresh: Path, tmp_path: Path, format: str
) -> None:
    corrected(store, 40)
    whole = sent(store, tmp_path, format)
    path = tmp_path / f"split.{ENDINGS.get(format, 'jsonl')}"
    out = send(store, lambda: everything(store), path, format, Wish(share=0.25))
    train, judges = out.files
    assert (train.split, judges.split) == ("train", "eval") and judges.path.name.startswith("split.eval.")
    assert train.rows + judges.rows == 40 == whole.counts.rows and judges.rows > 3
    assert f"{train.rows:,} train, {judges.rows:,} eval, by group" in out.card.read_text()
    assert "split: test" in out.card.read_text()
    with empty(fresh, tmp_path / "other.db") as other:
        assert bring(other, "starter", look(judges.path)).added == judges.rows
        assert bring(other, "starter", look(train.path)).added == train.rows
        assert bring(other, "starter", look(whole.path)).added == 0
    again = send(store, lambda: everything(store), path.with_stem("again"), format, Wish(share=0.25))
    assert [file.sha256 for file in again.files] == [file.sha256 for file in out.files]


def test_too_few_for_a_split_all_train(store: Store, tmp_path: Path) -> None:
    corrected(store, 1)
    out = send(store, lambda: everything(store), tmp_path / "out.jsonl", "openai-sft", Wish(share=1e-9))
    assert [file.rows for file in out.files] == [1] and "too few groups" in out.card.read_text()
    assert not (tmp_path / "out.eval.jsonl").exists() and not list(tmp_path.glob(".*part"))


def test_synthetic_wordings_leave_only_where_they_are_wanted_and_say_what_they_are(
    store: Store, tmp_path: Path
) -> None:
    answers = corrected(store, 40)
    for answer in answers:
        store.wordings.add(answer, [f"And the one of {answer}?"], "paraphrase", "starter")
    store.wordings.decide([wording.id for wording in store.wordings.list(limit=-1)][1:], "approved")
    plain = sent(store, tmp_path, "trl-preference")
    assert (plain.counts.synthetic, plain.counts.synthetic_left, plain.counts.rows) == (0, 39, 40)
    assert "written by people: 40; synthetic wordings: 0, 39 left out" in plain.card.read_text()
    wish = Wish(share=0.25, synthetic=True)
    out = send(store, lambda: everything(store), tmp_path / "all.jsonl", "trl-preference", wish)
    train, judges = (list(map(json.loads, file.path.read_text().splitlines())) for file in out.files)
    marked = [line for line in train if line.get("synthetic")]
    assert len(marked) == out.counts.synthetic and out.counts.synthetic + out.counts.synthetic_left == 39
    assert len(train) - len(marked) + len(judges) == 40 and not [line for line in judges if "synthetic" in line]
    assert marked[0]["prompt"][0]["content"].startswith("And the one of")
    assert f"synthetic wordings: {len(marked)}, only in train" in out.card.read_text()
    wish = Wish(synthetic=True)
    table = send(store, lambda: everything(store), tmp_path / "all.csv", "csv", wish)
    assert table.path.read_text().count("synthetic") == 39 and table.counts.rows == 79
    bare = send(store, lambda: everything(store), tmp_path / "sft.jsonl", "openai-sft", wish)
    assert "synthetic" not in bare.path.read_text() and bare.counts.rows == 79
