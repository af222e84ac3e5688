"""Wrangler's configuration as a typed model: read and written without loss."""

from headworks.wrangler.configuration import Configuration
from headworks.wrangler.document import Document, emit, parse

__all__ = ["Configuration", "Document", "emit", "parse"]
