"""Addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.config_files import load_rules
from worker.parse.urls import absolute_url, canonical_url, domain_of

RULES = load_rules()


@pytest.mark.parametrize(
    "text",
    ["", "example", "/path", "//example.org/x", "ftp://example.org/", "javascript:alert(1)", "data:text/html,x",
     "https://", "https://exa mple.org/", "https://user@example.org/", "https://example.org:99999/", "http://[::1",
     "https://example.org/\x00", "https://example.org/" + "x" * 3000, "https://example.org/\ud800"],
)  # fmt: skip
def test_what_is_no_public_address_gives_none(text: str) -> None:
    assert canonical_url(text, RULES) is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://Example.org", "http://example.org/"),
        ("https://example.org/ä?q=ü#top", "https://example.org/%C3%A4?q=%C3%BC"),
        ("https://example.org/a?id=1&utm_campaign=x&page=2", "https://example.org/a?id=1&page=2"),
        ("https://example.org/a?UTM_Source=x", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org/a?refund=1", "https://example.org/a?refund=1"),
    ],
)
def test_an_address_without_what_tracks_its_reader(text: str, url: str) -> None:
    assert canonical_url(text, RULES) == url


def test_a_relative_address_needs_its_page() -> None:
    assert absolute_url("../img/a.jpg", base="https://example.org/2024/x") == "https://example.org/img/a.jpg"


def test_a_domain_has_no_www() -> None:
    assert domain_of("https://www.example.org/a") == "example.org"
    assert domain_of(None) is None


@given(st.text(max_size=40))
def test_a_canonical_address_is_its_own_canonical_address(tail: str) -> None:
    url = canonical_url(f"https://example.org/{tail}", RULES)
    assert url is None or (canonical_url(url, RULES) == url and url.isascii() and " " not in url)
