"""Runs recorded cases of Pulumi's engine with this one, and compares: `python -m sandbox.engine.conformance DIR…`.

The format of a case, of its record, and the normalisation are described in the README.md of the folder of cases.
"""
