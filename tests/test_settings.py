"""Where settings come from, which source wins, and what a person is told about a value that cannot be used."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from understudy.errors import SettingsError
from understudy.settings import Settings, load_settings, settings_table
from understudy.training.recipe import recipe_table

README = Path(__file__).parents[1] / "README.md"


def load(folder: Path, environ: dict[str, str] | None = None, **flags: Any) -> Settings:
    """Settings with `folder` as the working directory and, unless said otherwise, as the data folder."""
    return load_settings(flags, {"UNDERSTUDY_HOME": str(folder), **(environ or {})}, folder)


def test_a_fresh_start_serves_the_starter_on_this_machine(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert (settings.host, settings.port, settings.open_browser) == ("127.0.0.1", 7860, True)
    assert settings.base_model is None
    assert Settings().home == README.parent / "feedback_db"


def test_flags_win_over_variables_over_env_file_over_settings_file_over_defaults(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("port = 1\ntop_k = 1\nthreads = 1\nmax_tokens = 1\n")
    (tmp_path / ".env").write_text("UNDERSTUDY_PORT=2\nUNDERSTUDY_TOP_K=2\nUNDERSTUDY_THREADS=2\n")
    settings = load(tmp_path, {"UNDERSTUDY_PORT": "3", "UNDERSTUDY_TOP_K": "3"}, port="4")
    assert (settings.port, settings.top_k, settings.threads, settings.max_tokens) == (4, 3, 2, 1)
    assert settings.temperature == 0.7


def test_the_settings_file_lies_in_the_data_folder_that_was_chosen(tmp_path: Path) -> None:
    home = tmp_path / "elsewhere"
    home.mkdir()
    (home / "settings.toml").write_text("port = 8123\n")
    assert load(tmp_path, home=str(home)).port == 8123


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert load(tmp_path, {"UNDERSTUDY_PORT": "", "UNDERSTUDY_OPEN_BROWSER": ""}).port == 7860


def test_the_browser_stays_closed_with_a_zero(tmp_path: Path) -> None:
    assert load(tmp_path, {"UNDERSTUDY_OPEN_BROWSER": "0"}).open_browser is False


def test_a_home_with_a_tilde_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert load(tmp_path, home="~/words").home == tmp_path / "words"


BAD_VALUES = [
    ("feedback_repo", "feedback"),
    ("owners", "ada; bob"),
    ("curators", "ada,,bob"),
    ("home", __file__),
    ("host", "0.0.0.0"),
    ("host", "example.org"),
    ("listen", "perhaps"),
    ("hosts", "http://chat.example.org"),
    ("hosts", "chat.example.org:443"),
    ("port", "eighty"),
    ("port", "65536"),
    ("port", "-1"),
    ("open_browser", "perhaps"),
    ("window", "perhaps"),
    ("base_model", "   "),
    ("device", "abacus"),
    ("threads", "-2"),
    ("temperature", "hot"),
    ("temperature", "-0.1"),
    ("temperature", "nan"),
    ("top_p", "0"),
    ("top_k", "1.5"),
    ("repetition_penalty", "0"),
    ("max_tokens", "0"),
    ("approve", "later"),
    ("memory", "perhaps"),
    ("embedder", "   "),
    ("learn", "never"),
    ("learn_after_corrections", "0"),
    ("learn_after_others", "-1"),
    ("learn_quiet_s", "-1"),
    ("learn_weak", "perhaps"),
    ("personal", "perhaps"),
    ("scope", "nowhere"),
    ("answers_at_once", "0"),
    ("line", "none"),
    *((f"limit_{what}", "0") for what in ("waiting", "requests", "tokens", "characters", "conversations")),
    *((f"limit_{what}", "much") for what in ("upload", "address")),
    ("proxies", "proxy.example.org"),
    ("local_only", "maybe"),
    ("promote", "sometimes"),
    ("seed", "-1"),
    ("debug", "a little"),
]


@pytest.mark.parametrize(("name", "value"), BAD_VALUES)
def test_a_bad_variable_is_told_with_its_name_its_value_and_what_to_do(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as told:
        load(tmp_path, {f"UNDERSTUDY_{name.upper()}": value})
    assert re.search(
        rf"UNDERSTUDY_{name.upper()} is '{re.escape(value)}', but it must be .+\. Change it", str(told.value)
    )


def test_every_setting_can_be_wrong_in_a_test() -> None:
    assert {name for name, _ in BAD_VALUES} | {"system", "training"} == set(Settings.model_fields)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("flag", "--port is 'x'"),
        ("variable", "UNDERSTUDY_PORT is 'x'"),
        (".env", "UNDERSTUDY_PORT in {folder}/.env is 'x'"),
        ("file", "port in {folder}/settings.toml is 'x'"),
    ],
)
def test_a_bad_value_is_traced_to_its_source(tmp_path: Path, source: str, words: str) -> None:
    (tmp_path / ".env").write_text("UNDERSTUDY_PORT=x\n" if source == ".env" else "")
    (tmp_path / "settings.toml").write_text("port = 'x'\n" if source == "file" else "")
    with pytest.raises(SettingsError) as told:
        load(tmp_path, {"UNDERSTUDY_PORT": "x"} if source == "variable" else {}, port="x" if source == "flag" else None)
    assert words.format(folder=tmp_path) in str(told.value)


def test_all_bad_values_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as told:
        load(tmp_path, {"UNDERSTUDY_PORT": "x", "UNDERSTUDY_SEED": "y"})
    assert len(str(told.value).splitlines()) == 2


def test_a_misspelt_variable_is_recognised(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"UNDERSTUDY_PROT is not a setting\. Did you mean UNDERSTUDY_PORT\?"):
        load(tmp_path, {"UNDERSTUDY_PROT": "8000"})


def test_variables_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, {"UNDERSTUDYING": "1", "PORT": "9", "UNDERSTUDY_ELSEWHERE_TOKEN": "x"}).port == 7860


def test_the_training_table_is_merged_knob_by_knob(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[training]\nr = 8\nbeta = 0.2\nlast_layers = 0.5\n")
    (tmp_path / ".env").write_text("UNDERSTUDY_TRAINING_BETA=0.3\nUNDERSTUDY_TRAINING_R=4\n")
    training = load(tmp_path, {"UNDERSTUDY_TRAINING_R": "2", "UNDERSTUDY_TRAINING_BETA": ""}).training
    assert training == {"r": "2", "beta": "0.3", "last_layers": 0.5}


def test_a_training_table_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("training = 3\n")
    with pytest.raises(SettingsError, match=r"training in .* is '3', but it must be a table such as \[training\]"):
        load(tmp_path)


def test_a_misspelt_line_of_the_settings_file_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("prt = 8000\n")
    with pytest.raises(SettingsError, match=r"prt in .*settings\.toml is not a setting\. Did you mean port\?"):
        load(tmp_path)


def test_a_key_does_not_belong_in_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("openai_api_key = 'sk-secret'\n")
    with pytest.raises(SettingsError, match="environment") as told:
        load(tmp_path)
    assert "sk-secret" not in str(told.value)


def test_a_settings_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("port: 8000\n")
    with pytest.raises(SettingsError, match=r"settings\.toml cannot be read as TOML"):
        load(tmp_path)


def test_an_env_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"UNDERSTUDY_PORT=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        load(tmp_path)


def test_the_readme_has_exactly_the_generated_table() -> None:
    between = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", README.read_text(encoding="utf-8"), re.S)
    assert between is not None, "README.md needs <!-- settings --> and <!-- /settings --> around the table"
    assert between[1] == settings_table(), "run `python -m understudy.settings` and paste its output into README.md"


def test_the_readme_has_exactly_the_generated_table_of_the_recipe() -> None:
    between = re.search(r"<!-- recipe -->\n(.*?)\n<!-- /recipe -->", README.read_text(encoding="utf-8"), re.S)
    assert between is not None, "README.md needs <!-- recipe --> and <!-- /recipe --> around the table"
    assert between[1] == recipe_table(), "run `python -m understudy.training.recipe` and paste its output"
