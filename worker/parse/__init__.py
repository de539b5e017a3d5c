"""Bytes in, draft out: one reader per format, chosen by content in `formats.py`. Pure."""
