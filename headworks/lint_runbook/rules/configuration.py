"""Configurations of wrangler (and JSON, TOML and YAML at large): what does not parse, does not exist, or does not fit."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from headworks.lint_runbook.rule import Defect, Place, Rule, Severity
from headworks.lint_runbook.runbook import GONE_KEYS, Configuration, Runbook, table
from headworks.lint_runbook.structured import Path
from headworks.lint_runbook.wrangler import vocabulary

DEBUGGING = re.compile(r"(?:DEBUG\w*|\w+_DEBUG|SKIP_AUTH\w*|DISABLE_AUTH\w*|LOG_LEVEL)")
ON = re.compile(r"1|true|on|yes|debug|trace|\*", re.IGNORECASE)
DEBUG_LINE = re.compile(rf"\b({DEBUGGING.pattern})\b\"?\s*[:=]\s*[\"']?(\w+|\*)")
PRODUCTION = re.compile(r"\bprod(?:uction)?\b", re.IGNORECASE)
NAMES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("r2_buckets",), "bucket_name", "r2 bucket create"),
    (("d1_databases",), "database_name", "d1 create"),
    (("queues", "producers"), "queue", "queues create"),
    (("queues", "consumers"), "queue", "queues create"),
    (("queues", "consumers"), "dead_letter_queue", "queues create"),
)
"""List of the configuration, key in its items, and the command that creates what the key names."""


def what_does_not_parse(runbook: Runbook) -> Iterator[Defect]:
    for code, problem in runbook.unreadable:
        language = (code.language or "").upper()
        place = code.place(*problem.position)
        yield Defect(place, f"this is not {language}: {problem.reason}.", _mended(code.text, language))


def _mended(text: str, language: str) -> str:
    if language == "TOML" and re.search(r"=\s*\{\s*$", text, re.MULTILINE):
        return 'an inline table stands in one line: `vars = { NAME = "value" }`, or is a table: `[vars]` with a key per line'
    return "mend this line or the one before it; mind quotes, commas and brackets"


def unknown_keys(runbook: Runbook) -> Iterator[Defect]:
    for configuration in runbook.configurations:
        for path, keys in _closed(configuration):
            key = str(path[-1])
            name = ".".join(str(step) for step in path if isinstance(step, str))
            close = difflib.get_close_matches(key, keys, n=1)
            instead = GONE_KEYS.get(
                key,
                f"`{close[0]}`" if close else f"one of {', '.join(sorted(keys))}" if len(keys) < 12 else "leave it out",
            )
            yield Defect(configuration.place(*path), f"wrangler {vocabulary().version} knows no key `{name}`.", instead)


def _closed(configuration: Configuration) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Keys that are unknown where wrangler knows them all, with those that there are."""
    waiting: list[tuple[Path, Any, Mapping[str, Any] | None]] = [((), configuration.value, vocabulary().configuration)]
    while waiting:
        path, value, known = waiting.pop()
        if isinstance(value, list):
            waiting += [((*path, index), item, known) for index, item in enumerate(value)]
        elif isinstance(value, dict) and path == ("env",):
            waiting += [((*path, name), item, vocabulary().environment) for name, item in value.items()]
        elif isinstance(value, dict) and known is not None:
            for key, item in value.items():
                if key in known:
                    waiting.append(((*path, key), item, known[key]))
                else:
                    yield (*path, key), known


def configuration_among_commands(runbook: Runbook) -> Iterator[Defect]:
    for code in runbook.toml_in_shell:
        yield Defect(
            code.start,
            "these lines are configuration, in a block of shell code.",
            "a block of its own, marked `toml`, with the name of the file above it",
        )


def debugging_in_production(runbook: Runbook) -> Iterator[Defect]:
    """Line by line: configurations, .env files and `export` are alike here."""
    for block in runbook.markdown.blocks:
        if not PRODUCTION.search(block.text):
            continue
        section = ""
        for number, line in enumerate(block.lines):
            section = (
                line
                if re.match(r"\s*#?\s*\[|\s*\"?\w+\"?\s*:\s*\{|.*\[env\.", line) and not DEBUG_LINE.search(line)
                else section
            )
            found = DEBUG_LINE.search(line)
            if (
                found
                and ON.fullmatch(found.group(2))
                and not re.search(r"staging|dev", section)
                and not (found.group(1) == "LOG_LEVEL" and found.group(2) not in {"debug", "trace"})
            ):
                yield Defect(
                    block.place(number, found.start()),
                    f"`{found.group(1)}` is on in production.",
                    "debug on staging; in production for hours at most, with the step that switches it off",
                )


def dead_letter_queues_without_consumer(runbook: Runbook) -> Iterator[Defect]:
    consumers = [
        (configuration, path, item)
        for configuration in runbook.configurations
        for path, item in configuration.items("queues", "consumers")
    ]
    consumed = {item.get("queue") for _, _, item in consumers}
    for configuration, path, item in consumers:
        queue = item.get("dead_letter_queue")
        if queue and queue not in consumed:
            yield Defect(
                configuration.place(*path, "dead_letter_queue"),
                f"nothing consumes `{queue}`.",
                f"a consumer for `{queue}`, or a step that looks at it: wrangler queues info {queue}",
            )


def names_that_differ(runbook: Runbook) -> Iterator[Defect]:
    """Only kinds that the runbook creates: what nobody creates there may exist."""
    seen: set[tuple[str, str]] = set()
    for configuration in runbook.configurations:
        for environment in ((), *(("env", name) for name in table(configuration.value.get("env")))):
            for keys, key, command in NAMES:
                created = runbook.names_created(command)
                for path, item in configuration.items(*environment, *keys):
                    name = item.get(key)
                    if created and isinstance(name, str) and name not in created and (command, name) not in seen:
                        seen.add((command, name))
                        yield Defect(
                            configuration.place(*path, key),
                            f"the runbook creates no `{name}`, but {_listed(created)}.",
                            f"wrangler {command} {name}, or the name that is created",
                        )
    yield from _names_beside_the_convention(runbook)


def _listed(created: dict[str, Place]) -> str:
    return ", ".join(f"`{name}` (line {place.line})" for name, place in created.items())


def _names_beside_the_convention(runbook: Runbook) -> Iterator[Defect]:
    """A table of names with a variable part, such as `{project}-uploads`, is a convention."""
    templates = [
        span.text
        for span in runbook.markdown.spans
        if re.search(r"\{\w+\}", span.text) and runbook.markdown.lines[span.start.line - 1].lstrip().startswith("|")
    ]
    if not templates:
        return
    patterns = [re.sub(r"\\\{\w+\\\}", r"[\\w-]+", re.escape(template)) for template in templates]
    for name, place in runbook.names_created("r2 bucket create").items():
        if not any(re.fullmatch(pattern, name) for pattern in patterns):
            yield Defect(
                place,
                f"`{name}` follows none of the names in the table: {', '.join(templates)}.",
                "one name, in the table, the command and the configuration",
            )


def jurisdictions(runbook: Runbook) -> Iterator[Defect]:
    created = {
        call.arguments[0].text
        for _, call in runbook.wrangler_steps
        if call.command == "r2 bucket create" and call.arguments and call.flag("jurisdiction", "J")
    }
    for configuration in runbook.configurations:
        for path, item in configuration.items("r2_buckets"):
            jurisdiction, name = item.get("jurisdiction"), item.get("bucket_name")
            if isinstance(jurisdiction, str) and isinstance(name, str) and name not in created:
                yield Defect(
                    configuration.place(*path, "jurisdiction"),
                    f"no step creates `{name}` in the jurisdiction `{jurisdiction}`, and a bucket keeps its jurisdiction for ever.",
                    f"wrangler r2 bucket create {name} --jurisdiction {jurisdiction}",
                )


def services_in_namespaces(runbook: Runbook) -> Iterator[Defect]:
    for configuration in runbook.configurations:
        if "dispatch_namespace" in configuration.value and configuration.value.get("services"):
            yield Defect(
                configuration.place("services"),
                "a service binding leads to a Worker of the account, not to one in the namespace.",
                "call through the dispatcher, or try the binding live before you rely on it",
            )


RULES = (
    Rule(
        "does-not-parse",
        "JSON, TOML and YAML parse",
        "Whoever copies it has a file that nothing reads.",
        check=what_does_not_parse,
        requirements=("R89", "T45"),
    ),
    Rule(
        "configuration-unknown-key",
        "Keys of the configuration exist",
        "wrangler warns and leaves it out: what it should set stays as it was.",
        check=unknown_keys,
        requirements=("D14", "P61"),
    ),
    Rule(
        "configuration-in-shell",
        "Configuration is not among commands",
        "A shell runs it line by line, or refuses the whole block.",
        check=configuration_among_commands,
        severity=Severity.WARNING,
        requirements=("R35",),
    ),
    Rule(
        "debug-in-production",
        "Debugging is off in production",
        "Logs show what users send, or checks are off, until somebody remembers.",
        check=debugging_in_production,
        requirements=("R34", "R35"),
    ),
    Rule(
        "dead-letters-unread",
        "Somebody reads the dead letter queue",
        "Messages that failed wait there until they are deleted, and nobody knows.",
        check=dead_letter_queues_without_consumer,
        severity=Severity.WARNING,
        requirements=("T15", "T118"),
    ),
    Rule(
        "names-differ",
        "Names are the same wherever they stand",
        "The deployment stops, or the Worker uses another store than the one that was made for it.",
        check=names_that_differ,
        requirements=("T6", "P58"),
    ),
    Rule(
        "jurisdiction-at-creation",
        "A bucket gets its jurisdiction when it is created",
        "The bucket lies outside the jurisdiction, and all data has to move to a new one.",
        check=jurisdictions,
        requirements=("P66",),
    ),
    Rule(
        "service-binding-in-namespace",
        "Service bindings between Workers of a namespace are tried",
        "The upload fails, or the call reaches another Worker.",
        check=services_in_namespaces,
        severity=Severity.NOTE,
        requirements=("D14", "D15"),
    ),
)
