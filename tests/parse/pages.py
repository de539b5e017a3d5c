"""Pages that the tests of the reader are made of."""

from __future__ import annotations

import orjson

ONE = "The council met on Monday and talked about the tram for three hours, which was longer than planned."
TWO = "Nobody was quite sure why it took so long, although several members of the council had brought sandwiches."
THREE = "“We will meet again,” said the mayor, Jo Roe, who had not brought any, and looked at the clock above the door."


def page(body: str, head: str = "", attributes: str = "") -> str:
    """A whole page."""
    return f"<!doctype html><html {attributes}><head>{head}</head><body>{body}</body></html>"


def story(inside: str = "", above: str = "") -> str:
    """An article of three paragraphs with something in its middle, or under its headline."""
    return f"<article><h1>Council Meets</h1>{above}<p>{ONE}</p>{inside}<p>{TWO}</p><p>{THREE}</p></article>"


def linked(**said: object) -> str:
    """A script of linked data with one news article."""
    data = orjson.dumps({"@context": "https://schema.org", "@type": "NewsArticle", **said}).decode()
    return f'<script type="application/ld+json">{data}</script>'
