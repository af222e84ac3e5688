"""Checks of this machine: the tools that it has, and what its environment says."""

import os
from typing import Annotated, Self

from pydantic import Field, model_validator

from headworks import doctor
from headworks.checks.check import Arguments, Check, Context, Finding

Version = Annotated[str, Field(pattern=r"^\d+(\.\d+){0,2}$")]
"""The oldest that will do, in quotes: "22", "4.1"."""


class Tools(Arguments):
    python: Version | None = None
    git: Version | None = None
    uv: Version | None = None
    pulumi: Version | None = None
    node: Version | None = None
    npm: Version | None = None
    pnpm: Version | None = None
    wrangler: Version | None = None

    @model_validator(mode="after")
    def _names_a_tool(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name at least one tool with the oldest version that will do")
        return self


class Variables(Arguments):
    names: Annotated[tuple[str, ...], Field(min_length=1)]


def _tools_are_installed(context: Context, arguments: Tools) -> Finding:
    wanted = arguments.model_dump(exclude_none=True)
    # What a project installs for itself is used before what the machine has; here that has a folder of its own.
    own = [context.workspace.root / folder / "node_modules" / ".bin" for folder in ("", "node")]
    found = {name: doctor.version_of(name, *own) for name in wanted}
    missing = [
        f"{name} is {found[name] or 'not there'}, and has to be {oldest} or later"
        for name, oldest in wanted.items()
        if doctor.numbers(found[name] or "") < doctor.numbers(oldest)
    ]
    if missing:
        return Finding.missing(f"{'; '.join(missing)}. Install what is missing.")
    return Finding.held(f"{', '.join(f'{name} {version}' for name, version in found.items())}.")


def _environment_is_set(_: Context, arguments: Variables) -> Finding:
    missing = [name for name in arguments.names if not os.environ.get(name)]
    if missing:
        return Finding.missing(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set. Export what is missing."
        )
    return Finding.held(f"{', '.join(arguments.names)} {'is' if len(arguments.names) == 1 else 'are'} set.")


CHECKS: tuple[Check, ...] = (
    Check(
        id="tools-are-installed",
        looks_at="this machine has the tools, new enough",
        look=_tools_are_installed,
        arguments=Tools,
    ),
    Check(
        id="environment-is-set",
        looks_at="the environment has the variables, and none is empty; their values are told to nobody",
        look=_environment_is_set,
        arguments=Variables,
    ),
)
