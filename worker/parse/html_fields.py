"""What a page says about its article: linked data, meta elements, microdata and what it shows, cross-checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from worker.article import Publisher
from worker.parse.html_dates import marked_dates, modified_of, published_of, shown_date
from worker.parse.html_headline import Said, headline_of
from worker.parse.html_images import page_images
from worker.parse.html_people import authors_of, folded, people_of, shown_people
from worker.parse.supplied import fields_of, text_of
from worker.parse.urls import canonical_url, domain_of

if TYPE_CHECKING:
    from worker.article import Author
    from worker.draft import Fields
    from worker.parse.html_body import Body
    from worker.parse.html_linked import Linked
    from worker.parse.html_tree import Element, Page
    from worker.rules import Rules

_SUBHEADLINE_LETTERS_MAX = 1000
_BYLINE_LETTERS_MAX = 200
_PUBLISHED = frozenset({"datepublished", "datecreated"})
_MODIFIED = frozenset({"datemodified"})


@dataclass(frozen=True, slots=True)
class Sources:
    """The places in which a page says things of its article."""

    page: Page
    linked: Linked
    body: Body
    url: str | None


def page_url(page: Page, rules: Rules) -> str | None:
    """The canonical address of the page: its link, or what its meta elements say."""
    for said in (page.links.get("canonical"), *page.meta.get("og:url", ())[:1], *page.meta.get("twitter:url", ())[:1]):
        url = canonical_url(said, rules) if said else None
        if url is not None:
            return url
    return None


def headings_of(page: Page) -> list[Element]:
    """The elements with the page's first headings."""
    return [element for element in page.elements if element.tag == "h1"][:5]


def page_fields(sources: Sources, rules: Rules) -> Fields:
    """The fields of the article on the page."""
    page, linked, url = sources.page, sources.linked, sources.url
    said = fields_of(linked.article, rules.json_keys, rules, base=url)
    known = frozenset(key for keys in rules.html_meta.values() for key in keys)
    told = {name: values for name, values in page.meta.items() if name in known}
    meta = fields_of(told, rules.html_meta, rules, base=url)
    publisher = _publisher(sources, said, meta)
    sites = _site_names(sources, publisher)
    headings = headings_of(page)
    headline = headline_of(
        Said(
            text_of(linked.article.get("headline")) or text_of(linked.article.get("name")),
            _first(page, "og:title"),
            _first(page, "twitter:title"),
            [element.text() for element in headings],
            page.title,
            [*sites, *linked.names],
        )
    )
    found = replace(
        said.or_else(meta),
        url=url or said.url or meta.url,
        headline=headline[0] if headline else None,
        headline_origin=headline[1] if headline else None,
        publisher=publisher,
        language=_language(page),
    )
    found = _with_people(found, sources, frozenset(map(folded, sites)), rules)
    found = _with_dates(found, said, meta, sources, rules)
    return replace(
        found,
        subheadline=_subheadline(found, sources.body),
        section=said.section or linked.section or meta.section,
        images=page_images(found.images, page, sources.body.holder, url, rules.html_body),
    ).with_domain(domain_of(found.url))


def _first(page: Page, name: str) -> str | None:
    return next(iter(page.meta.get(name, ())), None)


def _publisher(sources: Sources, said: Fields, meta: Fields) -> Publisher | None:
    """Who published it. The site's own name stands in where the linked data names none."""
    name = (said.publisher.name if said.publisher else None) or (meta.publisher.name if meta.publisher else None)
    domain = domain_of(sources.url)
    name = name or next(iter(sources.linked.names), None)
    return Publisher(name, domain) if name or domain else None


def _site_names(sources: Sources, publisher: Publisher | None) -> list[str]:
    page = sources.page
    names = [name for key in ("og:site_name", "application-name", "publisher") for name in page.meta.get(key, ())]
    names += sources.linked.names
    if publisher is not None:
        names += [name for name in (publisher.name, publisher.domain) if name]
        if publisher.domain:
            names.append(publisher.domain.rpartition(".")[0].rpartition(".")[2])
    return list(dict.fromkeys(names))


def _language(page: Page) -> str | None:
    said = page.root.attributes.get("lang") or _first(page, "og:locale") or _first(page, "content-language") or ""
    tag = said.strip().replace("_", "-")[:35]
    return tag if tag[:2].isalpha() and all(p.isalnum() for p in tag.split("-")) else None


def _with_people(found: Fields, sources: Sources, sites: frozenset[str], rules: Rules) -> Fields:
    """The same with the people who wrote it: those of the linked data, of meta elements, or of the byline shown."""
    body = sources.body
    shown, printed = shown_people(
        sources.page, body.holder, _lines_below_heading(sources), rules.html_body, sites, rules.people
    )
    linked = sources.linked.article
    names = list(people_of(linked.get("author") or linked.get("creator"), sites, rules.people))
    if not names:
        names = [
            n
            for key in rules.html_meta["authors"]
            for n in people_of(list(sources.page.meta.get(key, ())), sites, rules.people)
        ]
    if not names:
        names = list(shown)
    others = [author for author in found.authors if author.role == "contributor"]
    authors: tuple[Author, ...] = (*authors_of(names), *(a for a in others if a.name not in names))
    byline = found.byline or (printed if printed and len(printed) <= _BYLINE_LETTERS_MAX else None)
    return replace(found, authors=authors, byline=byline)


def _lines_below_heading(sources: Sources) -> list[str]:
    headings = headings_of(sources.page)
    if not headings:
        return []
    return [b.text for b in reversed(sources.body.above) if b.element.order > headings[0].order]


def _with_dates(found: Fields, said: Fields, meta: Fields, sources: Sources, rules: Rules) -> Fields:
    page = sources.page
    headings = headings_of(page)
    candidates = [said.published, meta.published, *marked_dates(page, _PUBLISHED, rules.dates)]
    if not any(candidates) or all(len(moment.value) < 10 for moment in candidates if moment):
        heading = headings[0] if headings else None
        labels = rules.html_body.date_labels
        candidates.append(shown_date(page, heading, sources.body.above, labels, rules.dates))
    published = published_of(candidates, sources.url)
    changed = [said.modified, meta.modified, *marked_dates(page, _MODIFIED, rules.dates)]
    return replace(found, published=published, modified=modified_of(changed, published))


def _subheadline(found: Fields, body: Body) -> str | None:
    for text in (found.subheadline, body.standfirst):
        if text and text != found.headline and len(text) <= _SUBHEADLINE_LETTERS_MAX:
            return text
    return None
