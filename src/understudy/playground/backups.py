"""Backups of everything, and the way back.

A backup is the database alone, or a ZIP archive of it with the folders of its versions. Restoring first makes such an
archive of what it replaces, so that restoring that one undoes it. Folders of versions never change: those that are here
stay as they are, and others are added.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from understudy.errors import NotFoundError, StoreError
from understudy.store import Store, restoring

DATABASE = "understudy.db"
REPLACED = "replaced"
"""Where in the data folder a restore keeps what it replaced."""


@dataclass(frozen=True, slots=True)
class Restored:
    """`aside` is the archive of what was there; `missing` are the versions whose folder is neither here nor came."""

    aside: Path | None
    missing: tuple[str, ...]


def back_up(store: Store, target: Path, *, adapters: bool = False) -> Path:
    """Copy everything to `target`, with the adapters as an archive. Never overwrites. Raises StoreError."""
    if not adapters:
        return store.backup(target)
    target = target.expanduser().absolute()
    if target.exists():
        raise StoreError(f"{target} exists already and was left as it is. Choose another name for the backup.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as made:
            copy = store.backup(Path(made) / DATABASE)
            _pack(copy, store, Path(made) / target.name)
            os.link(Path(made) / target.name, target)  # refuses a file that appeared meanwhile
    except OSError as error:
        raise StoreError(f"The backup {target} could not be written ({error}). Choose another place.") from error
    return target


def restore(backup: Path, database: Path) -> Restored:
    """Make the data folder of `database` what `backup` holds, and keep what was there. Raises StoreError."""
    backup = backup.expanduser().absolute()
    if not backup.is_file():
        raise NotFoundError(f"There is no file {backup}. Check the name of the backup.")
    database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=database.parent, prefix=".restore-") as made:
        source = restoring.staged(_unpacked(backup, Path(made)), Path(made))
        with Store.open(source) as store:
            folders = version_folders(store)
        aside = set_aside(database) if database.exists() else None
        try:
            restoring.replace(database, source)
        except StoreError:
            if aside is not None:
                aside.unlink()
            raise
        _add_folders(backup, database.parent, folders)
    return Restored(aside, tuple(name for name in folders if not (database.parent / name).is_dir()))


def version_folders(store: Store) -> list[str]:
    """The folders of all versions that lie in the data folder, relative to it; a person's own elsewhere stay there."""
    paths = [PurePosixPath(version.path.replace("\\", "/")) for version in store.versions.list() if not version.removed]
    return [str(path) for path in paths if not path.is_absolute() and ".." not in path.parts and ":" not in str(path)]


def set_aside(database: Path) -> Path:
    """An archive of everything that is here; of a database too damaged to read, the file itself, moved."""
    name = f"understudy-{datetime.now().astimezone():%Y-%m-%d-%H%M%S-%f}"
    folder = database.parent / REPLACED
    try:
        with Store.open(database) as store:
            return back_up(store, folder / f"{name}.zip", adapters=True)
    except StoreError as error:
        if not restoring.is_lost(error):
            raise
        folder.mkdir(exist_ok=True)
        return database.rename(folder / f"{name}.damaged.db")


def _pack(copy: Path, store: Store, target: Path) -> None:
    """Not compressed: weights would not become smaller."""
    target.touch(mode=0o600)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.write(copy, DATABASE)
        for folder in version_folders(store):
            for file in sorted((store.path.parent / folder).rglob("*")):
                if file.is_file() and not file.is_symlink():
                    archive.write(file, file.relative_to(store.path.parent).as_posix())


def _unpacked(backup: Path, folder: Path) -> Path:
    """The database of a backup: the file itself, or what an archive holds."""
    if not zipfile.is_zipfile(backup):
        return backup
    target = folder / DATABASE
    try:
        with zipfile.ZipFile(backup) as archive:
            _take(archive, archive.getinfo(DATABASE), target)
    except (KeyError, zipfile.BadZipFile, OSError) as error:
        raise StoreError(
            f"{backup} is no backup of Understudy, or is damaged ({error}). Nothing was restored."
        ) from error
    return target


def _add_folders(backup: Path, home: Path, folders: list[str]) -> None:
    """The folders that the archive's own database names, and that are not here yet: each whole or not at all."""
    if not zipfile.is_zipfile(backup):
        return
    with zipfile.ZipFile(backup) as archive:
        for folder in folders:
            members = list(_members(archive, folder))
            if not members or (home / folder).exists():
                continue
            part = home / f"{folder}.{os.getpid()}.part"
            for member in members:
                _take(archive, member, part / PurePosixPath(member.filename).relative_to(folder))
            part.rename(home / folder)


def _members(archive: zipfile.ZipFile, folder: str) -> Iterator[zipfile.ZipInfo]:
    """The files of an archive in `folder`, none that would leave it."""
    for member in archive.infolist():
        path = PurePosixPath(member.filename)
        if (
            path.is_relative_to(folder)
            and ".." not in path.parts
            and "\\" not in member.filename
            and not member.is_dir()
        ):
            yield member


def _take(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """One file of an archive, its checksum checked. A packed one is refused: it could be a thousand times its size."""
    if member.compress_type != zipfile.ZIP_STORED:
        raise StoreError(f"{archive.filename} is no backup of Understudy: {member.filename} is compressed.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
