"""`headworks attest` and `headworks attestations`: what people vouch for."""

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from headworks.commands.options import Json, Stack, System, print_json
from headworks.failure import Failure
from headworks.workspace import Workspace, open_workspace

app = typer.Typer()

Commit = Annotated[
    str | None, typer.Option("--commit", metavar="SHA", help="The commit that it is about; HEAD by default.")
]


def _complete_kind(incomplete: str) -> list[str]:
    from headworks.evidence.attestations import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]


@app.command()
def attest(
    kind: Annotated[
        str, typer.Argument(help="What is attested, such as on-call or staging-soak.", autocompletion=_complete_kind)
    ],
    stack: Stack,
    evidence: Annotated[str, typer.Option("--evidence", metavar="TEXT", help="Where it can be seen: a link, an id.")],
    hours: Annotated[
        float | None,
        typer.Option("--hours", min=0.1, help="For how long it holds; as long as its kind allows by default."),
    ] = None,
    who: Annotated[
        str | None, typer.Option("--who", help="You, as in allowed_signers; git's user.email by default.")
    ] = None,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="Your private SSH key (ed25519).")] = Path(
        "~/.ssh/id_ed25519"
    ),
    commit: Commit = None,
    system: System = None,
) -> None:
    """State what no machine can see, signed with your SSH key, for one stack and for a while.

    \b
    Example:
      headworks attest on-call production --evidence "https://pager.example/shifts/7" --hours 8
    """
    from headworks.deploy import refuse_unknown_stack
    from headworks.evidence import attestations, keys

    workspace = open_workspace(system)
    refuse_unknown_stack(workspace, stack)
    known = attestations.KINDS.get(kind)
    if known is None:
        raise Failure(
            f"{kind} is no kind of attestation.", fix=f"Take one of {', '.join(attestations.KINDS)}.", exit_code=2
        )
    duration = known.longest if hours is None else timedelta(hours=hours)
    if duration > known.longest:
        longest = int(known.longest.total_seconds() // 3600)
        raise Failure(f"{kind} holds for {longest} hours at most.", fix=f"Take --hours {longest} or less.", exit_code=2)
    directory = workspace.system / attestations.FOLDER
    private_key = keys.load_private_key(key.expanduser(), _passphrase)
    principal = who or _git(workspace, "config", "user.email")
    keys.refuse_unlisted(directory, principal, private_key)
    made = attestations.utc_now()
    statement = attestations.Statement(
        kind=kind,
        system=workspace.project,
        stack=stack,
        who=principal,
        evidence=evidence,
        commit=(commit or _git(workspace, "rev-parse", "HEAD")) if known.of_commit else None,
        made=made,
        until=made + duration,
    )
    file = attestations.write(directory, attestations.sign(statement, private_key))
    print(f"{file}: {principal} attests until {statement.until:%Y-%m-%d %H:%M %Z} that {known.says}.\nCommit it.")


@app.command("attestations")
def list_attestations(stack: Stack, commit: Commit = None, system: System = None, json: Json = False) -> None:
    """List the attestations for a stack, and which of them do not count, with the reason. Exit 1 if one does not.

    \b
    Example:
      headworks attestations production
    """
    from headworks.deploy import refuse_unknown_stack
    from headworks.evidence.attestations import FOLDER, standings, utc_now

    workspace = open_workspace(system)
    refuse_unknown_stack(workspace, stack)
    found = list(
        standings(
            workspace.system / FOLDER,
            system=workspace.project,
            stack=stack,
            commit=commit or _git(workspace, "rev-parse", "HEAD"),
            now=utc_now(),
        )
    )
    if json:
        print_json(
            [
                {
                    "kind": each.file.stem,
                    "counts": each.refused is None,
                    **({"reason": each.refused} if each.refused else {}),
                    **(
                        each.attestation.statement.model_dump(mode="json", exclude_none=True)
                        if each.attestation
                        else {}
                    ),
                }
                for each in found
            ]
        )
    else:
        width = max([len(each.file.stem) for each in found], default=0)
        for each in found:
            until = (
                f"until {each.attestation.until:%Y-%m-%d %H:%M %Z}, {each.attestation.who}" if each.attestation else ""
            )
            print(f"{each.file.stem:<{width}}  {f'does not count: {each.refused}' if each.refused else until}")
    raise typer.Exit(1 if any(each.refused for each in found) else 0)


def _git(workspace: Workspace, *words: str) -> str:
    answer = subprocess.run(["git", *words], cwd=workspace.system, capture_output=True, text=True, check=False)
    if answer.returncode or not answer.stdout.strip():
        raise Failure(
            f"`git {' '.join(words)}` has no answer in {workspace.system}.",
            fix="Say it with --who and --commit, or work in the checkout of the repository.",
            exit_code=2,
        )
    return answer.stdout.strip()


def _passphrase(file: Path) -> str:
    return str(typer.prompt(f"Passphrase of {file}", hide_input=True, err=True))
