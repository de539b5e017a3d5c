"""Damaged text made whole, and edges that are not the article cut off."""
