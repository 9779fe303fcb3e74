"""Who may come in when other machines reach the page: accounts, passwords, sessions.

Passwords are hashed by argon2-cffi with its own defaults (RFC 9106's profile for little memory). Names nobody has take
as long and say the same as wrong passwords, and attempts are counted by name and by address, so that neither guessing
nor asking who is here leads anywhere.
"""

from __future__ import annotations

import builtins
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from understudy.errors import InputError, SettingsError
from understudy.playground.attempts import Attempts, network_of
from understudy.store import EVERYONE, Account, Store
from understudy.store.people import key_of
from understudy.types import OWNER, Person, PersonRole

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ROLES: tuple[PersonRole, ...] = get_args(PersonRole)
SHORTEST, LONGEST = 10, 1_000
"""Of a password, in characters. Length is what makes it strong (NIST SP 800-63B); nothing else is asked of it."""

WRONG = "This name and this password do not belong together. Check both, and try again."
ONE_OWNER = "{} is the only owner. Make somebody else an owner first: without one nobody could let people in."


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody in the list of people. `places` is in how many browsers they are signed in."""

    name: str
    role: PersonRole
    created: str
    places: int = 0


class People:
    """Reached as `playground.people`. Safe to call from any thread.

    `retire` ends the understudy of somebody who was removed; without it, what lies in folders goes at the next start.
    """

    def __init__(self, store: Store, retire: Callable[[str], object] | None = None) -> None:
        self._store = store
        self._retire = retire or store.understudies.retire
        self._by_name = Attempts(10, 15 * 60)
        self._by_address = Attempts(40, 15 * 60)

    # -- who there is --------------------------------------------------------------------------------------------

    def list(self) -> list[PersonLine]:
        places = self._store.sessions.counts()
        return [
            PersonLine(account.name, account.role, account.created, places.get(account.name, 0))
            for account in self._store.people.list()
        ]

    def add(self, name: str, role: str, password: str) -> PersonLine:
        name = unicodedata.normalize("NFKC", name).strip()
        made = self._store.people.add(name, checked_role(role), self._hashed(name, password))
        return PersonLine(made.name, made.role, made.created)

    def set_role(self, name: str, role: str) -> None:
        """Ends their sessions: whoever signs in again is who they are now."""
        if checked_role(role) != "owner":
            self._keep_an_owner(name)
        self._store.people.set_role(name, checked_role(role))

    def set_password(self, name: str, password: str) -> None:
        """A new password, which ends their sessions; somebody who was removed is back with it."""
        self._store.people.set_password(name, self._hashed(name, password))

    def remove(self, name: str) -> None:
        """They cannot sign in any more. What they said stays under their name, which nobody else can have.

        An understudy of their own goes with them.
        """
        self._keep_an_owner(name)
        self._store.people.remove(name)
        self._retire(self._store.people.get(name).name)

    def unclaimed(self) -> int:
        """How many conversations are of the person of this machine, from before somebody signed in."""
        return self._store.holdings.conversations(EVERYONE)

    def give(self, name: str, giver: Person = OWNER) -> int:
        """Make these an owner's, who may do what that person may; how many. Raises `NotFoundError`, `InputError`.

        They are private as all others are: only that person gives them away.
        """
        if giver.name != EVERYONE:
            raise InputError(f"Only the person of that machine can. Type there: understudy people give {name}")
        account = self._store.people.get(name)
        if account.role != "owner" or account.removed is not None:
            raise InputError(
                f"{account.name} is no owner here. What was chatted on this machine may be an owner's alone."
            )
        return self._store.conversations.give(EVERYONE, account.name)

    def sign_out_everywhere(self, name: str) -> int:
        return self._store.sessions.end_all(self._store.people.get(name).name)

    def check_open(self, hosts: tuple[str, ...]) -> None:
        """Whether other machines may reach the page. Raises `SettingsError` that says what is missing."""
        missing = []
        if not hosts:
            missing.append("The names or addresses under which people reach it: --hosts chat.example.org,192.168.1.5")
        if not self._owners():
            missing.append("Somebody who may sign in as owner: understudy people add NAME --role owner")
        if missing:
            raise SettingsError("\n".join(["Other machines cannot reach the page yet. Missing:", *missing]))

    # -- one's own -----------------------------------------------------------------------------------------------

    def sign_in(self, name: str, password: str, address: str) -> str:
        """The token of a new session. Raises `InputError` with the same sentence whatever was wrong."""
        network = network_of(address)
        self._by_address.take(network)
        account = self._proven(name, password)
        self._by_address.give_back(network)
        token = secrets.token_urlsafe(32)
        self._store.sessions.add(account.name, token)
        return token

    def who(self, token: str) -> Person | None:
        return self._store.sessions.find(token)

    def sign_out(self, token: str) -> None:
        self._store.sessions.end(token)

    def change_password(self, person: Person, old: str, new: str) -> None:
        """Somebody's own; ends all their sessions, this one too."""
        if self._store.people.find(person.name) is None:
            raise InputError("Your password is not kept here, so it cannot be changed here.")
        self.set_password(self._proven(person.name, old).name, new)

    def require_password(self, person: Person, password: str) -> None:
        """Before what cannot be undone: it is they, not whoever found their browser. Raises `InputError`.

        Who has no account here was let in by the hub, or by this machine.
        """
        if self._store.people.find(person.name) is not None:
            self._proven(person.name, password)

    # -- what the methods above share ----------------------------------------------------------------------------

    def _proven(self, name: str, password: str) -> Account:
        """The account that this password opens; an unknown name costs the same work."""
        self._by_name.take(key := key_of(name[:LONGEST]))
        nobody, account = self._nobody, self._store.people.find(name)
        if account is not None and account.removed is not None:
            account = None
        if not self._matches(account.password if account else nobody, password) or account is None:
            raise InputError(WRONG)
        self._by_name.forget(key)
        return account

    def _matches(self, expected: str, password: str) -> bool:
        from argon2.exceptions import VerifyMismatchError

        try:
            return self._hasher.verify(expected, unicodedata.normalize("NFKC", password[: LONGEST + 1]))
        except VerifyMismatchError:
            return False

    def _hashed(self, name: str, password: str) -> str:
        if not SHORTEST <= len(password) <= LONGEST:
            raise InputError(
                f"A password has {SHORTEST} characters or more. A few words that only you put together do."
            )
        if key_of(password) == key_of(name):
            raise InputError("The password is the name. Choose one that others do not know.")
        return self._hasher.hash(unicodedata.normalize("NFKC", password))

    def _owners(self) -> builtins.list[str]:
        return [account.name for account in self._store.people.list() if account.role == "owner"]

    def _keep_an_owner(self, name: str) -> None:
        """Where there are people there is an owner; the very last account of all may go."""
        name = self._store.people.get(name).name
        if self._owners() == [name] and len(self._store.people.list()) > 1:
            raise InputError(ONE_OWNER.format(name))

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        return PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """The hash that an unknown name is compared with; nothing opens it."""
        return self._hasher.hash(secrets.token_urlsafe(32))


def checked_role(role: str) -> PersonRole:
    for known in ROLES:
        if role == known:
            return known
    raise InputError(f"{role!r} is no role. Choose one of: {', '.join(ROLES)}.")
