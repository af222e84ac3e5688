"""Live facts: what the account holds at the moment that no file can know."""

from headworks.facts.read import Fact, Facts, ScriptFacts, read_facts

__all__ = ["Fact", "Facts", "ScriptFacts", "read_facts"]
