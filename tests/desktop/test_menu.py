"""The menu entry: what would be written on each system, and on this one for real."""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from understudy.desktop.menu import entry, install, quoted, uninstall

ENVIRON = {"HOME": "/home/ada", "APPDATA": "/ada/Roaming", "LOCALAPPDATA": "/ada/Local"}
HOSTILE = Path("/data/a b/\"quote\" $HOME `id` 100% \\ 'x'")


def desktop_file(home: Path) -> str:
    file = entry(home, "linux", ENVIRON).files[0]
    assert file.path == Path("/home/ada/.local/share/applications/understudy.desktop") and file.data is not None
    return file.data.decode()


def test_on_linux_it_is_a_desktop_entry_with_icons_of_their_sizes() -> None:
    lines = desktop_file(Path("/data")).splitlines()
    assert lines[0] == "[Desktop Entry]"
    assert next(line for line in lines if line.startswith("Exec=")).endswith('"--window" "--home" "/data"')
    for file in entry(Path("/data"), "linux", ENVIRON).files[1:]:
        side = int(file.path.parts[-3].partition("x")[0])
        assert "hicolor" in file.path.parts and file.path.name == "understudy.png"
        assert (
            file.data is not None and file.data.startswith(b"\x89PNG") and file.data[16:20] == side.to_bytes(4, "big")
        )


def test_no_path_can_become_a_part_of_a_desktop_entry() -> None:
    assert quoted('a"b') == '"a\\\\"b"'
    assert quoted("100%") == '"100%%"'
    assert len(desktop_file(Path("/data/a\nExec=evil")).splitlines()) == len(desktop_file(Path("/data")).splitlines())


@pytest.mark.skipif(shutil.which("gio") is None, reason="gio, which reads desktop entries as the menu does, is missing")
def test_the_menu_starts_the_program_with_the_path_as_it_is(tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = [sys.executable, "-c", f"import sys; open({str(told)!r}, 'w').write(sys.argv[1])", str(HOSTILE)]
    file = tmp_path / "try.desktop"
    line = " ".join(map(quoted, program))
    file.write_text(f"[Desktop Entry]\nType=Application\nName=Try\nExec={line}\n")
    subprocess.run(["gio", "launch", str(file)], check=True, timeout=30)
    for _ in range(100):
        if told.exists() and told.read_text():
            break
        time.sleep(0.1)
    assert told.read_text() == str(HOSTILE)


def test_on_a_mac_it_is_a_bundle_whose_program_gets_the_path_as_it_is() -> None:
    made = entry(HOSTILE, "darwin", ENVIRON)
    facts, program, icon = made.files
    assert made.folder == Path("/home/ada/Applications/Understudy.app") and facts.data and program.data and icon.data
    assert plistlib.loads(facts.data)["CFBundleExecutable"] == program.path.name
    assert program.mode == 0o755
    assert shlex.split(program.data.decode().splitlines()[1])[-1] == str(HOSTILE)
    assert icon.data.startswith(b"icns") and icon.path.name == plistlib.loads(facts.data)["CFBundleIconFile"]


def test_on_windows_it_is_a_shortcut_and_no_path_is_a_part_of_the_script() -> None:
    made = entry(HOSTILE, "win32", ENVIRON)
    assert [file.path.name for file in made.files] == ["understudy.ico", "Understudy.lnk"]
    assert made.files[1].data is None, "the script makes it"
    assert made.command[0] == "powershell" and not any(str(HOSTILE) in part for part in made.command)
    variables = dict(made.variables)
    assert subprocess.list2cmdline([str(HOSTILE)]) in variables["UNDERSTUDY_ARGUMENTS"]
    assert Path(variables["UNDERSTUDY_LINK"]) == made.files[1].path


@pytest.mark.skipif(sys.platform != "linux", reason="writes a menu entry of Linux")
def test_it_is_written_shown_and_taken_away_again(tmp_path: Path) -> None:
    made = entry(tmp_path, "linux", {**ENVIRON, "XDG_DATA_HOME": str(tmp_path / "share")})
    written = install(made)
    assert all(path.is_file() and path.is_relative_to(tmp_path / "share") for path in written)
    assert install(made) == written, "a second time over the first"
    with Image.open(written[-1]) as icon:
        assert icon.size == (512, 512)
    if validate := shutil.which("desktop-file-validate"):
        subprocess.run([validate, str(written[0])], check=True, env={**os.environ, "LC_ALL": "C"})
    assert uninstall(made) == written
    assert uninstall(made) == [] and not any(path.exists() for path in written)
