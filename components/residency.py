"""Where data stays: the jurisdiction of an environment, as the API of each product wants it said (P20, P66)."""

DEFAULT = "default"
"""Anywhere. R2 knows the word; KV, D1, queues and bindings want nothing said."""


def stated(jurisdiction: str | None) -> str | None:
    """The jurisdiction where the API does not take the word `default`; None leaves it unsaid."""
    return None if jurisdiction == DEFAULT else jurisdiction
