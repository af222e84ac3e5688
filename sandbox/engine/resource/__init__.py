"""The words of the engine: URNs, property values, what a program wants of a resource and what the state holds of it."""
