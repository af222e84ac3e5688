"""Earlier identities of resources: which old state a registered resource continues."""

from typing import TYPE_CHECKING

from sandbox.engine.errors import Stopped
from sandbox.engine.resource import urns
from sandbox.engine.resource.goal import Alias, Goal
from sandbox.engine.resource.state import ResourceState

if TYPE_CHECKING:
    from sandbox.engine.deploy.deployment import Deployment


class Aliases:
    def __init__(self, deployment: "Deployment", registered: set[str]) -> None:
        self._deployment = deployment
        self._registered = registered
        self.used: dict[str, str] = {}
        """New URN by the old one that it took over."""
        self._former: dict[str, str] = {}
        """Old URN by the new one, for children that follow their parent."""

    def find_old(self, urn: str, goal: Goal, new: ResourceState) -> ResourceState | None:
        """The state that the resource continues, by its URN or the first of its aliases that the old state has."""
        invalid = False
        if urn in self.used:
            invalid = True
            self._deployment.error(
                f"Duplicate resource URN '{urn}' conflicting with alias on resource with URN '{self.used[urn]}'", urn
            )
        for candidate in [urn, *self._candidates(goal)]:
            old = self._deployment.olds.get(candidate)
            if old is None:
                continue
            if candidate != urn:
                invalid = self._take_over(candidate, urn, new) or invalid
            break
        else:
            old = None
        if invalid:
            raise Stopped(f"resource {urn} is invalid")
        return old

    def _take_over(self, alias: str, urn: str, new: ResourceState) -> bool:
        """Notes the alias; tells whether somebody else has that identity already."""
        taken = [other for other in (alias if alias in self._registered else "", self.used.get(alias, "")) if other]
        for other in taken:
            self._deployment.error(
                f"Duplicate resource alias '{alias}' applied to resource with URN '{urn}' "
                f"conflicting with resource with URN '{other}'",
                urn,
            )
        self.used[alias] = urn
        self._former[urn] = alias
        new.aliases = [alias]
        return bool(taken)

    def _candidates(self, goal: Goal) -> list[str]:
        own = [self._expanded(goal, alias) for alias in goal.aliases]
        former_parent = self._former.get(goal.parent, "")
        inherited: list[str] = []
        if former_parent:
            inherited = [
                self._below(former_parent, goal, type_, name)
                for type_, name in [(goal.type, goal.name), *((urns.type_of(urn), urns.name_of(urn)) for urn in own)]
            ]
        return list(dict.fromkeys([*own, *inherited]))

    def _expanded(self, goal: Goal, alias: Alias) -> str:
        if alias.urn:
            return alias.urn
        parent = self._former.get(alias.parent, alias.parent) if alias.parent else goal.parent
        return urns.create(
            alias.stack or self._deployment.stack,
            alias.project or self._deployment.project,
            "" if alias.no_parent else parent,
            alias.type or goal.type,
            alias.name or goal.name,
        )

    def _below(self, former_parent: str, goal: Goal, type_: str, name: str) -> str:
        """The URN under the parent's old name; a child that is named after its parent had the old name in its own."""
        parent_name = urns.name_of(goal.parent)
        if name.startswith(parent_name):
            name = urns.name_of(former_parent) + name.removeprefix(parent_name)
        return self._deployment.urn(former_parent, type_, name)
