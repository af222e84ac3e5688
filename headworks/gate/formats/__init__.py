"""The verdict for terminals, pull requests, code scanning, test reports and programs."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum

from headworks.gate.formats.document import as_document
from headworks.gate.formats.junit import as_junit
from headworks.gate.formats.markdown import as_markdown
from headworks.gate.formats.sarif import as_sarif
from headworks.gate.formats.text import as_text
from headworks.gate.verdict import Verdict


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"


FORMATS: Mapping[Format, Callable[[Verdict], str]] = {
    Format.TEXT: as_text,
    Format.JSON: lambda verdict: json.dumps(as_document(verdict), indent=2, ensure_ascii=False),
    Format.SARIF: lambda verdict: json.dumps(as_sarif(verdict), indent=2, ensure_ascii=False),
    Format.JUNIT: as_junit,
    Format.MARKDOWN: as_markdown,
}

SUFFIXES: Mapping[str, Format] = {
    ".txt": Format.TEXT,
    ".json": Format.JSON,
    ".sarif": Format.SARIF,
    ".xml": Format.JUNIT,
    ".md": Format.MARKDOWN,
}
"""What a file's name says of the format that is wanted in it."""
