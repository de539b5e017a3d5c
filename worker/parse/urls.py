"""Addresses: only http and https, canonical, without parameters that track readers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

if TYPE_CHECKING:
    from worker.rules import Rules

_CHARACTERS_MAX = 2000
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+|localhost|\[[0-9a-f:.]+\]")
_SAFE = "%/:=&?~#+!$,;'@()*[]"


def canonical_url(text: str, rules: Rules, *, base: str | None = None) -> str | None:
    """`text` as an absolute address without fragment and tracking parameters; None where it is none.

    A relative one is only an address beside its `base`.
    """
    url = absolute_url(text, base=base)
    if url is None:
        return None
    parts = urlsplit(url)
    pairs = [pair for pair in parts.query.split("&") if pair and not rules.tracking.fullmatch(pair.partition("=")[0])]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(pairs), ""))


def absolute_url(text: str, *, base: str | None = None) -> str | None:
    """`text` as an absolute http or https address, its path in ASCII; None where it is none."""
    text = text.strip()
    if not text or len(text) > _CHARACTERS_MAX or " " in text or not text.isprintable():
        return None
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if scheme not in _PORTS or not _HOST.fullmatch(host) or parts.username is not None:
        return None
    host = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    path, query, fragment = (quote(part, safe=_SAFE) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((scheme, host, path or "/", query, fragment))


def domain_of(url: str | None) -> str | None:
    """The host of an absolute address without `www.`, None without an address."""
    host = urlsplit(url).hostname if url else None
    return host.removeprefix("www.") if host else None
