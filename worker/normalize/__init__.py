"""Text in, mended text and counts out: one function per kind of damage, listed in `mend.py`. Pure."""
