"""Files of any kind are read a row at a time, and nothing that a file holds can do more than be a fault."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.dataset import files
from understudy.dataset.files import FileKind, Rows
from understudy.dataset.jsonl import MOST_LINE, Line
from understudy.dataset.parquet import write_parquet
from understudy.dataset.table import neutral, restored, write_table
from understudy.errors import InputError

ROWS = [{"prompt": "q1", "answer": "a1"}, {"prompt": "q2\u2028ü", "answer": 'a "2"\nand more'}]


def read(path: Path, data: bytes | str, encoding: str = "") -> list[Line]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(Rows(path, encoding))


def fields(lines: list[Line]) -> list[object]:
    return [line.fields for line in lines]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.jsonl", "\n".join(json.dumps(row) for row in ROWS), FileKind.JSONL),
        ("a.txt", "\r\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS), FileKind.JSONL),
        ("a.json", json.dumps(ROWS), FileKind.JSON),
        ("a.json", json.dumps(ROWS, indent=2), FileKind.JSON),
        ("a.json", json.dumps({"data": ROWS, "version": 1}), FileKind.JSON),
        ("a.csv", "".join(write_table(ROWS, ["prompt", "answer"], ",")), FileKind.TABLE),
        ("a.csv", "".join(write_table(ROWS, ["prompt", "answer"], ";")), FileKind.TABLE),
        ("a.tsv", "".join(write_table(ROWS, ["prompt", "answer"], "\t")), FileKind.TABLE),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gz"])
def test_the_same_rows_come_from_every_kind_of_file(
    tmp_path: Path, name: str, text: str, kind: FileKind, encoding: str
) -> None:
    data = gzip.compress(text.encode()) if encoding == "gz" else text.encode(encoding)
    assert fields(read(tmp_path / name, data)) == ROWS
    assert Rows(tmp_path / name).kind is kind


def test_a_parquet_file_gives_its_rows_without_what_is_null(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", [*ROWS, {"prompt": "q3", "tags": ["x"]}], ["prompt", "answer", "tags"])
    rows = Rows(tmp_path / "a.parquet")
    assert fields(list(rows)) == [*ROWS, {"prompt": "q3", "tags": '["x"]'}]
    assert rows.kind is FileKind.PARQUET and rows.share == 1.0


def test_messages_in_parquet_are_lines_of_chat(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    line = {"messages": [{"role": "user", "content": "x", "weight": None}, {"role": "assistant", "content": "y"}]}
    parquet.write_table(pyarrow.Table.from_pylist([line]), tmp_path / "a.parquet")
    (found,) = Rows(tmp_path / "a.parquet")
    assert found.fields == {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}


def test_faults_have_the_line_they_stand_in(tmp_path: Path) -> None:
    pretty = json.dumps([ROWS[0], 5, ROWS[1]], indent=1)
    assert [line.number for line in read(tmp_path / "a.json", pretty)] == [2, 6, 7]
    table = 'prompt,answer\n"two\nlines",a\nq,a,too many\nq,b\n'
    lines = read(tmp_path / "a.csv", table)
    assert [(line.number, bool(line.fault)) for line in lines] == [(2, False), (4, True), (5, False)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a": 1, "a": 2}', "comes twice"),
        (b'{"a": NaN}', "no number"),
        (b'{"a": 1e999}', "too large a number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"a": ' + b"[" * 100_000, "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[1, 2]", "no object"),
    ],
)
def test_a_bad_line_is_a_fault_and_the_next_is_read(tmp_path: Path, data: bytes, words: str) -> None:
    bad, good = read(tmp_path / "a.jsonl", b'{"n": 0}\n' + data + b'\n{"ok": 1}')[1:]
    assert words in bad.fault and bad.fields is None and good.fields == {"ok": 1}


def test_a_list_that_breaks_off_gives_what_came_before_and_says_so(tmp_path: Path) -> None:
    good, bad = read(tmp_path / "a.json", json.dumps(ROWS)[:40])
    assert good.fields == ROWS[0] and "nothing after it was read" in bad.fault


def test_a_packed_file_that_breaks_off_says_so(tmp_path: Path) -> None:
    data = gzip.compress("".join(json.dumps({"n": n}) + "\n" for n in range(20_000)).encode())
    lines = read(tmp_path / "a.jsonl.gz", data[: len(data) // 2])
    assert len(lines) > 100 and "cannot be read" in lines[-1].fault
    assert all(line.fields is not None for line in lines[:-1])


def test_a_line_of_a_hundred_megabytes_is_passed_over_without_being_held(tmp_path: Path) -> None:
    with (tmp_path / "a.jsonl").open("wb") as file:
        file.write(b'{"n": 1}\n{"n": "')
        file.seek(100 << 20)
        file.write(b'"}\n{"n": 3}\n')
    tracemalloc.start()
    try:
        lines = list(Rows(tmp_path / "a.jsonl"))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [line.fields for line in lines] == [{"n": 1}, None, {"n": 3}] and [x.number for x in lines] == [1, 2, 3]
    assert most < 4 * MOST_LINE


def test_a_packed_file_that_grows_like_a_trap_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_SMALL", 1 << 20)
    data = gzip.compress(b'{"n": 1}\n' + b" " * (8 << 20) + b"\n")
    *_, last = read(tmp_path / "a.jsonl.gz", data)
    assert "unpacks to more than" in last.fault


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.jsonl", b"", "is empty"),
        ("a.jsonl", b"\n \n", "is empty"),
        ("a.zip", b"PK\x03\x04xxxx", "Unpack it"),
        ("a.csv", b"a,a\n1,2\n", "there twice"),
        ("a.parquet", b"PAR1 and nothing", "Parquet"),
        ("a.jsonl.gz", b"\x1f\x8bnothing", "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(tmp_path / name, data)


def test_a_folder_a_device_and_an_unknown_encoding_are_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InputError, match="cannot be read"):
            Rows(path)
    with pytest.raises(InputError, match="is empty"):
        Rows(Path("/dev/null"))
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    for encoding in ("klingon", "hex"):
        with pytest.raises(InputError, match="no encoding"):
            Rows(tmp_path / "a.csv", encoding)


def test_a_table_in_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    data = "frage;antwort\nGrüße?;Ja\nx;y\n".encode("cp1252")
    bad, good = read(tmp_path / "a.csv", data)
    assert "not UTF-8" in bad.fault and good.fields == {"frage": "x", "antwort": "y"}
    assert fields(read(tmp_path / "a.csv", data, "cp1252"))[0] == {"frage": "Grüße?", "antwort": "Ja"}


@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-cmd", "@SUM", "\t=1", "'=1", "''@x", "＝1", "\n=1", "=HYPERLINK(1)"])
def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text(cell: str) -> None:
    assert neutral(cell) == f"'{cell}" and restored(neutral(cell)) == cell


@pytest.mark.parametrize("cell", ["-5", "+1.5", "-1,000", "5%", "a=b", "'tis", "", "'"])
def test_numbers_and_plain_texts_stay_as_they_are(cell: str) -> None:
    assert neutral(cell) == cell == restored(cell)


@given(st.text(alphabet=st.one_of(st.sampled_from("'=+-@\t\r\n\"5,;a"), st.characters(codec="utf-8")), max_size=12))
@settings(max_examples=300, deadline=None)
def test_every_cell_comes_back_from_a_table_and_none_is_run(text: str) -> None:
    assert restored(neutral(text)) == text
    assert not neutral(text).startswith(("=", "@", "\t", "\r", "＝"))


@given(data=st.binary(max_size=400), name=st.sampled_from(["a.jsonl", "a.json", "a.csv", "a.tsv", "a.gz", "a.parquet"]))
@settings(max_examples=120, deadline=None)
def test_no_bytes_make_more_than_faults(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    path = tmp_path_factory.getbasetemp() / name
    with suppress(InputError):
        assert all(line.fields is not None or line.fault for line in read(path, data))
