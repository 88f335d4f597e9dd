"""What became of each operation of a history.

A response belongs to its client's last invocation.  `ok` tells the outcome,
`fail` that the operation took no effect, `info` that nobody knows; without a
response nobody knows either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyspec.conformance.histories.edn import Map, shown
from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pyspec.conformance.histories.edn import Form
    from pyspec.conformance.histories.reading import Account, Entry

__all__ = ["KINDS", "Kind", "Operation", "keyed", "operations_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    """An object that histories are held to.

    `module` is its spec, `names` what histories call its operations, by what
    the spec calls them.
    """

    module: str
    names: Mapping[str, str]


_READ: Final = {"read": "read", "r": "read"}
_WRITE: Final = {"write": "write", "w": "write"}
_CAS: Final = {"cas": "cas", "compare-and-set": "cas"}
KINDS: Final[Mapping[str, Kind]] = {
    "register": Kind("LinearizableRegister", {**_READ, **_WRITE}),
    "cas-register": Kind("LinearizableCasRegister", {**_READ, **_WRITE, **_CAS}),
    "key-value": Kind(
        "LinearizableStore",
        {
            **_READ,
            **_WRITE,
            **_CAS,
            "get": "read",
            "put": "write",
            "set": "write",
            "delete": "delete",
        },
    ),
}


@dataclass(slots=True)
class Operation:
    """An operation: who asked for what, on which key, and what became of it.

    `f` is the spec's name for it.  `value` is what is written, or was read;
    for `cas` it is the pair of the value compared with and the new one.
    `begun` and `ended` are places in the file's order; `ended` is None if its
    outcome is unknown.  `line` is that of the invocation, `answered` that of
    the response.
    """

    process: int | str
    f: str
    value: Form
    key: Form
    begun: int
    line: int
    ended: int | None = None
    answered: int | None = None


def operations_of(
    entries: Iterable[Entry], kind: Kind, path: Path, account: Account
) -> list[Operation]:
    """Return operations in the order of their invocations, without the failed.

    Reads whose outcome is unknown are left out, too: they say nothing.
    Mistake with file and line where responses and invocations do not fit.
    """
    reader = _Pairing(kind, path, account)
    for place, entry in enumerate(entries):
        reader.take(place, entry)
    return reader.rest()


class _Pairing:
    """Finds the invocation of each response."""

    def __init__(self, kind: Kind, path: Path, account: Account) -> None:
        self.kind = kind
        self.path = path
        self.account = account
        self._open: dict[int | str, tuple[Entry, Operation]] = {}
        self._gone: set[int] = set()
        self._all: list[Operation] = []
        self._keyed: tuple[bool, int] | None = None

    def take(self, place: int, entry: Entry) -> None:
        name = self.kind.names.get(entry.f)
        if name is None:
            raise self._wrong(
                f"a {self.kind.module} has no operation {entry.f}",
                entry,
                expected=", ".join(self.kind.names),
            )
        if entry.type == "invoke":
            self._invoke(place, entry, name)
        else:
            self._respond(place, entry, name)

    def rest(self) -> list[Operation]:
        """Return the operations once all is taken."""
        for _, found in self._open.values():
            if found.f == "read":
                self._leave_out(found, "reads without a response")
        return [each for each in self._all if each.begun not in self._gone]

    def _invoke(self, place: int, entry: Entry, name: str) -> None:
        before = self._open.get(entry.process)
        if before is not None:
            raise self._wrong(
                f"client {entry.process} invokes before it has a response",
                entry,
                expected=f"a response to its {before[0].f} of line {before[0].line}",
            )
        key, value = self._apart(entry, name)
        found = Operation(entry.process, name, value, key, place, entry.line)
        self._check(found, entry)
        self._open[entry.process] = entry, found
        self._all.append(found)

    def _respond(self, place: int, entry: Entry, name: str) -> None:
        if entry.process not in self._open:
            raise self._wrong(
                f"client {entry.process} has a response but invoked nothing", entry
            )
        invoked, found = self._open.pop(entry.process)
        if name != found.f:
            raise self._wrong(
                f"client {entry.process} invoked {invoked.f} in line {invoked.line}",
                entry,
                expected=f"a response to {invoked.f}",
                found=entry.f,
            )
        if entry.type == "fail":
            self._leave_out(found, "failed: it took no effect", both=True)
        elif entry.type == "ok":
            self._succeed(place, entry, found)
        elif found.f == "read":
            self._leave_out(found, "reads of unknown outcome", both=True)
        else:
            self.account.ignored["says that an outcome is unknown"] += 1

    def _succeed(self, place: int, entry: Entry, found: Operation) -> None:
        found.ended, found.answered = place, entry.line
        if found.f == "read" and not entry.told:
            raise self._wrong("what was read is not said", entry, expected="a value")
        if entry.value is None and found.f != "read":
            return  # some say only once what is written
        key, value = self._apart(entry, found.f)
        if shown(key) != shown(found.key):
            raise self._wrong(
                "the response is about another key",
                entry,
                expected=shown(found.key),
                found=shown(key),
            )
        if found.f == "read":
            found.value = value
        elif shown(value) != shown(found.value):
            raise self._wrong(
                "the response has another value than the invocation",
                entry,
                expected=shown(found.value),
                found=shown(value),
            )

    def _leave_out(self, found: Operation, why: str, *, both: bool = False) -> None:
        self._gone.add(found.begun)
        self.account.ignored[why] += 1 + both

    # ------------------------------------------------------------ keys and values

    def _apart(self, entry: Entry, name: str) -> tuple[Form, Form]:
        """Return key and value; a history has keys on all its lines, or on none."""
        if entry.keyed:
            here, key, value = True, entry.key, entry.value
        elif _is_tuple(entry.value, name):
            assert isinstance(entry.value, tuple)  # noqa: S101 - as just seen
            here, (key, value) = True, entry.value
        else:
            here, key, value = False, None, entry.value
        if self._keyed is None:
            self._keyed = here, entry.line
        if self._keyed[0] != here:
            raise self._wrong(
                f"line {self._keyed[1]} has {'a' if self._keyed[0] else 'no'} key",
                entry,
                expected="a key on all lines, as :key k or as [k value], or on none",
            )
        return key, value

    def _check(self, found: Operation, entry: Entry) -> None:
        """Refuse values that the operation cannot have."""
        if isinstance(found.value, Map):
            raise self._wrong("a value is no map", entry, found=shown(found.value))
        pair = isinstance(found.value, tuple) and len(found.value) == 2  # noqa: PLR2004 - two
        if found.f == "cas" and not pair:
            raise self._wrong(
                "cas compares with a value and sets another",
                entry,
                expected="[old new]",
                found=shown(found.value),
            )
        if found.f == "cas" and pair and found.value[1] is None:  # type: ignore[index]
            raise self._wrong(
                "cas sets a value",
                entry,
                expected="[old new]",
                found=shown(found.value),
            )
        if found.f == "write" and found.value is None:
            raise self._wrong("a write has a value", entry, found="nil")

    def _wrong(
        self,
        message: str,
        entry: Entry,
        *,
        expected: str | None = None,
        found: str | None = None,
    ) -> Mistake:
        return Mistake(
            message, file=self.path, line=entry.line, expected=expected, found=found
        )


def _is_tuple(value: Form, name: str) -> bool:
    """Whether a value is a key and a value, as Jepsen's independent tests have it."""
    if not isinstance(value, tuple) or len(value) != 2:  # noqa: PLR2004 - key and value
        return False
    return name != "cas" or isinstance(value[1], tuple)


def keyed(operations: Sequence[Operation]) -> Iterator[tuple[Form, list[Operation]]]:
    """Yield the operations of each key, in the order in which keys appear."""
    groups: dict[str, list[Operation]] = {}
    for each in operations:
        groups.setdefault(shown(each.key), []).append(each)
    for group in groups.values():
        yield group[0].key, group
