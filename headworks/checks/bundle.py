"""Checks of the built code: that it is there, that the plan allows its size, and that it parses."""

import gzip
import re
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from headworks import doctor
from headworks.checks.check import Arguments, Check, Context, Finding
from headworks.checks.reading import verified
from headworks.facts.account import UnreadableError
from headworks.model.environment import Environment

MIB = 1024 * 1024
MOST = {"free": 3 * MIB, "paid": 10 * MIB}
"""Bytes of a Worker's code, compressed (https://developers.cloudflare.com/workers/platform/limits/#worker-size)."""

_SECONDS = 60
_OVER_LINES = re.MULTILINE | re.DOTALL


class Bundles(Arguments):
    bundles: tuple[str, ...] = ()
    """Bundles besides those that the stack uploads, each one ES module: what wrangler or a deploy service uploads.
    Paths are relative to the folder of the program."""


class SizedBundles(Bundles):
    plan: Literal["free", "paid"] = "paid"


@verified
def _bundle_is_built(context: Context, arguments: Bundles) -> Finding:
    code = _read(context, arguments)
    return _not_built(code) or Finding.held(f"{', '.join(code)} {_are(code)} built.")


@verified
def _bundle_fits_the_plan(context: Context, arguments: SizedBundles) -> Finding:
    code, most = _read(context, arguments), MOST[arguments.plan]
    if unbuilt := _not_built(code):
        return unbuilt
    sizes = {name: len(gzip.compress(content)) for name, content in code.items()}
    if large := [f"{name} has {size / MIB:.2f} MiB" for name, size in sizes.items() if size > most]:
        return Finding.missing(
            f"{', '.join(large)} when compressed, and the {arguments.plan} plan takes {most // MIB}. "
            "Leave out what the Worker does not need."
        )
    told = [f"{name} has {size / 1024:.1f} KiB" for name, size in sizes.items()]
    return Finding.held(f"{', '.join(told)} when compressed.")


@verified
def _bundle_parses(context: Context, arguments: Bundles) -> Finding:
    code = _read(context, arguments)
    if unbuilt := _not_built(code):
        return unbuilt
    node = doctor.find("node")
    if node is None:
        raise UnreadableError("there is no node here to parse it with; `headworks doctor` says how to install it")
    if broken := [f"{name}: {error}" for name, content in code.items() if (error := _syntax_error(node, content))]:
        return Finding.missing(f"{'; '.join(broken)}. Build the app again.")
    return Finding.held(f"{', '.join(code)} {_are(code)} parsed by node.")


def _read(context: Context, arguments: Bundles) -> dict[str, bytes]:
    """Every bundle by its path; empty when there is none. Raises UnreadableError when nobody says where they are."""
    paths = [*_uploaded(context.environment), *arguments.bundles]
    by_wrangler = _left_to_wrangler(context.environment)
    if by_wrangler and not arguments.bundles:
        raise UnreadableError(
            f"wrangler uploads the code of {', '.join(by_wrangler)}: say where it is built, with `bundles: [dist/index.js]`"
        )
    return {path: _content(context.workspace.root / path) for path in dict.fromkeys(paths)}


def _uploaded(environment: Environment) -> list[str]:
    codes = [each.worker.code for each in environment.workers]
    return [code.main for code in codes if code.owner == "pulumi" and code.main]


def _left_to_wrangler(environment: Environment) -> list[str]:
    return [each.worker.name for each in environment.workers if each.worker.code.owner == "wrangler"]


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _not_built(code: dict[str, bytes]) -> Finding | None:
    if missing := [path for path, content in code.items() if not content.strip()]:
        return Finding.missing(f"{', '.join(missing)} {_are(missing)} not there, or empty. Build the app.")
    return None


def _syntax_error(node: str, content: bytes) -> str | None:
    """Where and why it does not parse. The line itself is not told: a bundle may hold anything."""
    try:
        answer = subprocess.run(
            [node, "--check", "--input-type=module", "-"],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UnreadableError(f"{node} could not be run ({type(error).__name__})") from error
    if not answer.returncode:
        return None
    told = re.search(r"^\[stdin\]:(\d+)$.*^(SyntaxError: .*?)$", answer.stderr.decode(errors="replace"), _OVER_LINES)
    if told is None:
        raise UnreadableError(f"{node} stopped with exit code {answer.returncode}, and found no syntax error")
    return f"line {told[1]}: {told[2]}"


def _are(names: Collection[str]) -> str:
    return "is" if len(names) == 1 else "are"


CHECKS: tuple[Check, ...] = (
    Check(
        id="bundle-is-built",
        looks_at="the built code of the Workers is there, and not empty",
        look=_bundle_is_built,
        arguments=Bundles,
    ),
    Check(
        id="bundle-fits-the-plan",
        looks_at="the built code of each Worker, compressed, is no larger than the plan allows",
        look=_bundle_fits_the_plan,
        arguments=SizedBundles,
    ),
    Check(
        id="bundle-parses",
        looks_at="node parses the built code of the Workers as ES modules",
        look=_bundle_parses,
        arguments=Bundles,
    ),
)
