import json
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from headworks.evidence.attestations import KINDS, Attestation, Statement, sign, standings, write

ADA = "ada@example.com"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))  # the same in every process: ids of tests show it
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMMIT = "a" * 40


def public_line(key=KEY) -> str:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def statement(**words) -> Statement:
    stated = {"kind": "on-call", "system": "shop", "stack": "production", "who": ADA, "evidence": "shift 7"}
    return Statement(**{**stated, "made": NOW - timedelta(hours=1), "until": NOW + timedelta(hours=8), **words})


@pytest.fixture
def directory(tmp_path) -> Path:
    (tmp_path / "allowed_signers").write_text(
        f'# who may attest\n{ADA} ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB other\n{ADA},ada namespaces="git" {public_line()} laptop\n'
    )
    return tmp_path


def refusal(directory, attestation, *, now=NOW, commit=COMMIT) -> str | None:
    write(directory, attestation)
    (standing,) = standings(directory, system="shop", stack="production", commit=commit, now=now)
    return standing.refused


def test_a_signed_attestation_of_a_listed_key_counts(directory):
    assert refusal(directory, sign(statement(), KEY)) is None


def test_one_for_a_commit_counts_for_that_commit(directory):
    attestation = sign(statement(kind="code-review", commit=COMMIT), KEY)
    assert refusal(directory, attestation) is None
    assert refusal(directory, attestation, commit="b" * 40) == f"it is for the commit {COMMIT[:12]}, not {'b' * 12}"
    assert refusal(directory, attestation, commit=None) is not None
    assert (
        refusal(directory, sign(statement(kind="code-review"), KEY)) == f"it is for the commit none, not {COMMIT[:12]}"
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"until": NOW}, "it held until 2026-11-22 12:00 UTC"),
        ({"made": NOW + timedelta(minutes=6)}, "it is dated in the future: 2026-11-22 12:06 UTC"),
        ({"until": NOW + timedelta(hours=24)}, "on-call holds for 24 hours at most"),
        ({"system": "store"}, "it is for the system store, not shop"),
        ({"who": "eve@example.com"}, "eve@example.com has no key in allowed_signers"),
        ({"kind": "good-mood"}, "'good-mood' is no kind of attestation"),
    ],
)
def test_what_does_not_count_says_why(directory, words, reason):
    assert refusal(directory, sign(statement(**words), KEY)) == reason


def test_the_key_of_somebody_else_does_not_sign_for_ada(directory):
    assert refusal(directory, sign(statement(), Ed25519PrivateKey.generate())) == f"no key of {ADA} made its signature"


def test_an_attestation_for_another_stack_or_kind_is_not_moved_by_its_file(directory):
    file = write(directory, sign(statement(stack="staging"), KEY))
    (directory / "production").mkdir()
    moved = file.rename(directory / "production" / file.name)
    (standing,) = standings(directory, system="shop", stack="production", commit=None, now=NOW)
    assert standing.refused == "it is for the stack staging, not production"
    moved.unlink()
    file = write(directory, sign(statement(), KEY))
    file.rename(file.with_name("status-page.json"))
    (standing,) = standings(directory, system="shop", stack="production", commit=None, now=NOW)
    assert standing.refused == "it is of the kind on-call, not status-page"


@given(st.data())
def test_whatever_is_changed_after_signing_no_longer_counts(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("attestations")
    (folder / "allowed_signers").write_text(f"{ADA} {public_line()}\n")
    document = sign(statement(), KEY).model_dump(mode="json", exclude_none=True)
    field = data.draw(st.sampled_from(["evidence", "made", "until", "signature", "commit"]))
    changes = {
        "evidence": st.text(min_size=1).filter(lambda text: text != document["evidence"]),
        "made": st.just("2026-11-22T11:00:01Z"),
        "until": st.just("2026-11-22T20:00:01Z"),
        "signature": st.text(alphabet="ABCab/+=", max_size=90),
        "commit": st.just("c" * 40),
    }
    document[field] = data.draw(changes[field])
    file = folder / "production" / "on-call.json"
    file.parent.mkdir()
    file.write_text(json.dumps(document))
    (standing,) = standings(folder, system="shop", stack="production", commit=None, now=NOW)
    assert standing.refused is not None


def test_layout_of_the_file_is_not_signed(directory):
    file = write(directory, sign(statement(), KEY))
    file.write_text(json.dumps(json.loads(file.read_text()), sort_keys=True))
    (standing,) = standings(directory, system="shop", stack="production", commit=None, now=NOW)
    assert standing.refused is None


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"kind": "on-call"}'])
def test_a_file_that_is_no_attestation_does_not_count(directory, content):
    (directory / "production").mkdir()
    (directory / "production" / "on-call.json").write_text(content)
    (standing,) = standings(directory, system="shop", stack="production", commit=None, now=NOW)
    assert standing.refused.startswith("it is no attestation")


def test_every_kind_is_in_the_documentation(project_root):
    page = (project_root / "docs" / "evidence.md").read_text()
    for name, kind in KINDS.items():
        assert f"| {name} | {kind.says} |" in page


# The commands


@pytest.fixture
def shop(tmp_path, headworks):
    """A system in a git repository of its own; Ada's key is listed."""
    folder = tmp_path / "shop"
    (folder / "attestations").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "Pulumi.production.yaml").write_text("config: {}\n")
    (folder / "attestations" / "allowed_signers").write_text(f"{ADA} {public_line()}\n")
    for words in (
        ["init", "-q"],
        ["config", "user.email", ADA],
        ["config", "user.name", "Ada"],
        ["add", "."],
        ["commit", "-qm", "Shop"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def key_file(tmp_path, key=KEY, passphrase: bytes | None = None) -> Path:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    file = tmp_path / "key"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption))
    return file


def test_what_is_attested_on_the_command_line_counts_until_the_next_commit(headworks, shop, tmp_path):
    key = str(key_file(tmp_path))
    words = ("attest", "code-review", "production", "--evidence", "PR 7", "--key", key, "--system", str(shop))
    answer = headworks(*words)
    assert answer.returncode == 0, answer.stderr
    listed = headworks("attestations", "production", "--system", str(shop), "--json")
    assert listed.returncode == 0
    (entry,) = json.loads(listed.stdout)
    assert (entry["kind"], entry["counts"], entry["who"], entry["evidence"]) == ("code-review", True, ADA, "PR 7")
    Attestation.model_validate_json((shop / "attestations" / "production" / "code-review.json").read_bytes())
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "Next"], cwd=shop, check=True)
    listed = headworks("attestations", "production", "--system", str(shop))
    assert listed.returncode == 1
    assert "does not count: it is for the commit" in listed.stdout


def test_the_commands_of_the_documentation_work(headworks, shop, tmp_path, project_root):
    key = str(key_file(tmp_path))
    lines = (project_root / "docs" / "evidence.md").read_text().splitlines()
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("headworks attest")]
    assert [words[0] for words in commands] == ["attest", "attestations"]
    for words in commands:
        signed = ("--key", key) if words[0] == "attest" else ()
        answer = headworks(*words, *signed, "--system", str(shop))
        assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("good-mood", "production"), "staging-soak"),
        (("on-call", "production", "--hours", "25"), "on-call holds for 24 hours at most"),
        (("on-call", "prod"), "'prod'"),
        (("on-call", "production", "--key", "/nowhere/key"), "/nowhere/key cannot be read"),
        (("on-call", "production", "--who", "eve@example.com"), f"eve@example.com {public_line()}"),
    ],
)
def test_what_would_not_count_is_not_written(headworks, shop, tmp_path, words, says):
    key = () if "--key" in words else ("--key", str(key_file(tmp_path)))
    answer = headworks("attest", *words, "--evidence", "e", *key, "--system", str(shop))
    assert answer.returncode == 2
    assert says in answer.stderr
    assert not (shop / "attestations" / "production").exists()


def test_a_file_that_is_no_ed25519_key_is_said_to_be_none(headworks, shop, tmp_path):
    file = tmp_path / "key"
    file.write_text("not a key")
    answer = headworks("attest", "on-call", "production", "--evidence", "e", "--key", str(file), "--system", str(shop))
    assert answer.returncode == 2
    assert "ssh-keygen -t ed25519" in answer.stderr


def test_a_passphrase_is_asked_for_and_shown_nowhere(headworks, shop, tmp_path):
    key = key_file(tmp_path, passphrase=b"open sesame 5d2e")
    words = ("attest", "on-call", "production", "--evidence", "e", "--key", str(key), "--system", str(shop))
    answer = headworks(*words, stdin="open sesame 5d2e\n")
    assert answer.returncode == 0, answer.stderr
    assert "sesame" not in answer.stdout + answer.stderr
    assert headworks(*words, stdin="wrong\n").returncode == 2
