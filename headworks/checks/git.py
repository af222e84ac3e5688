"""Git, asked about the repository that a folder is in."""

import os
import subprocess
from pathlib import Path

from headworks.facts.account import UnreadableError

REMOTE = "origin"

_SECONDS = 20
"""After which a remote that does not answer is given up."""


class Repository:
    """The repository of a folder. Paths that it is asked about are relative to the folder.

    What git prints about an error never goes on from here: the address of a remote may have a password in it.
    """

    def __init__(self, folder: Path) -> None:
        """Raises UnreadableError when the folder is in no repository."""
        self._folder = folder
        if self._run("rev-parse", "--git-dir").returncode:
            raise UnreadableError(f"{folder} is in no git repository; `git -C {folder} status` says more")

    @property
    def head(self) -> str:
        """Id of the commit that is checked out."""
        answer = self._run("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if answer.returncode:
            raise UnreadableError(f"the repository of {self._folder} has no commit yet")
        return answer.stdout.strip()

    @property
    def is_shallow(self) -> bool:
        """Whether history was cut off when it was cloned, as pipelines do."""
        return self.ask("rev-parse", "--is-shallow-repository") == "true"

    def ask(self, *words: str) -> str:
        """What git prints; raises UnreadableError when it fails."""
        answer = self._run(*words)
        if answer.returncode:
            raise UnreadableError(f"`git {' '.join(words)}` failed; run it in {self._folder} to see why")
        return answer.stdout.strip()

    def find(self, *words: str) -> str | None:
        """What git prints; None when it fails, which here means that there is no such thing."""
        answer = self._run(*words)
        return None if answer.returncode else answer.stdout.strip()

    def agrees(self, *words: str) -> bool:
        """The answer to a question that git answers by exit code 0 or 1; raises UnreadableError on any other."""
        answer = self._run(*words)
        if answer.returncode not in {0, 1}:
            raise UnreadableError(f"`git {' '.join(words)}` failed; run it in {self._folder} to see why")
        return answer.returncode == 0

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["git", "--no-optional-locks", *words],
                cwd=self._folder,
                env=os.environ | {"GIT_TERMINAL_PROMPT": "0"},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # without a terminal ssh cannot wait for a passphrase
            )
        except subprocess.TimeoutExpired as error:
            raise UnreadableError(f"`git {words[0]}` had no answer after {_SECONDS} seconds") from error
        except OSError as error:
            raise UnreadableError(f"git could not be started in {self._folder}: {error.strerror}") from error
