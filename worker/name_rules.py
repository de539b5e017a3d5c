"""What is known of names: `[[names]]` tables of `config/rules/names.<language>.toml` and the gazetteers beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from worker.gazetteer import Gazetteer, Known
from worker.name_flags import FLAGS, KNOWN, PHRASE, ROLE, SPANS, TITLE
from worker.name_runs import run_at

_ROLE_CHARACTERS_MAX = 100
_TITLE_LETTERS_MIN = 5

_KNOWN = frozenset(("person", "organisation", "place", "event", "country"))
_SMALL = frozenset((
    "role", "role_before", "locative", "speech", "joiner", "listing", "particle", "branch", "saying", "before_role",
    "behind_role", "link", "title_ending", "elision", "article", "compound",
))  # fmt: skip
_STATES = frozenset(("state", "state_short"))


@dataclass(frozen=True, slots=True, eq=False)
class NameRules:
    """What is known of names in one language.

    Attributes:
        flags: a word or phrase with a capital -> what it may be, one bit for each kind.
        known: a name -> what it is.
        roles, roles_before, locatives, speech, joiners, particles, branches, saying, articles, compounds, listing,
            links: the words of these kinds.
        title_endings: what compounds that are titles end with.
        elisions: what stands before an apostrophe that parts it from the name: `L` in `L'Ukraine`.
        spanning: the words with capitals that a known name begins with -> what follows them in it, where it holds
            small words, commas or figures.
        leading: the words with capitals in a known name that begins with a small letter -> what stands before them.
        apposition: fits a comma and what stands behind it; its group holds the role with what follows it.
        behind_role: where in that a role ends.
        countries: a name in this language -> `country[,latitude,longitude]`.
        demonyms: a word -> the country that it belongs to.
        states: a state of the United States, long or short -> its two letters.
    """

    flags: Mapping[str, int]
    known: Mapping[str, Known]
    roles: frozenset[str]
    roles_before: frozenset[str]
    locatives: frozenset[str]
    speech: frozenset[str]
    joiners: frozenset[str]
    particles: frozenset[str]
    branches: frozenset[str]
    saying: frozenset[str]
    title_endings: tuple[str, ...]
    elisions: frozenset[str]
    articles: frozenset[str]
    compounds: frozenset[str]
    listing: tuple[str, ...]
    links: tuple[str, ...]
    spanning: Mapping[str, tuple[str, ...]]
    leading: Mapping[str, str]
    apposition: re.Pattern[str]
    behind_role: re.Pattern[str]
    countries: Mapping[str, str]
    demonyms: Mapping[str, str]
    states: Mapping[str, str]
    gazetteer: Gazetteer
    phrase_words_max: int


def name_rules_from(rows: Iterable[Mapping[str, Any]], countries: Mapping[str, str], gazetteer: Gazetteer) -> NameRules:
    """The rules that the `[[names]]` tables `rows` of one language make.

    Raises:
        KeyError, ValueError: a table can't be understood.
    """
    flags: dict[str, int] = {}
    known: dict[str, Known] = {}
    small: dict[str, set[str]] = {kind: set() for kind in _SMALL}
    demonyms: dict[str, str] = {}
    states: dict[str, str] = {}
    for row in rows:
        kind, words = row["kind"], row["words"]
        values = words if isinstance(words, Mapping) else dict.fromkeys(words, "")
        if kind in _KNOWN:
            known |= {plain(word): _known(kind, word, value) for word, value in values.items()}
            if kind == "organisation":
                known |= {plain(value): _known(kind, value, value) for value in values.values() if value}
        elif kind in _SMALL:
            small[kind] |= values.keys()
        elif kind in _STATES:
            states |= values
            if kind == "state":
                known = {name: Known("place", name, "US") for name in values} | known
        elif kind in FLAGS:
            for word in values:
                flags[plain(word)] = flags.get(plain(word), 0) | FLAGS[kind]
            if kind == "demonym":
                demonyms |= {plain(word): value for word, value in values.items()}
        else:
            kinds = ", ".join(sorted(_KNOWN | _SMALL | _STATES | FLAGS.keys()))
            raise ValueError(f"kind = {kind!r} is none of {kinds}")
    for word in map(str.capitalize, small["role"]):
        # `Astronomer Jo Roe said`: at the start of a sentence a role has a capital. Many are surnames, too.
        if len(word) >= _TITLE_LETTERS_MIN and not (word in flags or word in known or word in gazetteer.people):
            flags[word] = TITLE | ROLE
    spanning, leading = _spanning(known)
    for name, city in gazetteer.large.items():
        known.setdefault(name, city)
    for name, where in countries.items():
        known.setdefault(name, Known("place", name, where[:2]))
    for run in spanning:
        flags[run] = flags.get(run, 0) | SPANS
    phrases = [*flags, *known]
    for name in known:
        flags[name] = flags.get(name, 0) | KNOWN
    for name in phrases:
        first, _, rest = name.partition(" ")
        if rest:
            flags[first] = flags.get(first, 0) | PHRASE
    return NameRules(
        flags=flags,
        known=known,
        roles=frozenset(small["role"]),
        roles_before=frozenset(small["role_before"] | small["role"]),
        locatives=frozenset(small["locative"]),
        speech=frozenset(small["speech"]),
        joiners=frozenset(small["joiner"]),
        particles=frozenset(small["particle"]),
        branches=frozenset(small["branch"]),
        saying=frozenset(small["saying"]),
        title_endings=tuple(sorted(small["title_ending"])),
        elisions=frozenset(small["elision"]),
        articles=frozenset(small["article"]),
        compounds=frozenset(small["compound"]),
        listing=tuple(f" {word} " for word in sorted(small["listing"])),
        spanning=spanning,
        leading=leading,
        links=tuple(f" {word} " for word in sorted(small["link"], key=lambda word: (-len(word), word))),
        apposition=re.compile(
            rf", ((?:(?:{_any_of(small['before_role'])})\b ?)*)([^,.;:()\n\"“”—–]{{3,{_ROLE_CHARACTERS_MAX}}})"
        ),
        behind_role=re.compile(rf" (?:{_any_of(small['behind_role'])})\b"),
        countries=countries,
        demonyms=demonyms,
        states=states,
        gazetteer=gazetteer,
        phrase_words_max=max((name.count(" ") + 1 for name in phrases), default=1),
    )


def _spanning(known: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """`spanning` and `leading` of the rules."""
    spanning: dict[str, list[str]] = {}
    leading = {}
    for name in known:
        run = run_at(name, 0)
        first = next((n for n, letter in enumerate(name) if letter.isupper()), 0)
        if first:
            leading[name[first:]] = name[:first]
        elif run and len(run) < len(name):
            spanning.setdefault(run, []).append(name[len(run) :])
    return {run: tuple(sorted(rests, key=len, reverse=True)) for run, rests in spanning.items()}, leading


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) or "(?!)"


def check_rows(rows: Iterable[Mapping[str, Any]]) -> None:
    """See that tables of a user's own can be read. Raises KeyError, TypeError, ValueError."""
    empty = Gazetteer({}, {}, {})
    name_rules_from(rows, {}, empty)


def plain(name: str) -> str:
    """A name with straight apostrophes, as it is looked up."""
    return name.replace("’", "'") if "’" in name else name


def _known(kind: Any, word: str, value: str) -> Known:
    if kind in {"place", "country"}:
        return Known("place", f"={value}" if kind == "country" else word, value or None)
    return Known(kind, value or word, None)
