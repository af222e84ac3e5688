"""What adoption has to tell beside the files that it writes: nothing is left out in silence."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NotTaken:
    """Something of the configuration, or of the account, that the stack's files do not say."""

    environment: str
    what: str
    """An option by its path (`kv_namespaces.CACHE.preview_id`), or a thing."""
    consequence: str


@dataclass(frozen=True, kw_only=True)
class NotImported:
    """Something that exists and does not become a resource of the stack."""

    environment: str
    what: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Something that the configuration names and the account does not have: the first `up` makes it."""

    environment: str
    what: str


_BUILDING = "It is about building, which stays the app's: keep it in the app's own wrangler configuration."
_DEVELOPING = (
    "It is about `wrangler dev`, in which the stack has no part: keep it in the app's own wrangler configuration."
)
_NOT_BOUND = (
    "A stack cannot say it, so the rendered configuration lacks it, and a deployment with that would take it from the Worker: "
    "keep it in the app's own wrangler configuration."
)

UNKNOWN = "No option that is known here, so the rendered configuration lacks it: keep it in the app's own wrangler configuration."

CONSEQUENCES = {
    **dict.fromkeys(
        (
            "base_dir",
            "build",
            "find_additional_modules",
            "preserve_file_names",
            "rules",
            "no_bundle",
            "minify",
            "keep_names",
            "define",
            "tsconfig",
            "jsx_factory",
            "jsx_fragment",
            "upload_source_maps",
            "alias",
        ),
        _BUILDING,
    ),
    **dict.fromkeys(("dev", "send_metrics", "remote", "localConnectionString"), _DEVELOPING),
    **dict.fromkeys(("preview_id", "preview_bucket_name", "preview_database_id"), _DEVELOPING),
    "keep_vars": "Variables are the stack's: one that somebody set in the dashboard is taken away by the next deployment.",
    "delivery_delay": "Wrangler heeds no delay of a producer: the queue itself has it, and was asked for it.",
    "migrations_dir": "The app goes on applying its schema itself. To leave that to the stack, say `migrations_dir` in Pulumi.yaml.",
    "migrations_table": "It goes with `migrations_dir`.",
}  # fmt: skip
"""By the name of an option, at whatever depth."""


def consequence(option: str) -> str:
    return CONSEQUENCES.get(option, _NOT_BOUND)
