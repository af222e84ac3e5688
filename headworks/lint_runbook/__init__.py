"""Finds in a runbook what fails, or does something else, when somebody follows it."""
