"""Live facts: what the account holds at the moment that no file can know."""

from headworks.facts.read import Fact, Facts, read_facts

__all__ = ["Fact", "Facts", "read_facts"]
