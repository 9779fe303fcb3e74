"""The catalogue's dates, prices and the rules that follow, with the clock at the days around the end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from understudy.errors import SettingsError
from understudy.serving.catalogue import BUNDLED, Catalogue, Listed, Provider, in_days, job_gate, read_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue()


def gate_of(
    catalogue: Catalogue, model: str, today: date, host: str = "api.openai.com"
) -> tuple[bool, str, int | None]:
    provider = catalogue.find_provider(host)
    assert provider is not None
    found = job_gate(provider, catalogue.find(provider.id, model), today)
    return found.open, found.sentence, found.days_left


@pytest.mark.parametrize(
    ("day", "may", "words", "left"),
    [
        (date(2026, 11, 21), True, "its last training job in 46 days, on 2027-01-06", 54),
        (date(2027, 1, 5), True, "its last training job tomorrow, on 2027-01-06", 9),
        (date(2027, 1, 6), True, "Today is the last day", 8),
        (date(2027, 1, 7), False, "has taken no new training jobs since 2027-01-06", 7),
        (date(2027, 1, 13), False, "has taken no new training jobs", 1),
        (date(2027, 1, 14), False, "shut down today, on 2027-01-14", 0),
        (date(2027, 1, 15), False, "were shut down yesterday, on 2027-01-14", -1),
    ],
)
def test_a_job_at_openai_may_begin_until_the_last_day_and_never_after(
    catalogue: Catalogue, day: date, may: bool, words: str, left: int
) -> None:
    opened, sentence, days_left = gate_of(catalogue, "gpt-4.1-mini", day)
    assert (opened, days_left) == (may, left) and words in sentence
    assert "local" in sentence or may


def test_an_open_gate_says_on_which_day_the_bought_model_ends(catalogue: Catalogue) -> None:
    _, sentence, _ = gate_of(catalogue, "gpt-4o-mini-2024-07-18", date(2027, 1, 5))
    assert "every fine-tuned version of it are shut down in 9 days, on 2027-01-14" in sentence


def test_other_hosts_go_on_after_openai_has_closed(catalogue: Catalogue) -> None:
    opened, sentence, _ = gate_of(catalogue, "gpt-4.1-mini", date(2027, 1, 15), "mine.openai.azure.com")
    assert opened and "at least until 2027-04-14" in sentence
    assert job_gate(None, None, date(2030, 1, 1)).open
    nebius = catalogue.find_provider("api.tokenfactory.nebius.com")
    assert job_gate(nebius, None, date(2030, 1, 1)).open


def test_a_date_that_is_only_the_earliest_never_closes(catalogue: Catalogue) -> None:
    opened, sentence, _ = gate_of(catalogue, "gpt-4.1", date(2028, 1, 1), "mine.openai.azure.com")
    assert opened and "nothing is known after that" in sentence


def test_a_model_that_is_dead_or_not_trained_is_refused(catalogue: Catalogue) -> None:
    opened, sentence, _ = gate_of(catalogue, "gpt-3.5-turbo", date(2026, 11, 21))
    assert not opened and "29 days ago" in sentence
    opened, sentence, _ = gate_of(catalogue, "gpt-6-luna", date(2026, 11, 21))
    assert not opened and "does not train" in sentence


def test_a_fine_tuned_model_has_its_base_s_dates_and_its_own_prices(catalogue: Catalogue) -> None:
    name = "ft:gpt-4o-mini-2024-07-18:acme:shop:Ab12:ckpt-step-90"
    listed = catalogue.find("openai", name)
    assert listed is not None and listed.shutdown == date(2027, 1, 14)
    assert catalogue.prices("openai", name).input == 0.30
    assert catalogue.prices("openai", "gpt-4o-mini").input is None, "the base's own price is not in the sources"
    assert catalogue.prices("openai", "no-such-model").output is None


@pytest.mark.parametrize(
    ("told", "counts"),
    [(date(2026, 12, 31), date(2026, 12, 31)), (date(2027, 6, 1), date(2027, 1, 14)), (None, date(2027, 1, 14))],
)
def test_the_date_that_the_api_tells_counts_where_it_is_earlier(
    catalogue: Catalogue, told: date | None, counts: date
) -> None:
    listed = catalogue.find("openai", "gpt-4.1")
    assert listed is not None and listed.until(told).shutdown == counts


def test_a_date_that_the_api_tells_closes_a_gate_that_was_only_the_earliest() -> None:
    listed = Listed(provider="p", id="m", methods=("supervised",), shutdown=date(2027, 10, 1), dates_are_earliest=True)
    told = listed.until(date(2027, 2, 1))
    assert not job_gate(Provider(id="p", name="P"), told, date(2027, 2, 1)).open


def test_every_fact_that_costs_money_or_ends_something_names_a_source(catalogue: Catalogue) -> None:
    for facts in (*catalogue.providers, *catalogue.models):
        assert set(facts.sources.values()) <= catalogue.sources.keys(), facts.id
        for field in ("last_job", "shutdown"):
            if getattr(facts, field, None) is not None:
                assert catalogue.source(facts, field) is not None, (facts.id, field)
        for field in ("prices", "tuned_prices"):
            if any(dict(getattr(facts, field, {})).values()):
                assert catalogue.source(facts, field) is not None, (facts.id, field)
    names = [(m.provider, name) for m in catalogue.models for name in (m.id, *m.aliases)]
    assert len(names) == len(set(names)), "a name stands for one entry"


def test_the_age_is_said_and_an_old_catalogue_asks_for_a_look(catalogue: Catalogue) -> None:
    assert catalogue.age(catalogue.checked) == f"Dates and prices were checked on {catalogue.checked}, today."
    assert "1 day ago." in catalogue.age(date(2026, 11, 21))
    assert "provider's own page" in catalogue.age(date(2027, 1, 15))


def test_a_person_s_file_is_laid_over_value_by_value(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_text(
        'checked = 2026-12-01\n[[models]]\nprovider = "openai"\nid = "gpt-4.1-2025-04-14"\nshutdown = 2027-03-01\n'
        '[[models]]\nprovider = "mine"\nid = "qwen"\nmethods = ["supervised"]\n'
        '[[providers]]\nid = "mine"\nname = "My server"\nhosts = ["gpu.example"]\n',
        encoding="utf-8",
    )
    read = read_catalogue(tmp_path)
    changed = read.find("openai", "gpt-4.1")
    assert changed is not None and changed.shutdown == date(2027, 3, 1)
    assert changed.tuned_prices.training == 25.0, "what the file does not say stays"
    assert read.find("mine", "qwen") is not None and read.find_provider("GPU.example") is not None
    assert read.checked == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("models = 3 =", "cannot be read as TOML"),
        ("models = 3", "are lists"),
        ('[[models]]\nid = "x"\n', "lacks provider or id"),
        ('[[models]]\nprovider = "openai"\nid = "x"\nshutdwn = 2027-01-01\n', "shutdwn"),
        ('[[models]]\nprovider = "openai"\nid = "x"\ntuned_prices = { input = -1.0 }\n', "tuned_prices.input"),
    ],
)
def test_a_fault_in_a_person_s_file_is_a_sentence_that_names_it(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "catalogue.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=words) as caught:
        read_catalogue(tmp_path)
    assert "catalogue.toml" in str(caught.value)


def test_days_are_words() -> None:
    assert [in_days(days) for days in (2, 1, 0, -1, -2)] == [
        "in 2 days",
        "tomorrow",
        "today",
        "yesterday",
        "2 days ago",
    ]


def test_the_bundled_file_lies_in_the_package() -> None:
    assert BUNDLED.is_file() and BUNDLED.parent.name == "serving"
