"""The policy pack: deployment runbooks as rules over resource properties.

The rules know resource properties and nothing else: neither the provider nor the components are imported, so the pack
starts fast and judges any Pulumi program. `__main__.py` starts the pack and blocks; everything else can be imported.

No module here may bear the name of one in the standard library: Pulumi runs the pack with this folder first on the
import path, where a `secrets.py` would hide Python's own.
"""
