"""The components in every language of Pulumi: docs/components-in-other-languages.md."""
