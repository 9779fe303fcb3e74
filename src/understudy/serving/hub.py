"""What is known of the hub without a download: a model's settings and sizes, and the token of who is signed in here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, get_token, hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, NotASafetensorsRepoError, RepositoryNotFoundError

from understudy.errors import DownloadError, InputError, ModelError
from understudy.serving.provider import find_secret

TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")

HTTPError: type[Exception] = next(base for base in HfHubHTTPError.__mro__ if base.__name__ == "HTTPError")
"""What the HTTP client of the hub's library raises; the client's name differs between its versions."""


def describe_remote(repo: str, endpoint: str | None = None) -> tuple[int, dict[str, Any]]:
    """Parameters and config of hub model `repo`. Raises DownloadError, or ModelError when it has no safetensors."""
    try:
        metadata = HfApi(endpoint=endpoint).get_safetensors_metadata(repo)
        config = json.loads(Path(hf_hub_download(repo, "config.json", endpoint=endpoint)).read_text(encoding="utf-8"))
    except NotASafetensorsRepoError as error:
        raise ModelError(f"{repo} offers no .safetensors weights, the only kind that is loaded here.") from error
    except HFValidationError as error:
        raise DownloadError(f"{repo!r} is neither a folder here nor a hub id such as owner/name. Check it.") from error
    except RepositoryNotFoundError as error:
        raise DownloadError(f"The hub has no public model {repo}. Check the spelling.") from error
    except (HfHubHTTPError, HTTPError, OSError, ValueError) as error:
        raise DownloadError(
            f"The hub cannot be reached, so nothing is known about {repo} yet. Try again later."
        ) from error
    return sum(metadata.parameter_count.values()), dict(config)


@dataclass(frozen=True, slots=True)
class Token:
    """The hub's token and, in words, where it was found. It is read where it is used, and never written anywhere."""

    value: str = field(repr=False)
    source: str


def find_token() -> Token | None:
    """From the environment or `.env`, else what the hub's own program keeps after `hf auth login`."""
    for name in TOKENS:
        if value := find_secret(name):
            return Token(value, name)
    value = get_token()
    return Token(value, "the login of the hub's own program") if value else None


def require_token() -> Token:
    """Raises InputError where nobody is signed in."""
    token = find_token()
    if token is None:
        raise InputError("The hub wants a token. Set HF_TOKEN, or sign in with: hf auth login. Then begin again.")
    return token
