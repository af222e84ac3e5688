"""From a wrangler configuration and a live account to a system's files, and to a file for `pulumi import`. It only reads."""
