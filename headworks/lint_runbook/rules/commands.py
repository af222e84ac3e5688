"""Commands of wrangler that do not exist, or do something else than their reader expects."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from headworks.lint_runbook.rule import Defect, Rule
from headworks.lint_runbook.runbook import Origin, Runbook, Step
from headworks.lint_runbook.wrangler import Flag, WranglerCall, vocabulary


@dataclass(frozen=True)
class Gone:
    since: str
    """The release of wrangler that took it away; empty if no release had it."""
    instead: str


S3_LIST = "aws s3 ls s3://BUCKET --endpoint-url https://$CLOUDFLARE_ACCOUNT_ID.r2.cloudflarestorage.com"
OBJECTS_OF_CLASS = 'curl -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" https://api.cloudflare.com/client/v4/accounts/$CLOUDFLARE_ACCOUNT_ID/workers/durable_objects/namespaces/NAMESPACE_ID/objects'

GONE: dict[str, Gone] = {
    "analytics": Gone(
        "", "query the GraphQL Analytics API (dataset workersInvocationsAdaptive), or look at the dashboard"
    ),
    "config": Gone("4.0.0", "wrangler login"),
    "constellation": Gone("3.67.0", "wrangler ai models"),
    "d1 backup": Gone(
        "4.0.0", "wrangler d1 time-travel info DATABASE, or wrangler d1 export DATABASE --remote --output FILE"
    ),
    "durable-objects": Gone("", OBJECTS_OF_CLASS),
    "durable-objects delete": Gone(
        "",
        'a migration with `deleted_classes = ["CLASS"]`, which deletes all its data for good: save what you need first',
    ),
    "generate": Gone("4.0.0", "npm create cloudflare@latest"),
    "logs": Gone("", "wrangler tail"),
    "publish": Gone("4.0.0", "wrangler deploy"),
    "pubsub": Gone("4.62.0", "wrangler queues"),
    "queues local": Gone("", "wrangler dev, which runs the queues of the configuration"),
    "queues stats": Gone("", "wrangler queues info QUEUE"),
    "r2 object list": Gone("", S3_LIST),
    "route": Gone("4.0.0", "`routes` in the configuration, and wrangler triggers deploy"),
    "routes": Gone(
        "",
        'curl -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" https://api.cloudflare.com/client/v4/zones/ZONE_ID/workers/routes',
    ),
    "subdomain": Gone("4.0.0", "`workers_dev` in the configuration"),
    "version": Gone("4.0.0", "wrangler --version"),
}
"""What runbooks still say; each other command that wrangler does not know is found by its absence from wrangler.json."""

WITH_A_COLON = Gone("4.0.0", "")
"""`kv:key list` and the like; what replaces them has the same words."""
VERBS = frozenset({"create", "delete", "get", "info", "list", "put"})
UNMISTAKABLE = re.compile(r"[ :]|^publish$")
"""In a comment, `wrangler version` may be English."""
STORED = re.compile(r"(?:kv (?:key|bulk)|r2 object|d1 (?:execute|export|migrations (?:apply|list)))\b")
"""Commands that act on this machine's storage unless they are told otherwise."""
CONFIGURATION_NAMES = (".toml", ".json", ".jsonc")


def unknown_commands(runbook: Runbook) -> Iterator[Defect]:
    for step, call in [*runbook.wrangler_steps, *runbook.mentioned]:
        place = step.place_of(call.program)
        words, gone = _gone(call)
        if gone and (step.origin is not Origin.COMMENT or UNMISTAKABLE.search(words)):
            since = f"is gone since wrangler {gone.since}" if gone.since else "never was a command of wrangler"
            is_local = _acts_on_this_machine(call.command, call) and not call.unknown
            successor = "; what replaces it acts on the storage of this machine without `--remote`" if is_local else ""
            yield Defect(place, f"`wrangler {words}` {since}{successor}.", _replaced(gone, step, call))
        elif not gone and call.unknown and step.origin is not Origin.COMMENT and re.match(r"[a-z]", call.unknown):
            reason = f"wrangler {vocabulary().version} has no command `{call.written}`."
            yield Defect(place, reason, _similar(call))


def _gone(call: WranglerCall) -> tuple[str, Gone | None]:
    """The words that are gone, with what to do; an argument may be the last of them."""
    if ":" in call.written and call.command and not call.unknown:
        return call.written, WITH_A_COLON
    verb = [argument.text for argument in call.arguments[:1] if argument.text in VERBS and not call.command]
    words = [*call.written.split(), *verb]
    keys = [" ".join(words[:end]) for end in range(len(words), 0, -1)]
    return next(((" ".join(words), GONE[key]) for key in keys if key in GONE), ("", None))


def _replaced(gone: Gone, step: Step, call: WranglerCall) -> str:
    """The whole command as it works, where only its words changed."""
    words = step.command.words
    rest = [word.written for word in words[words.index(call.program) + 1 + len(call.written.split()) :]]
    if call.written == "publish" or (call.command and not call.unknown):
        command = call.command or "deploy"
        remote = ["--remote"] if _acts_on_this_machine(command, call) else []
        return " ".join([*call.before, "wrangler", command, *rest, *remote])
    names = [call.flag("queue") or "", *(argument.written for argument in reversed(call.arguments))]
    name = next((name for name in names if name), "")
    return re.sub(r"\b(?:BUCKET|QUEUE|CLASS)\b", lambda found: name or found.group(), gone.instead)


def _similar(call: WranglerCall) -> str:
    below = [
        name.removeprefix(call.command).split()[0]
        for name in vocabulary().commands
        if name.startswith(f"{call.command} ".lstrip())
    ]
    close = difflib.get_close_matches(call.unknown, below, n=1)
    return " ".join(filter(None, ["wrangler", call.command, *(close or ["--help"])]))


def unknown_flags(runbook: Runbook) -> Iterator[Defect]:
    for step, call, flag in _flags(runbook):
        known = vocabulary().flags_of(call.command)
        name = flag.name.removeprefix("no-") if known.get(flag.name.removeprefix("no-")) == "switch" else flag.name
        if name not in known and not re.match(r"(?:x|experimental)-", name) and re.fullmatch(r"[\w-]+", name):
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
            instead = f"--{close[0]}" if close else "leave it out: " + _without(step, flag)
            yield Defect(
                step.place_of(flag.word),
                f"`wrangler {call.command}` has no flag `{flag.word.text.partition('=')[0]}`.",
                instead,
            )


def unknown_values(runbook: Runbook) -> Iterator[Defect]:
    for step, call, flag in _flags(runbook):
        kind = vocabulary().flags_of(call.command).get(flag.name)
        choices: list[str] = kind if isinstance(kind, list) else []
        for value in flag.values if choices else ():
            if value not in choices and re.fullmatch(r"\w+", value):
                reason = f"`{flag.word.text.partition('=')[0]}` of `wrangler {call.command}` takes no `{value}`."
                yield Defect(step.place_of(flag.word), reason, f"one of {', '.join(choices)}")


def _flags(runbook: Runbook) -> Iterator[tuple[Step, WranglerCall, Flag]]:
    return ((step, call, flag) for step, call in runbook.wrangler_steps if call.exists for flag in call.flags)


def _without(step: Step, flag: Flag) -> str:
    left_out = {flag.word.text, *flag.values}
    return " ".join(word.written for word in step.command.words if word.text not in left_out)


def superfluous_arguments(runbook: Runbook) -> Iterator[Defect]:
    for step, call in runbook.wrangler_steps:
        allowed = (vocabulary().commands.get(call.command) or {}).get("arguments")
        if call.exists and allowed is not None and len(call.arguments) > allowed:
            first = call.arguments[allowed]
            if call.command.startswith("r2 object "):
                instead = f"wrangler {call.command} {'/'.join(word.written for word in call.arguments)} --remote"
            else:
                instead = f"wrangler {call.command} --help"
            reason = f"`wrangler {call.command}` takes {allowed or 'no'} argument{'s' if allowed > 1 else ''}, and `{first.text}` is one more."
            yield Defect(step.place_of(first), reason, instead)


def local_storage(runbook: Runbook) -> Iterator[Defect]:
    for step, call in runbook.wrangler_steps:
        if call.exists and _acts_on_this_machine(call.command, call):
            command = " ".join(word.written for word in step.command.words)
            yield Defect(
                step.place_of(call.program),
                f"`wrangler {call.command}` without `--remote` acts on the storage of this machine.",
                f"{command} --remote",
            )


def _acts_on_this_machine(command: str, call: WranglerCall) -> bool:
    return bool(STORED.match(command)) and call.flag("remote", "local", "preview") is None


def configuration_names(runbook: Runbook) -> Iterator[Defect]:
    for step, call in runbook.wrangler_steps:
        for flag in call.flags:
            name = "".join(flag.values)
            if (
                flag.name in {"config", "c"}
                and re.fullmatch(r"[\w./-]+", name)
                and not name.endswith(CONFIGURATION_NAMES)
            ):
                stem = re.sub(r"\.(?:toml|jsonc?)\b", "", name)
                kind = next((kind for kind in CONFIGURATION_NAMES if f"{kind}." in name), ".toml")
                yield Defect(
                    step.place_of(flag.word),
                    f"`{name}` ends in none of {', '.join(CONFIGURATION_NAMES)}.",
                    f"{flag.word.text.partition('=')[0]} {stem}{kind}",
                )


def package_manager_deploys(runbook: Runbook) -> Iterator[Defect]:
    for step in runbook.steps:
        if step.command.texts[:2] == ["pnpm", "deploy"]:
            yield Defect(
                step.place,
                "`pnpm deploy` is pnpm's own command, which copies a package of a workspace.",
                "pnpm run deploy",
            )


STOPS = "wrangler stops with a usage error, and the step does nothing."
RULES = (
    Rule(
        "wrangler-unknown-command",
        "Commands of wrangler exist",
        STOPS,
        check=unknown_commands,
        requirements=("R32", "R40", "T9"),
    ),
    Rule("wrangler-unknown-flag", "Flags of wrangler exist", STOPS, check=unknown_flags, requirements=("R56", "R74")),
    Rule(
        "wrangler-unknown-value",
        "Flags of wrangler have a value that there is",
        STOPS,
        check=unknown_values,
        requirements=("R72",),
    ),
    Rule(
        "wrangler-superfluous-argument",
        "Commands of wrangler get as many arguments as they take",
        STOPS,
        check=superfluous_arguments,
    ),
    Rule(
        "wrangler-local-storage",
        "What shall change the account says `--remote`",
        "It looks at, or changes, a local copy, and reports success: the account stays as it is.",
        check=local_storage,
        requirements=("T28", "R48"),
    ),
    Rule(
        "wrangler-configuration-name",
        "A configuration has a name that wrangler reads",
        "wrangler takes the file for an empty configuration, and says nothing: no bindings, no routes.",
        check=configuration_names,
        requirements=("R64",),
    ),
    Rule(
        "package-manager-deploy",
        "Scripts that pnpm has commands for are started with `run`",
        "Nothing is deployed.",
        check=package_manager_deploys,
        requirements=("D38",),
    ),
)
