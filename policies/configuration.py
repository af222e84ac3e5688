"""Checks a file for `--policy-pack-config` before an engine gets it.

The engine checks the types of settings, but keeps a policy or a setting that the pack does not have in silence: a rule that
somebody believes to be relaxed or turned off is not. `python -m policies.configuration FILE` says so.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from pulumi_policy import EnforcementLevel

from policies.pack import policies

LEVELS = [level.value for level in EnforcementLevel]
LEVEL = "enforcementLevel"


def problems(configuration: object) -> Iterator[str]:
    """What is wrong with a configuration, each with its place and what would be right; nothing if all is well."""
    if not isinstance(configuration, Mapping):
        yield 'the configuration is not a JSON object of policies, such as {"all": "mandatory"}.'
        return
    settings = {policy.name: policy.config_schema.properties if policy.config_schema else {} for policy in policies()}
    for name, wanted in configuration.items():
        if name not in {"all", *settings}:
            yield f"{name}: the pack has no such policy, so this has no effect.{_meant(name, [*settings])}"
        elif isinstance(wanted, Mapping):
            yield from _problems_of_policy(name, wanted, settings.get(name, {}))
        elif wanted not in LEVELS:
            yield f"{name}: the level is none of {', '.join(LEVELS)}."


def _problems_of_policy(name: str, wanted: Mapping[str, object], settings: Mapping[str, object]) -> Iterator[str]:
    for key, value in wanted.items():
        if key == LEVEL:
            if value not in LEVELS:
                yield f"{name}.{key}: the level is none of {', '.join(LEVELS)}."
        elif key not in settings:
            yield f"{name}.{key}: the policy has no such setting, so this has no effect.{_meant(key, [*settings])}"


def _meant(word: str, words: Sequence[str]) -> str:
    close = get_close_matches(word, words, n=1)
    return f" Did you mean {close[0]}?" if close else ""


def main(arguments: Sequence[str]) -> int:
    """Prints the problems of the files on standard error. Returns 0, or 2 if there are any."""
    found = [f"{path}: {problem}" for path in arguments for problem in problems_of_file(Path(path))]
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return 2 if found else 0


def problems_of_file(path: Path) -> list[str]:
    """What is wrong with a file; empty if all is well."""
    try:
        return list(problems(json.loads(path.read_text())))
    except (OSError, ValueError) as error:
        return [f"cannot be read as JSON: {error}"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
