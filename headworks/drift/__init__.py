"""Drift: how the account differs from what the last `up` recorded, in both directions. Nothing here changes the account."""
