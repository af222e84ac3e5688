"""The words, signs and colours of operations, as Pulumi prints them."""

from dataclasses import dataclass

HEADLINE = "bold bright_magenta"
COLUMN_HEADER = "underline bright_blue"
INFO = "bright_magenta"
WARNING = "bright_yellow"
ERROR = "bright_red"


@dataclass(frozen=True)
class Words:
    sign: str
    """Two characters in front of a resource or property."""
    color: str
    planned: str
    """In a preview."""
    progressing: str
    done: str
    failed: str


OPERATIONS = {
    "same": Words("  ", "", "", "", "", "failed"),
    "create": Words("+ ", "green", "create", "creating", "created", "creating failed"),
    "update": Words("~ ", "yellow", "update", "updating", "updated", "updating failed"),
    "delete": Words("- ", "red", "delete", "deleting", "deleted", "deleting failed"),
    "replace": Words("+-", "bright_magenta", "replace", "replacing", "replaced", "replacing failed"),
    "create-replacement": Words(
        "++", "bright_green", "create replacement", "creating replacement", "created replacement", "creating failed"
    ),
    "delete-replaced": Words(
        "--", "bright_red", "delete original", "deleting original", "deleted original", "deleting failed"
    ),
    "read": Words("> ", "cyan", "read", "reading", "read", "reading failed"),
    "read-replacement": Words(
        ">>",
        "bright_magenta",
        "read for replacement",
        "reading for replacement",
        "read for replacement",
        "reading failed",
    ),
    "refresh": Words("~ ", "yellow", "refreshing", "refreshing", "refresh", "refreshing failed"),
    "discard": Words("< ", "red", "discard", "discarding", "discarded", "discarding failed"),
    "discard-replaced": Words(
        "<<", "red", "discard original", "discarding original", "discarded original", "discarding failed"
    ),
    "import": Words("= ", "green", "import", "importing", "imported", "importing failed"),
    "import-replacement": Words(
        "=>",
        "bright_magenta",
        "import replacement",
        "importing replacement",
        "imported replacement",
        "importing failed",
    ),
    "remove-pending-replace": Words("~ ", "", "", "", "", ""),
}
"""In the order in which a summary counts them."""

UNCOUNTED = frozenset({"same", "read", "discard", "read-replacement"})

PAST = {"replace": "replaced", "create-replacement": "create-replacementd", "refresh": "refreshed", "read": "read"}
"""Of a summary, where it is not the word of `Words.done`."""

HEADINGS = {
    ("up", True): "Previewing update",
    ("up", False): "Updating",
    ("preview", True): "Previewing update",
    ("import", True): "Previewing import",
    ("import", False): "Importing",
    ("refresh", True): "Previewing refresh",
    ("refresh", False): "Refreshing",
    ("destroy", True): "Previewing destroy",
    ("destroy", False): "Destroying",
}
"""By operation, and whether it is only a preview."""


def display_name(type_: str) -> str:
    """A type token as people read it: `aws:s3/bucket:Bucket` is `aws:s3:Bucket`."""
    package, module, name = [*type_.split(":"), "", ""][:3] if type_.count(":") == 2 else (type_, "", "")
    folder, slash, file = module.rpartition("/")
    return f"{package}:{folder}:{name}" if slash and name and file == name[0].lower() + name[1:] else type_


def count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
