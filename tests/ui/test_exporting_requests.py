"""What the page may ask about exports of versions, on models that have none to give: every refusal is a sentence."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.fake_hub import FakeHub
from understudy.playground.exporting import FORMS


def ended(ask: Any, job: str) -> Any:
    for _ in range(500):
        if (told := ask("version_export_state", job=job))["state"] != "running":
            return told
        time.sleep(0.02)
    raise AssertionError("it does not end")


def started(ask: Any, **changes: object) -> Any:
    how = {"number": 1, "form": "gguf", "dtype": "float32", "download": False, "licence": "", "lessons": True}
    return ask("version_export_start", **how | changes)


def test_a_page_is_told_the_forms_with_what_each_is_for(ask: Any) -> None:
    told = ask("version_exports", number=1)
    assert [form["name"] for form in told["forms"]] == list(FORMS) and all(form["words"] for form in told["forms"])
    assert {form["dtypes"][0] for form in told["forms"]} == {"float32"} and told["earlier"] == told["pushes"] == []
    assert "has no version v99" in ask("version_exports", number=99)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"number": 99}, "has no version v99 to export"),
        ({"form": "onnx"}, "There is no export as onnx. Forms: merged"),
        ({"dtype": "int4"}, "There is no gguf in int4"),
        ({"form": "merged", "dtype": "q8_0"}, "There is no merged in q8_0. It may be in float32, bfloat16"),
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


def pushed(ask: Any, **changes: object) -> Any:
    how = {"number": 1, "form": "adapter", "dtype": "float32", "repository": "ada/shop", "licence": "mit"}
    return ask("version_push_start", **how | {"public": False, "confirmed": True, "anyway": False} | changes)


def test_a_push_names_what_is_missing_before_anything_begins(
    ask: Any, fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("version_exports", number=1)["hub"]["problem"].startswith("Set HF_TOKEN, or sign in")
    assert "sign in with" in pushed(ask)
    monkeypatch.setenv("HF_TOKEN", "hf_ada")
    assert ask("version_exports", number=1)["hub"] == {"token": "HF_TOKEN", "problem": ""}
    assert "may share it" in pushed(ask, confirmed=False) and "licence" in pushed(ask, licence=" ")
    assert "is no name on the hub" in pushed(ask, repository="../etc") and isinstance(pushed(ask, public="yes"), str)
    assert "not known any more" in ask("version_push_state", job="nobody")
    assert "not known any more" in ask("version_push_stop", job="nobody") and fake_hub.asked == []
    job = pushed(ask, number=99)["job"]
    for _ in range(500):
        if (told := ask("version_push_state", job=job))["state"] != "running":
            break
        time.sleep(0.02)
    assert told["state"] == "failed" and "has no version v99" in told["message"] and not fake_hub.repositories
