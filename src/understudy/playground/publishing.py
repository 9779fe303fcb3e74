"""An exported folder goes to a model repository on the hub: private, until its owner has read the card there.

A repository that is public already is only updated by somebody who says so: corrections may be in its weights.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from understudy.errors import InputError


class Hub(Protocol):
    """What is needed of `huggingface_hub.HfApi`."""

    def create_repo(self, repo_id: str, *, private: bool, exist_ok: bool) -> Any: ...

    def repo_info(self, repo_id: str) -> Any: ...

    def upload_folder(self, *, repo_id: str, folder_path: str, commit_message: str) -> Any: ...


def publish(folder: Path, repository: str, hub: Hub, *, public: bool = False) -> str:
    """Upload every file of `folder`; the address of the repository. Raises InputError."""
    from huggingface_hub.errors import HfHubHTTPError

    try:
        address = str(hub.create_repo(repository, private=not public, exist_ok=True))
        if not public and not hub.repo_info(repository).private:
            raise InputError(f"{repository} is public. Add --public to update it all the same, or name another one.")
        hub.upload_folder(repo_id=repository, folder_path=str(folder), commit_message=f"Add {folder.name}")
    except (HfHubHTTPError, ValueError, OSError) as error:
        raise InputError(f"{repository} was not updated ({error}). Check its name and your token.") from error
    return address


def hub_of(token: str) -> Hub:
    """The hub itself."""
    from huggingface_hub import HfApi

    api: Hub = HfApi(token=token)
    return api
