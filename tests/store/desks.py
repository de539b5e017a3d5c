"""A worker's place at the index: claims made of articles, committed, and the verdicts on them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from tests.documents import article_of
from worker.article import Article, Moment, Publisher
from worker.ids import mint
from worker.record import render_article
from worker.store.claim import claim_of
from worker.store.commit import commit
from worker.store.verdict import Verdict, read_verdict
from worker.store.wire import Part, pack_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    import redis

    from worker.store.keys import Keys

WORDS = [
    first + second
    for first in ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va")
    for second in ("bar", "den", "fil", "gom", "lup", "mar", "nes", "pit", "ron", "sul", "tak", "ver")
]


def prose(seed: int, words: int = 200) -> str:
    """A text like no other: the same for the same seed."""
    choice = random.Random(seed)
    return " ".join(choice.choice(WORDS) for _ in range(words)) + "."


def edited(text: str, *places: int) -> str:
    """The same text with another word at each of these places."""
    words = text.split(" ")
    for place in places:
        words[place] = f"other{place}"
    return " ".join(words)


_TEMPLATE = article_of(prose(0))


def article(
    text: str,
    *,
    day: str | None = None,
    url: str | None = None,
    guid: str | None = None,
    publisher: str | None = None,
    path: str | None = None,
    modified: str | None = None,
) -> Article:
    """An article of which nothing else is known."""
    precision = "minute" if modified and "T" in modified else "day"
    return replace(
        _TEMPLATE,
        id=mint(),
        text=text,
        url=url,
        guid=guid,
        published=Moment(day, "day", None, "metadata", day) if day else None,
        modified=Moment(modified, precision, None, "metadata", modified) if modified else None,  # type: ignore[arg-type]
        publisher=Publisher(None, publisher) if publisher else None,
        source=replace(_TEMPLATE.source, path=path or "a.txt"),
    )


@dataclass(slots=True)
class Desk:
    """Commits articles, in one batch or one after the other."""

    client: redis.Redis
    keys: Keys
    key: bytes
    window_days: int = 30
    articles: dict[str, Article] = field(default_factory=dict)

    def commit(self, *articles: Article) -> list[Verdict]:
        """The verdicts on them, committed in one batch."""
        self.put(*articles)
        found = self.verdicts()
        return [found[one.id] for one in articles]

    def put(self, *articles: Article) -> None:
        """Commit them in one batch, and read nothing: the stream is read whole where there are verdicts to give."""
        job = mint()
        self.client.set(self.keys.payload(job), "x")
        self.client.hset(self.keys.documents, mapping={one.id: job for one in articles})
        parts = [self.part(one) for one in articles]
        signed: Sequence[tuple[Part, bytes]] = [(part, pack_part(self.key, part)) for part in parts]
        answer = commit(self.client, self.keys, job=job, final=True, parts=signed, window_days=self.window_days)
        assert answer == "committed"
        self.articles.update({one.id: one for one in articles})

    def part(self, one: Article) -> Part:
        """What a worker makes of it."""
        body = render_article(one, 1_000_000, "0" * 12)
        assert isinstance(body, bytes)
        claim = claim_of(one)
        return Part(one.id, mint(), "0" * 64, "article", claim.fingerprint.hex(), body, claim=claim)

    def one(self, article: Article) -> Verdict:
        """The verdict on it, committed alone."""
        return self.commit(article)[0]

    def entries(self, admin: redis.Redis) -> list[dict[bytes, bytes]]:
        """What stands in the stream."""
        rows = cast("list[tuple[bytes, dict[bytes, bytes]]]", admin.xrange(self.keys.stream))
        return [fields for _, fields in rows]

    def verdicts(self) -> dict[str, Verdict]:
        """The last verdict on each document."""
        assert self.admin is not None
        return {row[b"d"].decode(): read_verdict(row[b"v"]) for row in self.entries(self.admin)}

    admin: redis.Redis | None = None


def families(verdicts: dict[str, Verdict]) -> set[frozenset[str]]:
    """The families that the verdicts make, what was found later included."""
    first = {name: name for name in verdicts}

    def root(name: str) -> str:
        while first[name] != name:
            name = first[name]
        return name

    for name, verdict in verdicts.items():
        for joined in verdict.joined:
            first[root(joined.later.document)] = root(joined.earlier.document)
        if verdict.repeated is not None:
            first[name] = root(verdict.repeated.of.document)
    groups: dict[str, set[str]] = {}
    for name in verdicts:
        groups.setdefault(root(name), set()).add(name)
    return {frozenset(group) for group in groups.values()}
