"""The runbooks' lines as data: what each asks for, and what holds it."""
