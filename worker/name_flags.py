"""What a word or phrase with a capital may be: one bit for each kind.

The kinds that rules name are said on top of `config/rules/names.en.toml`; the others follow from them, or from the
gazetteers.
"""

from __future__ import annotations

TITLE, COURTESY, HEAD, SUFFIX, DEMONYM, PARTY, NOT_NAME, PART = (1 << n for n in range(8))
NOT_GIVEN, NOT_PLACE, LANDFORM, LANDFORM_BEFORE, EVENT_HEAD, EVENT_BEFORE, PHRASE, KNOWN = (
    1 << n for n in range(8, 16)
)
GIVEN, SURNAME, NAME_SUFFIX, SPANS, COLLEGE, OF_PERSON, LAST_ONLY, ROLE = (1 << n for n in range(16, 24))

FLAGS = {
    "title": TITLE,
    "courtesy": COURTESY,
    "head": HEAD,
    "suffix": SUFFIX,
    "demonym": DEMONYM,
    "party": PARTY,
    "not_name": NOT_NAME,
    "part": PART,
    "not_given": NOT_GIVEN,
    "not_place": NOT_PLACE,
    "landform": LANDFORM,
    "landform_before": LANDFORM_BEFORE,
    "event_head": EVENT_HEAD,
    "event_before": EVENT_BEFORE,
    "name_suffix": NAME_SUFFIX,
    "given": GIVEN,
    "surname": SURNAME,
    "last_only": LAST_ONLY,
    "college": COLLEGE,
    "of_person": OF_PERSON,
}
"""The kinds that a `[[names]]` table may have, with their bits."""
