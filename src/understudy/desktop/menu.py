"""The program in the menu of the system: which files that takes, on Linux, macOS and Windows.

What would be written is decided without touching a disk, for any system on any other, so that it can be read and
tested; `install` then writes it. Nothing needs an administrator, and `uninstall` removes exactly these files.
"""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from understudy.errors import UnderstudyError
from understudy.ui.installable import ICONS, STATIC

NAME, ID = "Understudy", "understudy"
COMMENT = "Chat with a language model and teach it"

_SHORTCUT = """
$link = (New-Object -ComObject WScript.Shell).CreateShortcut($env:UNDERSTUDY_LINK)
$link.TargetPath = $env:UNDERSTUDY_PROGRAM
$link.Arguments = $env:UNDERSTUDY_ARGUMENTS
$link.IconLocation = $env:UNDERSTUDY_ICON
$link.Description = $env:UNDERSTUDY_COMMENT
$link.Save()
"""
"""Makes a .lnk. Its values come as variables, so that no path can become a part of the script."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of an entry; `data` None is one that `Entry.command` makes."""

    path: Path
    data: bytes | None
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Entry:
    """All of a menu entry: `folder` is what belongs to it alone, `command` what is run once its files are there."""

    files: tuple[File, ...]
    folder: Path | None = None
    command: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


def entry(home: Path, system: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Entry:
    """What starts a window on the data folder `home` from the menu of `system` (as `sys.platform` names it)."""
    command = [*program(system), "--window", "--home", str(home)]
    if system == "win32":
        return _windows(command, environ)
    return _mac(command, environ) if system == "darwin" else _linux(command, environ)


def program(system: str = sys.platform) -> list[str]:
    """What starts Understudy: its script beside this Python, else Python itself; on Windows the one without console."""
    script = Path(sys.executable).with_name(ID)
    if system != "win32" and script.is_file():
        return [str(script)]
    quiet = Path(sys.executable).with_name("pythonw.exe")
    return [str(quiet if system == "win32" and quiet.is_file() else sys.executable), "-m", ID]


def install(made: Entry) -> list[Path]:
    """Write it, over an older one; the paths. Raises UnderstudyError."""
    try:
        for file in made.files:
            file.path.parent.mkdir(parents=True, exist_ok=True)
            if file.data is not None:
                file.path.write_bytes(file.data)
                file.path.chmod(file.mode)
        if made.command:
            variables = {**os.environ, **dict(made.variables)}
            subprocess.run(made.command, env=variables, check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise UnderstudyError(f"The menu entry could not be written ({error}). Nothing else was changed.") from error
    return [file.path for file in made.files]


def uninstall(made: Entry) -> list[Path]:
    """Remove it; the paths that were there. Raises UnderstudyError."""
    there = [file.path for file in made.files if file.path.exists()]
    try:
        for path in there:
            path.unlink()
        if made.folder is not None and made.folder.exists():
            shutil.rmtree(made.folder)
    except OSError as error:
        raise UnderstudyError(f"The menu entry could not be removed ({error}).") from error
    return there


def _linux(command: Sequence[str], environ: Mapping[str, str]) -> Entry:
    """A desktop entry and icons in the user's XDG folders (specifications of freedesktop.org)."""
    data = Path(environ.get("XDG_DATA_HOME") or Path(environ["HOME"]) / ".local" / "share")
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        f"Name={NAME}",
        f"Comment={COMMENT}",
        f"Exec={' '.join(map(quoted, command))}",
        f"Icon={ID}",
        f"StartupWMClass={ID}",
        "Categories=Utility;Education;",
        "Terminal=false",
    )
    text = "".join(f"{line}\n" for line in lines)
    icons = (
        File(data / f"icons/hicolor/{side}x{side}/apps/{ID}.png", (STATIC / name).read_bytes())
        for side, name in ICONS.items()
    )
    return Entry((File(data / "applications" / f"{ID}.desktop", text.encode()), *icons))


def quoted(argument: str) -> str:
    """An argument of `Exec`: quoted, then escaped as every string of a desktop entry, and `%` is no field code."""
    for character in '\\"`$':
        argument = argument.replace(character, f"\\{character}")
    return f'"{argument}"'.replace("\\", "\\\\").replace("%", "%%").replace("\n", "\\n")


def _mac(command: Sequence[str], environ: Mapping[str, str]) -> Entry:
    """An application bundle in the user's own Applications folder, whose program is a line of shell."""
    bundle = Path(environ["HOME"]) / "Applications" / f"{NAME}.app"
    facts = {
        "CFBundleName": NAME,
        "CFBundleDisplayName": NAME,
        "CFBundleIdentifier": f"local.{ID}",
        "CFBundleExecutable": ID,
        "CFBundleIconFile": f"{ID}.icns",
        "CFBundlePackageType": "APPL",
        "CFBundleShortVersionString": "1",
        "NSHighResolutionCapable": True,
    }
    inside = bundle / "Contents"
    files = (
        File(inside / "Info.plist", plistlib.dumps(facts)),
        File(inside / "MacOS" / ID, f"#!/bin/sh\nexec {shlex.join(command)}\n".encode(), 0o755),
        File(inside / "Resources" / f"{ID}.icns", (STATIC / "icon.icns").read_bytes()),
    )
    return Entry(files, folder=bundle)


def _windows(command: Sequence[str], environ: Mapping[str, str]) -> Entry:
    """A shortcut in the user's Start menu, made by the system's own scripting, and the icon it shows."""
    link = Path(environ["APPDATA"]) / "Microsoft" / "Windows" / "Start Menu" / "Programs" / f"{NAME}.lnk"
    icon = Path(environ["LOCALAPPDATA"]) / NAME / f"{ID}.ico"
    variables = {
        "UNDERSTUDY_LINK": str(link),
        "UNDERSTUDY_PROGRAM": command[0],
        "UNDERSTUDY_ARGUMENTS": subprocess.list2cmdline(command[1:]),
        "UNDERSTUDY_ICON": str(icon),
        "UNDERSTUDY_COMMENT": COMMENT,
    }
    shell = ("powershell", "-NoProfile", "-NonInteractive", "-Command", _SHORTCUT)
    files = (File(icon, (STATIC / "icon.ico").read_bytes()), File(link, None))
    return Entry(files, command=shell, variables=tuple(variables.items()))
