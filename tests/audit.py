"""Known vulnerabilities of the packages in constraints.txt: `make audit`, and at the end of what CI runs.

pip-audit ends with 0, and says that nothing was found, also where the service knew none of the packages it was asked
for, as a mirror does that has only the files. So what was really looked up is counted: an audit that could not be made
says so in a sentence, and is never taken for a clean one. `--where-possible` forgives that, and nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
CLEAN, VULNERABLE, NOT_MADE = 0, 1, 3
PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Audit:
    """How many packages were looked up, which were not, and what is known of the others, as lines."""

    looked_up: int
    unknown: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def code(self) -> int:
        return VULNERABLE if self.found else CLEAN if self.looked_up else NOT_MADE

    @property
    def sentence(self) -> str:
        if self.found:
            return "\n".join([f"{len(self.found)} known vulnerabilities. Raise these versions:", *self.found])
        if not self.looked_up:
            return (
                f"The audit could not be made: of {len(self.unknown)} packages the vulnerability service looked up none"
                " from here. Run `make audit` where the network allows it."
            )
        left = f"; {len(self.unknown)} are unknown to it: {', '.join(self.unknown)}" if self.unknown else ""
        return f"No known vulnerability in {self.looked_up} packages{left}."


def read(report: str) -> Audit:
    """What pip-audit wrote as JSON; text that is none is an audit that was not made."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Audit(0, (), ())
    known = [package for package in packages if "skip_reason" not in package]
    found = [
        f"  {package['name']} {package['version']}: {fault['id']}, fixed in {' or '.join(fault['fix_versions']) or '-'}"
        for package in known
        for fault in package["vulns"]
    ]
    return Audit(len(known), tuple(p["name"] for p in packages if "skip_reason" in p), tuple(found))


def main(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "pip_audit", "-r", str(CONSTRAINTS), "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        ran = subprocess.CompletedProcess(command, 1, "", "it took too long")
    audit = read(ran.stdout)
    print(audit.sentence)
    if audit.code == NOT_MADE and not audit.unknown:
        print(ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else "pip-audit said nothing.")
    forgiven = audit.code == NOT_MADE and "--where-possible" in arguments
    return CLEAN if forgiven else audit.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
