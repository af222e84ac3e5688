"""What an API token has to permit for a stack, derived from the operations that its graph uses; nothing here is written for one stack.

`permissions.json` says which operations there are and which permission groups open each; `scripts/permissions.py` makes it.
"""
