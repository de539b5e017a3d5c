"""The rules: data from `config/rules/*.toml` as one value that the pipeline is given.

Each file says at its top what it holds and how it is read.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from worker.cut_rules import CutRules, cut_rules_from
from worker.errors import ConfigurationError
from worker.name_rules import NameRules, check_rows, countries_from, gazetteer_from, name_rules_from
from worker.source_rules import SourceRules, source_rules_from
from worker.speech_rules import Speech, check_own, speech_rules_from

if TYPE_CHECKING:
    from worker.recogniser import Recogniser

OWN_RULES = "own/"
"""What the names of the user's own files begin with among the rule files."""

Keys = Mapping[str, tuple[str, ...]]
"""For each field of the record the keys or paths where it is found, the best first."""

_NAMED_GROUP = re.compile(r"\(\?P<\w+>")


@dataclass(frozen=True, slots=True)
class LineRule:
    """A form that a header line or a prefix has; named groups hold what is found."""

    kind: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class HeaderRules:
    """What stands above the words of a plain text. `any_line` fits what one of `lines` fits, and names the first."""

    lines: tuple[LineRule, ...]
    any_line: re.Pattern[str]
    prefixes: tuple[LineRule, ...]
    sections: frozenset[str]
    outlet_words: frozenset[str]

    def fitting(self, line: str) -> tuple[LineRule, ...]:
        """The first of `lines` that fits `line`, and those after it; none where none fits."""
        match = self.any_line.fullmatch(line)
        return self.lines[int((match.lastgroup or "_0")[1:]) :] if match is not None else ()


@dataclass(frozen=True, slots=True)
class PeopleRules:
    """How the name of a person is told from that of a desk or an agency."""

    organisation_words: frozenset[str]
    not_persons: frozenset[str]
    particles: frozenset[str]
    joiners: re.Pattern[str]
    openers: re.Pattern[str]
    closers: re.Pattern[str]
    organisation_endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateRules:
    """Words in dates: month name -> 1 to 12, zone -> offset; countries by the order of day and month."""

    months: Mapping[str, int]
    zones: Mapping[str, str]
    day_first: frozenset[str]
    month_first: frozenset[str]


@dataclass(frozen=True, slots=True)
class BodyRules:
    """What in a page is not the article's text, and what is. `skipped_words`: word -> kind of what is cut."""

    skipped_elements: frozenset[str]
    elsewhere_words: frozenset[str]
    body_words: frozenset[str]
    skipped_words: Mapping[str, str]
    standfirst_words: frozenset[str]
    byline_words: frozenset[str]
    date_labels: frozenset[str]
    openers: tuple[LineRule, ...]
    lines: tuple[LineRule, ...]
    credits: tuple[LineRule, ...]
    not_articles: tuple[LineRule, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """All rule data. `version` is a short hash of it: equal versions, equal rules."""

    version: str
    headers: HeaderRules
    people: PeopleRules
    dates: DateRules
    tracking: re.Pattern[str]
    json_keys: Keys
    html_meta: Keys
    html_body: BodyRules
    cuts: CutRules
    speech: Mapping[str, Speech]
    sources: SourceRules
    names: Mapping[str, NameRules]
    recogniser: Recogniser | None = None

    def with_recogniser(self, recogniser: Recogniser | None) -> Rules:
        """The same with a model that finds names; its name goes into the version."""
        if recogniser is None:
            return self
        version = hashlib.sha256(f"{self.version} {recogniser.name}".encode()).hexdigest()[:12]
        return replace(self, version=version, recogniser=recogniser)


def rules_from(files: Mapping[str, bytes]) -> Rules:
    """The rules in `files` (name of the file -> its bytes).

    Raises:
        ConfigurationError: a file is missing or can't be understood.
    """
    _check_own(files)
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(b"%s\0%d\0%s" % (name.encode(), len(files[name]), files[name]))
    headers = _table(files, "headers")
    people = _table(files, "people")
    try:
        header_rules = _headers(headers)
        return Rules(
            version=digest.hexdigest()[:12],
            headers=header_rules,
            people=_people(people, header_rules.outlet_words),
            dates=_dates(_table(files, "dates")),
            tracking=_tracking(_table(files, "urls")),
            json_keys=_keys(_table(files, "json_keys")),
            html_meta=_keys(_table(files, "html_meta")),
            html_body=_body(_table(files, "html_body")),
            cuts=cut_rules_from(
                [_table(files, name.removesuffix(".toml")) for name in sorted(files) if _may_cut(name)],
                _table(files, "agencies"),
            ),
            names=_names(files),
            speech=_speech(files),
            sources=source_rules_from(_table(files, "sources"), _table(files, "agencies")),
        )
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise ConfigurationError("config/rules", f"the rules can't be read ({error!r})", "restore them") from error


def _check_own(files: Mapping[str, bytes]) -> None:
    """Refuse a file of the user with anything but rules for cutting, names and speech, or a wrong one."""
    for name in sorted(files):
        if name.startswith(OWN_RULES):
            table = _table(files, name.removesuffix(".toml"))
            try:
                cut_rules_from([table], {"agency": [], "dateline_outlets": []})
                check_rows(table.get("names", ()))
                if "cue" in table:
                    check_own(table)
            except (KeyError, TypeError, ValueError, re.error) as error:
                problem = f"a rule can't be read ({error})"
                raise ConfigurationError(f"paths.rules/{name}", problem, "correct it") from None
            if set(table) - {"cut", "names", "cue", "language"}:
                problem = "it holds more than [[cut]], [[names]] and [[cue]] tables"
                raise ConfigurationError(f"paths.rules/{name}", problem, "take it out")


def _table(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(files[f"{name}.toml"].decode())
    except KeyError:
        raise ConfigurationError(f"config/rules/{name}.toml", "the file is missing", "restore it") from None
    except ValueError as error:
        raise ConfigurationError(f"config/rules/{name}.toml", str(error), "correct the file") from error


def _headers(table: dict[str, Any]) -> HeaderRules:
    return HeaderRules(
        lines=tuple(LineRule(row["kind"], re.compile(row["pattern"])) for row in table["rule"]),
        any_line=_any_of([row["pattern"] for row in table["rule"]]),
        prefixes=tuple(LineRule(row["kind"], re.compile(row["pattern"])) for row in table["prefix"]),
        sections=frozenset(table["sections"]["names"]),
        outlet_words=frozenset(table["outlets"]["words"]),
    )


def _may_cut(name: str) -> bool:
    return name.endswith(".toml") and not name.startswith("names.")


def _names(files: Mapping[str, bytes]) -> dict[str, NameRules]:
    """Language -> what is known of names in it, the user's own words among it."""
    gazetteer = gazetteer_from(files)
    countries = countries_from(files)
    mine = [_table(files, name.removesuffix(".toml")) for name in sorted(files) if name.startswith(OWN_RULES)]
    own = [row for table in mine for row in table.get("names", ())]
    found = {}
    for name in sorted(files):
        if name.startswith("names."):
            language = name.split(".")[1]
            rows = [*_table(files, name.removesuffix(".toml"))["names"]]
            rows += [row for row in own if row.get("language", language) == language]
            found[language] = name_rules_from(rows, countries.get(language, {}), gazetteer)
    return found


def _speech(files: Mapping[str, bytes]) -> Mapping[str, Speech]:
    """Language -> what is known of speech in it, the user's own cues among it."""
    names = [name.removesuffix(".toml") for name in sorted(files) if name.startswith(("speech.", OWN_RULES))]
    return speech_rules_from({name: _table(files, name) for name in names})


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    """One pattern for all: the first that fits, number n, is its last group, `_n`."""
    return re.compile("|".join(f"(?P<_{n}>{_NAMED_GROUP.sub('(?:', one)})" for n, one in enumerate(patterns)))


def _people(table: dict[str, Any], outlet_words: frozenset[str]) -> PeopleRules:
    joiners = "|".join(re.escape(word) for word in table["joiners"])
    openers = "|".join(re.escape(word) for word in sorted(table["openers"], key=len, reverse=True))
    closers = "|".join(re.escape(word) for word in sorted(table["closers"], key=len, reverse=True))
    return PeopleRules(
        organisation_words=frozenset(table["organisation_words"]) | outlet_words,
        not_persons=frozenset(name.removeprefix("the ") for name in table["not_persons"]),
        particles=frozenset(table["particles"]),
        joiners=re.compile(rf",?\s+(?:{joiners})\s+", re.IGNORECASE),
        openers=re.compile(rf"(?:{openers})\s*:\s*|(?:{openers})\s+", re.IGNORECASE),
        closers=re.compile(rf"\s+(?:{closers})\b.*", re.IGNORECASE),
        organisation_endings=tuple(table["organisation_endings"]),
    )


def _dates(table: dict[str, Any]) -> DateRules:
    months = {name: int(number) for number, names in table["months"].items() for name in names}
    order = table["order"]
    return DateRules(months, dict(table["zones"]), frozenset(order["day_first"]), frozenset(order["month_first"]))


def _tracking(table: dict[str, Any]) -> re.Pattern[str]:
    names = [re.escape(name.removesuffix("*")) + (".*" if name.endswith("*") else "") for name in table["tracking"]]
    return re.compile("|".join(names), re.IGNORECASE)


def _keys(table: dict[str, Any]) -> Keys:
    return {name: tuple(key.casefold() for key in row["keys"]) for name, row in table.items()}


def _body(table: dict[str, Any]) -> BodyRules:
    return BodyRules(
        skipped_elements=frozenset(table["skipped_elements"]),
        elsewhere_words=frozenset(table["elsewhere_words"]),
        body_words=frozenset(table["body_words"]),
        skipped_words={word: row["kind"] for row in table["skipped"] for word in row["words"]},
        standfirst_words=frozenset(table["standfirst"]["words"]),
        byline_words=frozenset(table["byline"]["words"]),
        date_labels=frozenset(table["date"]["labels"]),
        openers=tuple(LineRule(row["kind"], re.compile(row["pattern"])) for row in table["opener"]),
        lines=tuple(LineRule(row["kind"], re.compile(row["pattern"])) for row in table["line"]),
        credits=tuple(LineRule("credit", re.compile(row["pattern"])) for row in table["credit"]),
        not_articles=tuple(LineRule(row["reason"], re.compile(row["pattern"])) for row in table["not_article"]),
    )
