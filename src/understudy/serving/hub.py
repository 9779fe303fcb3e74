"""What the hub tells about a model without a download: its settings and the sizes of its tensors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, NotASafetensorsRepoError, RepositoryNotFoundError

from understudy.errors import DownloadError, ModelError

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
