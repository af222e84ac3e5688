"""What the checks of the account have in common: what cannot be read is not verified, and names that must be there."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from headworks.checks.check import Arguments, Check, Context, Finding
from headworks.facts.account import UnreadableError

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")

Look = Callable[[Context, Any], Finding]


def account_check(id_: str, looks_at: str, look: Look, arguments: type[Arguments] = Arguments) -> Check:
    """A check that looks into an account. What it cannot read there is not verified."""

    def looked(context: Context, given: Any) -> Finding:
        try:
            return look(context, given)
        except UnreadableError as error:
            return Finding.not_verified(f"The account cannot be read: {error}.")

    return Check(id=id_, looks_at=looks_at, look=looked, arguments=arguments)


def read_each(read: Callable[[Thing], Answer], things: Sequence[Thing]) -> dict[Thing, Answer]:
    """What is read for each of the things, all at the same time."""
    with ThreadPoolExecutor() as threads:
        return dict(zip(things, threads.map(read, things), strict=True))


def all_there(what: str, declared: Sequence[str], present: Collection[str], mend: str) -> Finding:
    """Whether the account has each of the names; `mend` says what to do about those that it lacks."""
    if not declared:
        return nothing_declared(what)
    return none_wrong(
        [name for name in declared if name not in present], f"The account lacks the {what}", mend, declared
    )


def none_wrong(wrong: Sequence[str], says: str, mend: str, seen: Sequence[str]) -> Finding:
    """Held when nothing is wrong; `seen` then says what was looked at."""
    if wrong:
        return Finding.missing(f"{says} {', '.join(wrong)}. {mend}")
    return Finding.held(f"{', '.join(seen)}.")


def nothing_declared(what: str) -> Finding:
    """A line that asks for something is not held by a stack that has nothing of the kind."""
    return Finding.missing(
        f"The stack declares no {what}, so nothing holds this. Declare one, or say which stacks the line is for."
    )
