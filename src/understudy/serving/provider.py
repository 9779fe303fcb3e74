"""Providers and compatible servers: what differs between them, as values, and the address that names a remote model.

All speak Chat Completions with small differences, so there is one client (`remote`) and a profile for each: which
variable holds the key, which keys of a request are understood, how a training job is asked for. An address is
`openai:gpt-4.1-mini`, `azure:deployment`, `nebius:model`, or for any other server its base URL and the model's name
after a #: `http://127.0.0.1:8000/v1#qwen3`. A key is read from the environment or `.env` at the moment it is used. It
is in no value here, so that it cannot reach the store, a log, an export or the page.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values

from understudy.errors import InputError, ModelError
from understudy.settings import is_loopback

ENV_FILE = ".env"
MODEL_FILE = "provider.json"
"""In the folder of a version that was trained at a provider: `{"model": its name there}`."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How one kind of server wants to be asked.

    `base_url` "" is told by `url_variable`, or by the address. `stores` is whether it knows `store`: where it does,
    false is always sent; other servers refuse unknown keys. `tokens_key` names the limit of an answer. `completions`
    is for servers that only know the legacy route. Of training: `method` is where hyperparameters go, `job_extras` keys
    that a job may have beside them, `bom` whether files begin with a byte order mark, `deploys` whether a finished
    model must be deployed at the provider before it answers, `expires` whether an upload may be told when to vanish,
    `legacy_lines` whether training files may hold `prompt` and `completion` (a server of one's own knows by itself),
    `gives_adapters` whether the weights of a finished job can be brought home.
    """

    id: str
    name: str
    base_url: str = ""
    url_variable: str = ""
    key_variable: str = "UNDERSTUDY_SERVER_KEY"
    needs_key: bool = True
    stores: bool = False
    tokens_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    completions: bool = False
    trains: bool = False
    method: Literal["method", "hyperparameters"] = "method"
    job_extras: tuple[str, ...] = ()
    bom: bool = False
    deploys: bool = False
    expires: bool = False
    legacy_lines: bool = False
    gives_adapters: bool = False


OPENAI = Profile(
    "openai", "OpenAI", "https://api.openai.com/v1/", key_variable="OPENAI_API_KEY", stores=True,
    tokens_key="max_completion_tokens", trains=True, expires=True,
)  # fmt: skip
AZURE = Profile(
    "azure", "Azure OpenAI", url_variable="AZURE_OPENAI_ENDPOINT", key_variable="AZURE_OPENAI_API_KEY", stores=True,
    tokens_key="max_completion_tokens", trains=True, job_extras=("trainingType",), bom=True, deploys=True,
)  # fmt: skip
NEBIUS = Profile(
    "nebius", "Nebius Token Factory", "https://api.tokenfactory.nebius.com/v1/", key_variable="NEBIUS_API_KEY",
    trains=True, method="hyperparameters", legacy_lines=True, gives_adapters=True,
    job_extras=("learning_rate", "lora", "lora_r", "lora_alpha", "packing", "context_length"),
)  # fmt: skip
COMPATIBLE = Profile("compatible", "a compatible server", needs_key=False, legacy_lines=True)
LEGACY = replace(COMPATIBLE, id="completions", name="a server with legacy completions", completions=True)
PROFILES = {profile.id: profile for profile in (OPENAI, AZURE, NEBIUS, COMPATIBLE, LEGACY)}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model at a server: the profile, where it is, and the model's name there."""

    profile: Profile
    base_url: str
    model: str

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or self.base_url

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine: then nothing leaves it."""
        return is_loopback(self.host)


def is_address(source: str) -> bool:
    """Whether a model's source is an address and not a folder or a hub id."""
    return source.partition(":")[0] in PROFILES or source.startswith(("http://", "https://"))


def endpoint_of(source: str) -> Endpoint:
    """The endpoint that an address means. Raises InputError for one that is incomplete."""
    kind, _, rest = source.partition(":")
    if kind in ("http", "https"):
        return _elsewhere(COMPATIBLE, source)
    profile = PROFILES.get(kind)
    if profile is None or not rest.strip():
        raise InputError(f"{source!r} names no model. Write openai:MODEL, azure:DEPLOYMENT, nebius:MODEL or URL#MODEL.")
    if profile in (COMPATIBLE, LEGACY):
        return _elsewhere(profile, rest)
    return Endpoint(profile, _base_url(profile), rest.strip())


def server_of(text: str) -> Endpoint:
    """A server without a model: a profile's id, a base URL, or `completions:URL`. Raises InputError."""
    text = text.strip()
    kind, _, rest = text.partition(":")
    if kind in PROFILES and rest:
        return replace(endpoint_of(f"{kind}:{rest.partition('#')[0]}#-"), model="")
    named = PROFILES.get(text)
    if named is not None and named not in (COMPATIBLE, LEGACY):
        return Endpoint(named, _base_url(named), "")
    return replace(endpoint_of(f"{text.partition('#')[0]}#-"), model="")


def address_of(server: Endpoint, model: str) -> str:
    """The address of a model at `server`: what `endpoint_of` reads back."""
    profile = server.profile
    if profile not in (COMPATIBLE, LEGACY):
        return f"{profile.id}:{model}"
    return f"{'completions:' if profile is LEGACY else ''}{server.base_url}#{model}"


def find_secret(variable: str) -> str | None:
    """The value of an environment variable, or of the same name in `.env`; None where it is empty or absent."""
    return os.environ.get(variable) or dotenv_values(ENV_FILE).get(variable) or None


def key_of(endpoint: Endpoint) -> str:
    """The key to send, never stored. Raises ModelError where one is needed and there is none."""
    key = find_secret(endpoint.profile.key_variable)
    if key is None and endpoint.profile.needs_key:
        raise ModelError(
            f"{endpoint.profile.name} needs a key. Set {endpoint.profile.key_variable} in the environment or in a file"
            f" {ENV_FILE} where the program starts, and start it again."
        )
    return key or "none"


def _base_url(profile: Profile) -> str:
    url = profile.base_url or (find_secret(profile.url_variable) if profile.url_variable else "")
    if not url:
        raise InputError(
            f"{profile.name} has an address of your own. Set {profile.url_variable} in the environment or in a file"
            f" {ENV_FILE}, for instance to https://NAME.openai.azure.com/openai/v1/."
        )
    return url


def _elsewhere(profile: Profile, source: str) -> Endpoint:
    url, _, model = source.partition("#")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not model.strip():
        raise InputError(f"{source!r} is no address of a model. Write its base URL, a # and its name: {_EXAMPLE}.")
    if parts.username or parts.password:
        raise InputError("An address must not hold a password. Set the server's key in the environment instead.")
    return Endpoint(profile, url, model.strip())


_EXAMPLE = "http://127.0.0.1:8000/v1#qwen3"
