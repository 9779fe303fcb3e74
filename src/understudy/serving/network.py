"""The one gate that every request to another machine passes, so that "local only" is a promise and not a habit."""

from __future__ import annotations

from understudy.errors import InputError
from understudy.serving.provider import Endpoint


class Network:
    """What may leave this machine. With `local_only` nothing may; servers on this machine are always reached."""

    def __init__(self, local_only: bool = False) -> None:
        self.local_only = local_only

    def check(self, endpoint: Endpoint) -> None:
        """Raises InputError before anything is sent to a machine that may not be asked."""
        if not endpoint.is_loopback:
            self.check_host(endpoint.host)

    def check_host(self, host: str) -> None:
        """The same for a host that is known to be another machine."""
        if self.local_only:
            raise InputError(f"“Local only” is on, so {host} is not asked. Set UNDERSTUDY_LOCAL_ONLY=0 to allow it.")
