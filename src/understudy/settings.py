"""What a person may set, where a value came from, and a sentence for every value that cannot be used.

Flags come before `UNDERSTUDY_*` variables, those before `.env`, that before `settings.toml` in the data folder, that
before the defaults. The sources are merged here rather than by a settings library, because each value has to
remember where it came from: "a port is ..." helps nobody who set it in four places. Secrets are not settings: a
provider's key is read from the environment or `.env` by the code that uses it, and is never written to a file.

`python -m understudy.settings` prints the table of the README.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import platformdirs
from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from understudy.errors import SettingsError
from understudy.types import Sampling

PREFIX = "UNDERSTUDY_"
TRAINING = PREFIX + "TRAINING_"
"""Variables of the training recipe: `UNDERSTUDY_TRAINING_R` is `r` of the `[training]` table."""
FILE_NAME = "settings.toml"
PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parents[1]
STARTER_INSIDE = Path(PACKAGE.name, "assets", "starter")
"""Where the starter lies beside the code when the program is no checkout: in a wheel, and in the folder of a Space."""
SAMPLING = Sampling()
NAMES = r"^[\w.-]*(, *[\w.-]+)*$"


def is_checkout() -> bool:
    """Whether the program runs from a checkout of its repository and not from an installed wheel."""
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "feedback_db").is_dir()


def default_home() -> Path:
    """Where feedback lives unless a person says otherwise: next to the code, or in the user's data folder."""
    return (
        CHECKOUT / "feedback_db" if is_checkout() else Path(platformdirs.user_data_dir("understudy", appauthor=False))
    )


def starter_folder() -> Path:
    """The bundled model: `assets/starter` of a checkout; a wheel carries the same folder inside the package."""
    return CHECKOUT / "assets" / "starter" if is_checkout() else PACKAGE.parent / STARTER_INSIDE


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def own_address(host: str, others: ValidationInfo) -> str:
    """`host` if it is this machine, or if others are let in: without that nobody signs in, so nobody else may come."""
    if not is_loopback(host) and not others.data.get("listen"):
        raise ValueError("not this machine")
    return host


def names(hosts: object) -> object:
    """`a,b` as a tuple of names in small letters."""
    parts = hosts.split(",") if isinstance(hosts, str) else hosts
    if isinstance(parts, list | tuple) and all(isinstance(part, str) for part in parts):
        return tuple(filter(None, (part.strip().lower() for part in parts)))
    return hosts


def host_name(host: str) -> str:
    """`host` if a browser could have it in its address, without scheme, port or path."""
    if not re.fullmatch(r"[a-z0-9_.-]+|[0-9a-f:]+", host):
        raise ValueError("not a host")
    return host


def network(address: str) -> str:
    """`address` if it is one, or a network of addresses."""
    ipaddress.ip_network(address)
    return address


def folder(path: Path) -> Path:
    """`path` made absolute; a file in its place is refused, a missing folder is made by the store."""
    path = path.expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ValueError("not a folder")
    return path


def setting(default: Any, description: str, must: str, **limits: Any) -> Any:
    """A field with the words for the README (`description`) and for a bad value (`must` be ...)."""
    return Field(default=default, description=description, json_schema_extra={"must": must}, **limits)


def whole(default: int | None, description: str, low: int, high: int) -> Any:
    """A field for a whole number in a range."""
    return setting(default, description, f"a whole number from {low} to {high}", ge=low, le=high)


def number(default: float, description: str, low: float, high: float) -> Any:
    """A field for a number in a range."""
    return setting(default, description, f"a number from {low:g} to {high:g}", ge=low, le=high)


class Settings(BaseModel):
    """Every setting, checked. `Settings()` is what a fresh start has."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    home: Annotated[Path, AfterValidator(folder)] = Field(
        default_factory=default_home,
        description="Data folder: the database and the trained versions",
        json_schema_extra={"must": "a folder, or a path where one can be made"},
    )
    listen: bool = setting(
        False, "Other machines may reach the page: with `hosts`, an owner's account, and signing in", "1 or 0"
    )
    hosts: Annotated[tuple[Annotated[str, AfterValidator(host_name)], ...], BeforeValidator(names)] = setting(
        (),
        "Names and addresses under which other machines reach the page, with commas between",
        "names or addresses with commas between, such as chat.example.org,192.168.1.5, without http:// and port",
    )
    host: Annotated[str, AfterValidator(own_address)] = setting(
        "127.0.0.1",
        "Address the page is served on; this machine only, and with `listen` 0.0.0.0 unless another is given",
        "an address of this machine such as 127.0.0.1; others may reach the page with --listen only",
    )
    port: int = whole(
        7860, "Port of the page; the next free one is taken, and said, when it is busy; 0 takes any", 0, 65535
    )
    open_browser: bool = setting(True, "Open the page in the browser at start", "1 or 0")
    window: bool = setting(
        False, "Open the page in a window of its own, and end with it; without one, in the browser", "1 or 0"
    )
    base_model: str | None = setting(
        None,
        "Base model: `starter`, the id of a model on the hub (`owner/name`), or a folder; "
        "without it the one last chosen on the page, at first the bundled starter",
        "the word starter, a hub id (owner/name) or a folder",
        min_length=1,
    )
    device: Literal["auto", "cpu", "cuda", "mps", "xpu"] = setting(
        "auto", "Where the model runs; `auto` measures and says why", "auto, cpu, cuda, mps or xpu"
    )
    threads: int = whole(0, "Processor threads for the model; 0 leaves the choice to torch", 0, 1024)
    system: str = setting("", "System prompt of a new conversation", "text")
    temperature: float = number(SAMPLING.temperature, "Sampling: 0 always takes the likeliest token", 0, 2)
    top_p: float = number(SAMPLING.top_p, "Sampling: likeliest tokens that make up this share; 1 is off", 0.01, 1)
    top_k: int = whole(SAMPLING.top_k, "Sampling: number of likeliest tokens; 0 is off", 0, 1000)
    repetition_penalty: float = number(
        SAMPLING.repetition_penalty, "Sampling: above 1 avoids what was said; 1 is off", 1, 2
    )
    max_tokens: int = whole(SAMPLING.max_tokens, "Longest answer, in tokens", 1, 8192)
    seed: int | None = whole(None, "Same seed, same answer; without it one is drawn per turn", 0, 2**31 - 1)
    approve: Literal["auto", "manual"] = setting(
        "auto", "Corrections: `auto` approves each at once, `manual` lets them wait for a person", "auto or manual"
    )
    memory: bool = setting(True, "Tuned columns recall approved corrections as notes in the prompt", "1 or 0")
    embedder: str = setting(
        "auto",
        "What finds remembered corrections: a sentence-transformers folder or hub id, `words` for word search alone, "
        "or `auto`, the bundled one where it is installed",
        "auto, words, a folder or a hub id",
        min_length=1,
    )
    learn: Literal["auto", "manual"] = setting(
        "auto", "Training starts by itself when there is enough new feedback, or only by hand", "auto or manual"
    )
    learn_after_corrections: int = whole(1, "Approved corrections that start a training run", 1, 100_000)
    learn_after_others: int = whole(8, "Votes and thumbs that start a training run", 1, 100_000)
    learn_quiet_s: float = number(20.0, "Seconds without new feedback before a run starts by itself", 0, 86_400)
    scope: Literal["near", "everywhere"] = setting(
        "near",
        "Where a version speaks: `near` what it learned, the base elsewhere, so that nothing there can break; "
        "or `everywhere`",
        "near or everywhere",
    )
    learn_weak: bool = setting(
        False,
        "Weak signals (going on from one answer, another attempt, an edited message) are learned too, as light votes",
        "1 or 0",
    )
    personal: bool = setting(
        False,
        "Visitors, too, may have an [understudy of their own](#an-understudy-of-ones-own), as curators and owners may",
        "1 or 0",
    )
    training: dict[str, Any] = setting(
        {}, "Training recipe, a value per knob; see [Training](#training)", "a table such as [training] with r = 8"
    )
    promote: Literal["auto", "manual"] = setting(
        "auto", "A version that passed its gate goes live by itself, or waits for a click", "auto or manual"
    )
    answers_at_once: int = whole(
        8, "Questions that a model answers at a time; the others wait in turn and see their place", 1, 256
    )
    line: int = whole(100, "Questions that may wait altogether", 1, 10_000)
    limit_waiting: int = whole(3, "Limit for one person: questions that wait", 1, 1000)
    limit_requests: int = whole(300, "Limit for one person: requests of the page a minute", 30, 1_000_000)
    limit_tokens: int = whole(200_000, "Limit for one person: tokens read and written a day", 1, 10**12)
    limit_characters: int = whole(2_000_000, "Limit for one person: characters of text in the database", 1000, 10**12)
    limit_conversations: int = whole(500, "Limit for one person: conversations", 1, 10**9)
    limit_upload: int = whole(50, "Limit for one person: megabytes of files sent a day", 1, 10**6)
    limit_address: int = whole(
        10, "People whose requests, tokens and files one address may have: an office behind one router", 1, 10_000
    )
    proxies: Annotated[tuple[Annotated[str, AfterValidator(network)], ...], BeforeValidator(names)] = setting(
        ("127.0.0.1", "::1"),
        "Proxies that are believed whose request they pass on, with commas between; on a Space its own is",
        "addresses or networks with commas between, such as 127.0.0.1,10.0.0.0/8",
    )
    local_only: bool = setting(
        False, "Nothing is ever sent to another machine: no provider, no download of a model", "1 or 0"
    )
    feedback_repo: str = setting(
        "",
        "On a Space: private dataset on the hub (owner/name) where what people say outlives a restart",
        "the name of a dataset, owner/name",
        pattern=r"^([\w.-]+/[\w.-]+)?$",
    )
    owners: str = setting(
        "",
        "On a Space: names on the hub, with commas, of who may train and set; without any, the Space's author",
        "names with commas between",
        pattern=NAMES,
    )
    curators: str = setting(
        "",
        "On a Space: names on the hub, with commas, of who may decide at the desk",
        "names with commas between",
        pattern=NAMES,
    )
    debug: bool = setting(False, "Show the traceback under the sentence when something fails", "1 or 0")

    @property
    def address(self) -> str:
        """Where the page is served: on every address of this machine when others may come and none was named."""
        return "0.0.0.0" if self.listen and "host" not in self.model_fields_set else self.host

    @property
    def database(self) -> Path:
        """The store's file in the data folder."""
        return self.home / "understudy.db"

    def sampling(self) -> Sampling:
        """The sampler's part of the settings."""
        return Sampling(self.temperature, self.top_p, self.top_k, self.repetition_penalty, self.max_tokens, self.seed)


class Given(NamedTuple):
    """A value as a source gave it, and the words that lead a person back to that source."""

    value: Any
    source: str


def variable(name: str) -> str:
    """`open_browser` as `UNDERSTUDY_OPEN_BROWSER`."""
    return PREFIX + name.upper()


def flag(name: str) -> str:
    """`base_model` as `--base-model`."""
    return "--" + name.replace("_", "-")


def load_settings(
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> Settings:
    """Settings from all sources; `flags` that are None were not given, `directory` is where `.env` may lie.

    Raises SettingsError with one sentence per value that cannot be used.
    """
    env_file = (directory or Path.cwd()) / ".env"
    given = merged(
        from_variables(read_env_file(env_file), f" in {env_file}"),
        from_variables(os.environ if environ is None else environ, ""),
        {name: Given(value, flag(name)) for name, value in (flags or {}).items() if value is not None},
    )
    home = check({name: given[name] for name in given.keys() & {"home"}}).home
    return check(merged(from_file(home / FILE_NAME), given))


def merged(*sources: Mapping[str, Given]) -> dict[str, Given]:
    """The last source that gives a value wins; the training table is merged knob by knob."""
    found: dict[str, Given] = {}
    for source in sources:
        for name, given in source.items():
            if name == "training" and name in found and isinstance(found[name].value, dict):
                given = Given({**found[name].value, **given.value}, given.source)
            found[name] = given
    return found


def from_variables(variables: Mapping[str, str | None], where: str) -> dict[str, Given]:
    """The settings among environment variables; an empty one counts as not set, a misspelt one is refused."""
    known = {variable(name): name for name in Settings.model_fields if name != "training"}
    recipe = {spelt for spelt in variables if spelt.startswith(TRAINING)}
    for spelt in variables.keys() - recipe:
        near = difflib.get_close_matches(spelt, known, 1, cutoff=0.85) if spelt.startswith(PREFIX) else []
        if near and spelt not in known:
            raise SettingsError(f"{spelt}{where} is not a setting. Did you mean {near[0]}?")
    found = {name: Given(variables[spelt], spelt + where) for spelt, name in known.items() if variables.get(spelt)}
    knobs = {spelt.removeprefix(TRAINING).lower(): variables[spelt] for spelt in recipe if variables[spelt]}
    return {**found, **({"training": Given(knobs, f"{TRAINING}*{where}")} if knobs else {})}


def read_env_file(path: Path) -> dict[str, str | None]:
    """The variables of a `.env` file, none when there is no such file."""
    try:
        return dotenv_values(path) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read ({error}). Correct it or move it away.") from error


def from_file(path: Path) -> dict[str, Given]:
    """The settings of a TOML file in the data folder, none when there is no such file."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}. Correct it or move it away.") from error
    known = Settings.model_fields.keys() - {"home"}
    for name in values.keys() - known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"Did you mean {near[0]}?" if near else "Remove it; keys of a provider belong in the environment."
        raise SettingsError(f"{name} in {path} is not a setting. {hint}")
    return {name: Given(value, f"{name} in {path}") for name, value in values.items()}


def check(given: Mapping[str, Given]) -> Settings:
    """Settings from merged values. Raises SettingsError naming value, source and next step."""
    try:
        return Settings(**{name: value for name, (value, _) in given.items()})
    except ValidationError as error:
        names = dict.fromkeys(str(item["loc"][0]) for item in error.errors())
        raise SettingsError("\n".join(sentence(name, *given[name]) for name in names)) from error


def sentence(name: str, value: Any, source: str) -> str:
    """What to tell a person about one bad value."""
    extra = Settings.model_fields[name].json_schema_extra
    must = extra["must"] if isinstance(extra, dict) else "valid"
    return f"{source} is {str(value)!r}, but it must be {must}. Change it, or leave it out for the default."


def settings_table() -> str:
    """The settings as a Markdown table, for the README."""
    rows = ["| Variable | Flag | Default | What it does |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        many = "_*" if name == "training" else ""
        row = (f"`{variable(name)}{many}`", f"`{spelt_flag(name)}`", spelt_default(name), field.description)
        rows.append(f"| {' | '.join(str(cell) for cell in row)} |")
    return "\n".join(rows)


def spelt_flag(name: str) -> str:
    """The flag as a person types it."""
    own = {
        "open_browser": "--no-browser",
        "window": "--window",
        "listen": "--listen",
        "seed": "--seed N",
        "training": "train --set NAME=VALUE",
    }
    return own.get(name, flag(name))


def spelt_default(name: str) -> str:
    """The default in words that are the same on every machine."""
    if name == "home":
        return "`feedback_db/` in a checkout, else the user's data folder"
    default = Settings.model_fields[name].default
    if isinstance(default, tuple):
        default = ",".join(default)
    return "" if default in (None, "", {}) else f"`{int(default) if isinstance(default, bool) else default}`"


if __name__ == "__main__":
    print(settings_table())
