"""A Cloudflare account on this machine: the v4 API in one process and one SQLite file.

It keeps what it is told, in Cloudflare's shapes and by Cloudflare's rules, and refuses by name what it does not know. It
does not run Workers.
"""
