"""The real roles as real processes, the files that they are given, and the oracle that judges them."""
