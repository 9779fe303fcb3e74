"""What the page may ask about exports of versions, on models that have none to give: every refusal is a sentence."""

from __future__ import annotations

import time
from typing import Any

import pytest

from understudy.playground.exporting import FORMS


def ended(ask: Any, job: str) -> Any:
    for _ in range(500):
        if (told := ask("version_export_state", job=job))["state"] != "running":
            return told
        time.sleep(0.02)
    raise AssertionError("it does not end")


def started(ask: Any, **changes: object) -> Any:
    how = {"number": 1, "form": "gguf", "dtype": "float32", "download": False, "licence": ""}
    return ask("version_export_start", **how | changes)


def test_a_page_is_told_the_forms_with_what_each_is_for(ask: Any) -> None:
    told = ask("version_exports", number=1)
    assert [form["name"] for form in told["forms"]] == list(FORMS) and all(form["words"] for form in told["forms"])
    assert told["dtypes"][0] == "float32" and told["earlier"] == []
    assert "has no version v99" in ask("version_exports", number=99)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"number": 99}, "has no version v99 to export"),
        ({"form": "onnx"}, "There is no export as onnx in float32"),
        ({"dtype": "int4"}, "There is no export as gguf in int4"),
    ],
)
def test_what_cannot_be_exported_fails_with_a_sentence(ask: Any, changes: dict[str, object], sentence: str) -> None:
    told = ended(ask, started(ask, **changes)["job"])
    assert told["state"] == "failed" and sentence in told["message"] and told["made"] is None and not told["file"]


def test_a_request_that_is_not_one_is_refused(ask: Any) -> None:
    assert "licence" in started(ask, licence="x" * 101)
    assert isinstance(started(ask, download="yes"), str) and isinstance(started(ask, number=-1), str)
    assert "not known any more" in ask("version_export_state", job="nobody")
    assert "not known any more" in ask("version_export_stop", job="nobody")
