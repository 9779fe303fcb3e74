"""A built Space goes to the hub: private first, so that its owner sees it before anybody else does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from understudy.errors import InputError
from understudy.playground.progress import counted
from understudy.playground.shipped_lessons import count_lessons
from understudy.playground.space_folder import check_space
from understudy.serving.seal import ON_A_SPACE

if TYPE_CHECKING:
    from huggingface_hub import HfApi

REPLACED = ("understudy/**", "version/**")
"""Files of an earlier build that go when the new one does not have them; what an owner added there stays."""


def push_space(folder: Path, repository: str, token: str, *, public: bool = False, texts: bool = False) -> str:
    """Upload `folder` as the Space owner/name; its address. Raises InputError.

    A new one is opened, if `public`, once it is whole. One that is public already is only updated by who says so: a
    version may repeat what was corrected in private. The `texts` of its lessons need a word of their own.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    from understudy.serving.hub import HTTPError

    check_space(folder)
    count = count_lessons(folder / ON_A_SPACE)
    if public and count and not texts:
        raise InputError(
            f"{folder} holds the texts of {counted(count, 'correction')}, for everybody to read. Add --texts to publish"
            " them, or build it --without-lessons."
        )
    api = HfApi(token=token)
    try:
        made = _made(api, repository)
        if not made and not public and not api.repo_info(repository, repo_type="space").private:
            raise InputError(f"The Space {repository} is public. Add --public to update it all the same.")
        api.upload_folder(
            repo_id=repository, repo_type="space", folder_path=folder, delete_patterns=list(REPLACED),
            ignore_patterns=["__pycache__/**", "**/__pycache__/**"], commit_message=f"Build {folder.name}",
        )  # fmt: skip
        if made and public:
            api.update_repo_settings(repository, repo_type="space", visibility="public")
    except (HfHubHTTPError, HTTPError, ValueError, OSError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")
        raise InputError(f"{repository} was not updated ({reason}). Check its name and your token.") from error
    return f"{api.endpoint}/spaces/{repository}"


def _made(api: HfApi, repository: str) -> bool:
    """Whether the Space was made now, private. Raises what the hub's library does."""
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        api.repo_info(repository, repo_type="space")
    except RepositoryNotFoundError:
        api.create_repo(repository, repo_type="space", space_sdk="gradio", visibility="private")
        return True
    return False
