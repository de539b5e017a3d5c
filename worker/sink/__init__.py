"""The one writer: committed lines become bytes on disk that never change."""
