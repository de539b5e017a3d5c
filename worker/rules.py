"""The rules: data from `config/rules/*.toml` as one value that the pipeline is given.

Each file says at its top what it holds and how it is read. A user's own files may add rows to some of the tables:
`OWN_TABLES`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from worker.cut_rules import CutRules, cut_rules_from
from worker.errors import ConfigurationError
from worker.gazetteer import countries_from, gazetteer_from
from worker.learned import NOTHING_LEARNED, Learned
from worker.name_rules import NameRules, check_rows, name_rules_from
from worker.reading_rules import (
    BodyRules,
    DateRules,
    HeaderRules,
    Keys,
    PeopleRules,
    body_from,
    dates_from,
    headers_from,
    keys_from,
    people_from,
    tracking_from,
)
from worker.source_rules import SourceRules, source_rules_from
from worker.speech_rules import Speech, check_own, speech_rules_from
from worker.word_rules import MODELS, WordRules, word_rules_from
from worker.word_rules import OWN_TABLES as WORD_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.recogniser import Recogniser

Tables = dict[str, dict[str, Any]]

OWN_RULES = "own/"
"""What the names of the user's own files begin with among the rule files."""

OWN_TABLES: Final = frozenset({"cut", "names", "cue"}) | WORD_TABLES
"""The tables that a user's own file may hold. One with `[[cue]]` says its `language`."""


@dataclass(frozen=True, slots=True)
class Rules:
    """All rule data. `version` is a short hash of it: equal versions, equal rules.

    `learned` is what stands in no file, but was seen in many articles; `recogniser` a model that finds names, if any.
    """

    version: str
    headers: HeaderRules
    people: PeopleRules
    dates: DateRules
    tracking: re.Pattern[str]
    json_keys: Keys
    html_meta: Keys
    html_body: BodyRules
    cuts: CutRules
    words: WordRules
    names: Mapping[str, NameRules]
    speech: Mapping[str, Speech]
    sources: SourceRules
    recogniser: Recogniser | None = None
    learned: Learned = NOTHING_LEARNED

    def with_learned(self, learned: Learned) -> Rules:
        """These, and what was learned. The version says both: equal versions, equal rules."""
        own = self.version.partition("+")[0]
        return replace(self, version=f"{own}+{learned.version}" if learned.version else own, learned=learned)

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
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(b"%s\0%d\0%s" % (name.encode(), len(files[name]), files[name]))
    tables = {name: _table(files, name) for name in sorted(files) if name.endswith(".toml")}
    own = {name: table for name, table in tables.items() if name.startswith(OWN_RULES)}
    _check_own(own)
    try:
        return _rules(digest.hexdigest()[:12], files, tables, own)
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise ConfigurationError("config/rules", f"the rules can't be read ({error!r})", "restore them") from error


def _rules(version: str, files: Mapping[str, bytes], tables: Tables, own: Tables) -> Rules:
    def table(name: str) -> dict[str, Any]:
        return tables.get(f"{name}.toml") or _table(files, f"{name}.toml")

    headers = headers_from(table("headers"))
    shipped = {name: found for name, found in tables.items() if name not in own}
    models = {name: data for name, data in files.items() if name.startswith(MODELS)}
    return Rules(
        version=version,
        headers=headers,
        people=people_from(table("people"), headers.outlet_words),
        dates=dates_from(table("dates")),
        tracking=tracking_from(table("urls")),
        json_keys=keys_from(table("json_keys")),
        html_meta=keys_from(table("html_meta")),
        html_body=body_from(table("html_body")),
        cuts=cut_rules_from(tables.values(), table("agencies")),
        words=word_rules_from(shipped, own, models),
        names=_names(files, tables, own),
        speech=_speech(tables),
        sources=source_rules_from(table("sources"), table("agencies")),
    )


def _names(files: Mapping[str, bytes], tables: Tables, own: Tables) -> dict[str, NameRules]:
    """Language -> what is known of names in it, the user's own words among it."""
    gazetteer, countries = gazetteer_from(files), countries_from(files)
    added = [row for table in own.values() for row in table.get("names", ())]
    found = {}
    for name, table in tables.items():
        if name.startswith("names."):
            language = name.split(".")[1]
            rows = [*table["names"], *(row for row in added if row.get("language", language) == language)]
            found[language] = name_rules_from(rows, countries.get(language, {}), gazetteer)
    return found


def _speech(tables: Tables) -> Mapping[str, Speech]:
    """Language -> what is known of speech in it, the user's own cues among it."""
    chosen = {name: found for name, found in tables.items() if name.startswith(("speech.", OWN_RULES))}
    return speech_rules_from({name.removesuffix(".toml"): found for name, found in chosen.items()})


def _check_own(own: Tables) -> None:
    """Refuse a file of the user that holds a table that is not for users, or a row that can't be one."""
    for name, table in own.items():
        try:
            cut_rules_from([table], {"agency": [], "dateline_outlets": []})
            check_rows(table.get("names", ()))
            if "cue" in table:
                check_own(table)
        except (KeyError, TypeError, ValueError, re.error) as error:
            problem = f"a rule can't be read ({error})"
            raise ConfigurationError(f"paths.rules/{name}", problem, "correct it") from None
        if unknown := set(table) - OWN_TABLES - {"language"}:
            known = ", ".join(f"[[{one}]]" for one in sorted(OWN_TABLES))
            problem = f"it holds {', '.join(sorted(unknown))}, and not only {known}"
            raise ConfigurationError(f"paths.rules/{name}", problem, "take it out")


def _table(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(files[name].decode())
    except KeyError:
        raise ConfigurationError(f"config/rules/{name}", "the file is missing", "restore it") from None
    except ValueError as error:
        raise ConfigurationError(f"config/rules/{name}", str(error), "correct the file") from error
