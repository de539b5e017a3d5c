"""Measurements of copydesk as a user runs it, beside simpler ways of doing the same. Run them with `make bench`."""
