"""What the last `up` left, as the state has it: resources, and the components' inputs for what wrangler makes.

The account is compared with this and not with the files: those may be ahead of it, and `preview` tells by what.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from headworks.drift.kinds import KINDS, Kind
from headworks.failure import Failure


def short(token: str) -> str:
    """A type without its package and module."""
    return token.rpartition(":")[2].rpartition("/")[2]


@dataclass(frozen=True)
class Resource:
    urn: str
    type: str
    """Without its package: `R2Bucket`."""
    id: str
    """Empty for a component."""
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]

    @property
    def is_of_the_account(self) -> bool:
        """Neither a component nor a provider."""
        return bool(self.id) and not self.urn.split("::")[2].startswith("pulumi:")

    @classmethod
    def of_state(cls, written: Mapping[str, Any]) -> "Resource":
        """Of a state, or of an event, which have the same keys."""
        inputs, outputs = written.get("inputs") or {}, written.get("outputs") or {}
        return cls(written["urn"], short(written["type"]), written.get("id") or "", inputs, outputs)


@dataclass(frozen=True)
class Deployed:
    resources: Sequence[Resource]

    @classmethod
    def of_state(cls, stack: str, written: Iterable[Mapping[str, Any]]) -> "Deployed":
        """Raises Failure when the state has no environment: compared with nothing, everything would be in order."""
        deployed = cls([Resource.of_state(each) for each in written])
        if not deployed.all("WorkerEnvironment"):
            raise Failure(
                f"The state of {stack} holds no environment, so there is nothing to compare the account with.",
                fix=f"Bring the stack up (`headworks up {stack}`), or look whether the state is the right one (docs/drift.md).",
            )
        return deployed

    def all(self, kind: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.type == kind]

    def values(self, kind: str, key: str) -> frozenset[str]:
        """An output, or else an input, of all resources of a type."""
        found = (resource.outputs.get(key, resource.inputs.get(key)) for resource in self.all(kind))
        return frozenset(str(value) for value in found if value is not None)

    def ids(self, kind: str) -> frozenset[str]:
        return self.values(kind, "id")

    @cached_property
    def environment(self) -> Mapping[str, Any]:
        """Inputs of the component that is the whole environment."""
        return self.all("WorkerEnvironment")[0].inputs

    @property
    def account_id(self) -> str:
        return str(self.environment["accountId"])

    @cached_property
    def scripts(self) -> frozenset[str]:
        """Physical names of its Workers, whoever uploads them."""
        return self.values("WorkerCode", "scriptName")

    @cached_property
    def scripts_of_wrangler(self) -> frozenset[str]:
        """Those that the app's repository uploads, with their consumers, routes, schedules and Workflows."""
        return frozenset(
            each.inputs["scriptName"] for each in self.all("WorkerCode") if each.inputs["owner"] == "wrangler"
        )

    @cached_property
    def hosts(self) -> frozenset[str]:
        return frozenset(self.environment["names"]["hosts"])

    @property
    def workers(self) -> list[Mapping[str, Any]]:
        """What the stack's outputs say of the main Worker and of each companion (docs/outputs.md)."""
        outputs = self.all("Stack")[0].outputs
        return [each for each in (outputs, *(outputs.get("companions") or {}).values()) if "worker" in each]

    def named(self, resource: Resource) -> tuple[str, str]:
        """The word for its kind, and its name in the account; without one that in the program."""
        kind = KINDS.get(resource.type, Kind(resource.type, "{name}"))
        said = {**resource.inputs, **resource.outputs}
        said["databaseName"] = self._databases.get(str(said.get("database")))
        return kind.word, kind.name_of(said) or resource.urn.rpartition("::")[2]

    @cached_property
    def _databases(self) -> Mapping[str, str]:
        """Names by id: a schema says the id alone."""
        return {each.id: each.outputs["name"] for each in self.all("D1Database")}

    def is_wranglers(self, component: Resource) -> bool:
        return component.inputs["scriptName"] in self.scripts_of_wrangler
