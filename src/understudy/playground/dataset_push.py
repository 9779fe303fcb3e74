"""An exported file goes to a dataset on the hub: private, until its owner has read the card there.

File, eval file and card are one commit, and the card is checked before anything is sent: the dataset has all of it or
nothing. One that is public already is only updated by somebody who says so: people wrote what is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.errors import InputError
from understudy.playground.sending import Sent

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def push(sent: Sent, repository: str, hub: HfApi, *, public: bool = False) -> str:
    """Upload what was written; the address of the dataset. Raises `InputError`."""
    from huggingface_hub import CommitOperationAdd
    from huggingface_hub.errors import HfHubHTTPError

    from understudy.serving.hub import HTTPError

    files = {file.path.name: file.path for file in sent.files} | {"README.md": sent.card}
    try:
        address = str(hub.create_repo(repository, repo_type="dataset", private=not public, exist_ok=True))
        if not public and not hub.dataset_info(repository).private:
            raise InputError(f"{repository} is public. Add --public to update it all the same, or name another one.")
        hub.create_commit(
            repository,
            [CommitOperationAdd(name, str(path)) for name, path in files.items()],
            commit_message=f"Add {sent.path.name}",
            repo_type="dataset",
        )
    except (HfHubHTTPError, HTTPError, ValueError, OSError) as error:
        raise InputError(
            f"{repository} was not updated ({error}). {sent.path} is whole. Check the name, your token and the licence."
        ) from error
    return address
