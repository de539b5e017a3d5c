"""Which running story an article belongs to."""
