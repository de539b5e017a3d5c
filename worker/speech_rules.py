"""Rules for who said what: `[[cue]]` and other tables of `config/rules/speech.<language>.toml` and of users' own files.

What the tables hold stands on top of `config/rules/speech.en.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Use = Literal["speech", "telling", "asking", "judgement", "thought", "finding", "source"]
Clause = Literal["any", "bare", "that", "object", "none"]
Gender = Literal["male", "female", "many", "any"]

USES: Final[tuple[str, ...]] = get_args(Use)
CLAUSES: Final[tuple[str, ...]] = get_args(Clause)
_CLAUSE_OF: Final[Mapping[Use, Clause]] = {"telling": "bare", "judgement": "none"}
_FILE: Final = "speech."
_TABLES: Final = frozenset(
    ("language", "cue", "pronouns", "courtesy", "role", "body", "openers", "belonging", "grammar", "given", "order")
)
_NOT_A_SPEAKER: Final = "other"


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """What is known of speech in one language. Words are in small letters, abbreviations without their full stop.

    Attributes:
        cues: each form of a cue and how it is used.
        clauses: with which words of indirect speech each form goes.
        sources: those forms behind which the speaker stands.
        unlikely: words before a form of a cue that make it something else: `the report`, `to say`.
        participles: those forms whose subject is that of the main clause.
        first_words: with which the cues begin, in their letters; `longer` are the cues of several words by their first.
        abbreviations: words that keep their full stop, besides titles.
        pronouns: gender of whom they stand for; None for those that never stand for a speaker.
        courtesy: titles that are neither name nor role, with their gender.
        roles, bodies: nouns for people by what they are, and for organisations.
        openers: words that begin a sentence, but no name.
        belonging: words for a people or a party before a name.
        given: first names with their gender.
        bases: forms that go with names of the plural alone, told by `plural_endings`: `Jo Roe's claim` is a noun.
        role_endings: with which a word for a role ends.
        elisions: articles and the like that are written together with the next word.
        nouns_have_capitals, clause_behind_comma: as in German. drops_subject: as in Spanish.
        cue_inside: the cue may stand between commas inside the marks, as in French.
    """

    language: str
    cues: Mapping[str, Use]
    clauses: Mapping[str, Clause]
    sources: frozenset[str]
    unlikely: frozenset[str]
    participles: frozenset[str]
    first_words: frozenset[str]
    longer: Mapping[str, tuple[tuple[str, ...], ...]]
    abbreviations: frozenset[str]
    pronouns: Mapping[str, Gender | None]
    courtesy: Mapping[str, Gender]
    roles: frozenset[str]
    bodies: frozenset[str]
    openers: frozenset[str]
    belonging: frozenset[str]
    given: Mapping[str, Gender]
    determiners: frozenset[str]
    prepositions: frozenset[str]
    hanging: frozenset[str]
    complements: frozenset[str]
    subordinators: frozenset[str]
    joiners: frozenset[str]
    relatives: frozenset[str]
    that: frozenset[str]
    question: frozenset[str]
    adverbs: frozenset[str]
    negations: frozenset[str]
    times: frozenset[str]
    time_openers: frozenset[str]
    hollow: frozenset[str]
    breaks: frozenset[str]
    listeners: frozenset[str]
    particles: frozenset[str]
    suffixes: frozenset[str]
    suffixes_lower: frozenset[str]
    of: frozenset[str]
    definite: frozenset[str]
    epithets: frozenset[str]
    modifiers: frozenset[str]
    bases: frozenset[str]
    role_endings: tuple[str, ...]
    plural_endings: tuple[str, ...]
    elisions: tuple[str, ...]
    drops_subject: bool
    cue_inside: bool
    nouns_have_capitals: bool
    clause_behind_comma: bool


def speech_rules_from(tables: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Speech]:
    """The rules of each language, from all rule files (name without `.toml` -> table).

    Raises:
        KeyError, ValueError, TypeError: a table can't be understood.
    """
    shipped = {table["language"]: table for name, table in tables.items() if name.startswith(_FILE)}
    own = [table for name, table in tables.items() if not name.startswith(_FILE) and "cue" in table]
    for table in own:
        check_own(table)
        if table["language"] not in shipped:
            raise ValueError(f"language = {table['language']!r}: there are rules for {', '.join(sorted(shipped))}")
    return {
        language: _speech(table, [one for one in own if one["language"] == language])
        for language, table in sorted(shipped.items())
    }


def check_own(table: Mapping[str, Any]) -> None:
    """Refuse a user's table of cues that can't be one.

    Raises:
        KeyError, ValueError, TypeError: what is wrong with it.
    """
    if not isinstance(table["language"], str):
        raise TypeError("language is no text")
    for row in table["cue"]:
        _forms(row)


def _forms(row: Mapping[str, Any]) -> tuple[Use, tuple[str, ...]]:
    if row["use"] not in USES:
        raise ValueError(f"use = {row['use']!r} is none of {', '.join(USES)}")
    forms = tuple(row["forms"])
    if not forms or not all(isinstance(form, str) and form.strip() == form != "" for form in forms):
        raise ValueError(f"forms = {row['forms']!r}: words are needed")
    if not isinstance(row["example"], str):
        raise TypeError("example is no text")
    if row.get("clause", "that") not in CLAUSES:
        raise ValueError(f"clause = {row['clause']!r} is none of {', '.join(CLAUSES)}")
    return cast("Use", row["use"]), forms


def _speech(table: Mapping[str, Any], own: Iterable[Mapping[str, Any]]) -> Speech:
    if unknown := set(table) - _TABLES:
        raise ValueError(f"unknown tables: {', '.join(sorted(unknown))}")
    cues: dict[str, Use] = {}
    clauses: dict[str, Clause] = {}
    bases: set[str] = set()
    for rows in (table["cue"], *(one["cue"] for one in own)):
        for row in rows:
            use, forms = _forms(row)
            cues |= dict.fromkeys(forms, use)
            clauses |= dict.fromkeys(forms, row.get("clause", _CLAUSE_OF.get(use, "that")))
            if forms[0] not in forms[1:]:
                bases.add(forms[0])
            if use == "source":
                cues |= dict.fromkeys([form[0].upper() + form[1:] for form in forms], use)
    flags = {name: bool(said) for name, said in table["grammar"].items() if isinstance(said, bool)}
    lists = {name: said for name, said in table["grammar"].items() if not isinstance(said, bool)}
    endings = tuple(lists.pop("participle_endings"))
    elisions = tuple(lists.pop("elisions", ()))
    role_endings, plural_endings = tuple(lists.pop("role_endings")), tuple(lists.pop("plural_endings"))
    grammar = {name: frozenset(words) for name, words in lists.items()}
    return Speech(
        language=table["language"],
        cues=cues,
        clauses=clauses,
        sources=frozenset(form for form, use in cues.items() if use == "source"),
        participles=frozenset(form for form in cues if endings and form.split()[0].endswith(endings)),
        suffixes_lower=frozenset(word.lower() for word in grammar["suffixes"]),
        first_words=frozenset(form.split()[0] for form in cues),
        longer=_longer(cues),
        pronouns={
            word: None if gender == _NOT_A_SPEAKER else gender
            for gender, words in table["pronouns"].items()
            for word in words
        },
        courtesy=_by_word(table["courtesy"]),
        roles=_words(table["role"]),
        bodies=_words(table["body"]),
        openers=frozenset(word.lower() for word in table["openers"]["words"]),
        belonging=frozenset(word.lower() for word in table["belonging"]["words"]),
        given=_by_word(table["given"]),
        bases=frozenset(bases) if plural_endings else frozenset(),
        role_endings=role_endings,
        elisions=elisions,
        drops_subject=flags.get("drops_subject", False),
        cue_inside=flags.get("cue_inside", False),
        plural_endings=plural_endings,
        nouns_have_capitals=flags.get("nouns_have_capitals", False),
        clause_behind_comma=flags.get("clause_behind_comma", False),
        **grammar,
    )


def _longer(cues: Iterable[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for form in cues:
        words = tuple(form.split())
        if len(words) > 1:
            found.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(forms, key=len, reverse=True)) for first, forms in found.items()}


def _words(rows: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(word.lower() for row in rows for word in row["words"])


def _by_word(groups: Mapping[str, Any]) -> dict[str, Gender]:
    return {word.lower(): cast("Gender", gender) for gender, words in groups.items() for word in words}


def branches(words: Iterable[str]) -> str:
    """A pattern for any of `words` that looks at each letter once; the longest fits first."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _branch(tree)


def _branch(node: dict[str, Any]) -> str:
    parts = []
    for letter, below in sorted(node.items(), key=lambda item: item[0] == ""):
        rest = ""
        while letter and len(below) == 1 and "" not in below:
            ((more, below),) = below.items()
            rest += more
        parts.append(re.escape(letter + rest) + (_branch(below) if letter and set(below) != {""} else ""))
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
