"""A version goes to a model repository on the hub: exported, compared with itself, and only then sent.

What answers otherwise than the version stays here until somebody has seen how, and says so. A repository is made
private, and opened at the end where that was asked for; one that is public already is only updated by who says public.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.errors import InputError
from understudy.playground.export_jobs import Phases
from understudy.playground.exporting import Compared, VersionExports
from understudy.playground.tasks import Tasks
from understudy.playground.transfers import Transfers, clean
from understudy.serving.hub import HTTPError, Token, find_token, require_token
from understudy.serving.network import Network
from understudy.store import Push, Store

if TYPE_CHECKING:
    from huggingface_hub import HfApi

    from understudy.evaluation.decoding import Control

HUB = "the model hub"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent, and where to. `anyway`: also where its answers are not those of the version."""

    model: str
    number: int
    repository: str
    form: str
    dtype: str = "float32"
    licence: str = ""
    public: bool = False
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """`push` is None where the comparison kept it here; `sentence` says what happened."""

    compared: Compared
    push: Push | None
    sentence: str


class Publishing:
    """Reached as `playground.publishing`. The result of each of its `tasks` is `Published`."""

    def __init__(self, store: Store, exports: VersionExports, transfers: Transfers, network: Network) -> None:
        self._store, self._exports, self._transfers, self._network = store, exports, transfers, network
        self.tasks = Tasks("push-version", "Stopped. Nothing was sent.")

    def start(self, parcel: Parcel) -> str:
        """Begin in the background; returns the task to ask for. Raises InputError for what can be refused at once."""
        self._check(parcel)
        return self.tasks.start(lambda heard: self.push(parcel, Phases(heard)))

    def push(self, parcel: Parcel, control: Control) -> Published:
        """Export, compare and send. Raises InputError, ModelError, Cancelled."""
        token = self._check(parcel)
        hub = _hub(token)
        control.step("Asking the hub", 0)
        _look(hub, parcel)
        staged = self._transfers.add(f"{clean(parcel.model)}-v{parcel.number}-{parcel.form}")
        try:
            compared = self._exports.export(
                parcel.model, parcel.number, staged.path, parcel.form, parcel.dtype, parcel.licence, control,
                repository=parcel.repository,
            )  # fmt: skip
            if not parcel.anyway and (reason := _kept_here(compared)):
                return Published(compared, None, reason)
            control.step("Sending", 0)
            return self._send(hub, parcel, compared, staged.path)
        finally:
            self._transfers.drop(staged.id)

    def earlier(self, model: str, number: int) -> list[Push]:
        """Where a version was sent, newest first. Raises NotFoundError."""
        return self._store.pushes.list(self._exports.version(model, number).id)

    def account(self) -> tuple[str, str]:
        """Where the token of the hub comes from, and why nothing can be sent; one of them is empty."""
        try:
            self._network.check_host(HUB)
        except InputError as error:
            return "", str(error)
        token = find_token()
        return (token.source, "") if token else ("", "Set HF_TOKEN, or sign in with: hf auth login. Then begin again.")

    def _check(self, parcel: Parcel) -> Token:
        """What can be known without asking anybody. Raises InputError."""
        self._network.check_host(HUB)
        if parcel.form == "space":
            raise InputError("A Space is no model repository. Export it to a folder, then: understudy space push.")
        if not _is_name(parcel.repository):
            raise InputError(f"{parcel.repository!r} is no name on the hub. Write OWNER/NAME, such as ada/shop.")
        if not parcel.licence.strip():
            raise InputError("Under which licence? Look at that of the base, then name yours, such as apache-2.0.")
        return require_token()

    def _send(self, hub: HfApi, parcel: Parcel, compared: Compared, folder: Path) -> Published:
        """Recorded first, and how it ended afterwards."""
        export = compared.export
        push = self._store.pushes.add(
            export.version, export.id, parcel.repository, public=parcel.public, licence=parcel.licence
        )
        try:
            address, revision, private = _upload(hub, parcel, folder)
        except BaseException as error:
            self._store.pushes.finish(push, fault=str(error) or type(error).__name__)
            raise
        seen = "Only its owner sees it." if private else "Everybody sees it."
        push = self._store.pushes.finish(push, address=address, revision=revision)
        return Published(compared, push, f"Sent to {address}. {seen}")


def _hub(token: Token) -> HfApi:
    from huggingface_hub import HfApi

    return HfApi(token=token.value, library_name="understudy")


def _is_name(repository: str) -> bool:
    """Whether it is OWNER/NAME as the hub allows it; nothing else gets into an address."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(repository)
    except HFValidationError:
        return False
    return repository.count("/") == 1


def _kept_here(compared: Compared) -> str:
    """Why it is not sent without another word; "" where every answer is the same."""
    differing = sum(not line.same for line in compared.lines)
    if not compared.lines:
        return "Nothing was sent yet: the files were not compared with the version."
    return f"Nothing was sent yet: {differing} of {len(compared.lines)} answers differ." if differing else ""


def _look(hub: HfApi, parcel: Parcel) -> None:
    """Ask for what would refuse it later, before minutes are spent on it. Raises InputError."""
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        hub.whoami()
        _refuse_public(hub, parcel)
    except RepositoryNotFoundError:
        return
    except (HTTPError, ValueError, OSError) as error:
        raise _refused(parcel, error) from error


def _refuse_public(hub: HfApi, parcel: Parcel) -> bool:
    """Whether it is private. Raises InputError for a public one that nobody said public of."""
    private = bool(hub.repo_info(parcel.repository).private)
    if not private and not parcel.public:
        raise InputError(
            f"{parcel.repository} is public, so everybody would get it. Say that it is public, or name another one."
        )
    return private


def _upload(hub: HfApi, parcel: Parcel, folder: Path) -> tuple[str, str, bool]:
    """Address, commit, and whether it is private. A new one is opened once it is whole. Raises InputError."""
    try:
        made, address = _ensure(hub, parcel.repository)
        private = True if made else _refuse_public(hub, parcel)
        hub.upload_folder(repo_id=parcel.repository, folder_path=folder, commit_message=f"Add {folder.name}")
        if made and parcel.public:
            hub.update_repo_settings(parcel.repository, visibility="public")
            private = False
        return address, str(hub.repo_info(parcel.repository).sha or ""), private
    except (HTTPError, ValueError, OSError) as error:
        raise _refused(parcel, error) from error


def _ensure(hub: HfApi, repository: str) -> tuple[bool, str]:
    """Whether the repository was made now, private, and its address."""
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        hub.repo_info(repository)
    except RepositoryNotFoundError:
        return True, str(hub.create_repo(repository, private=True))
    return False, f"{hub.endpoint}/{repository}"


def _refused(parcel: Parcel, error: Exception) -> InputError:
    why = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return InputError(f"{parcel.repository} was not updated ({why}). Check its name, your token and the connection.")
