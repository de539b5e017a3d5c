"""copydesk: news articles in as files, one JSON line per article out. Start reading in `pipeline.py`."""

__version__ = "0.1.0"
