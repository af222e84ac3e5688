"""The systems' building blocks: Pulumi components, and the only code here that creates cloud resources.

Nothing is imported here on purpose: `components.ledger` runs in Pulumi's provider process, which needs no other module.
"""
