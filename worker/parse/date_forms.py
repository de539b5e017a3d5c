"""The forms in which dates are written, as patterns with named groups. What the groups mean: see `dates.py`."""

from __future__ import annotations

import re
from typing import Final

ISO: Final = re.compile(
    r"(?P<year>\d{4})(?:(?P<dash>-?)(?P<month>\d\d)(?:(?P=dash)(?P<day>\d\d)"
    r"(?:[T ]{1,2}(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"\s?(?P<zone>Z|[A-Z]{3,4}|[+-]\d\d:?(?:\d\d)?)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)
ISO_WEEK: Final = re.compile(r"(?P<year>\d{4})-?W(?P<week>\d\d)-?(?P<weekday>[1-7])", re.ASCII)
_WEEKDAY: Final = r"(?:(?:[^\W\d]{2,12}(?:-feira)?\.?,?\s+)?(?:the |le |el |den |am |il |dia )?)"
_ZONE: Final = r"(?:\s*\(?(?P<zone>Z|(?:GMT|UTC)?\s?[+-]\d\d?:?(?:\d\d)?|[A-Z]{2,5}\b)\)?)?"
_CLOCK: Final = (
    r"(?P<hour>\d{1,2})(?:(?:(?P<h>\s?h\s?)|[:.])(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{1,6})?)?|"
    r"(?=\s*(?:[ap]\.?\s?m\b|uhr\b|h\b|uur\b)))"
    r"(?:\s*(?P<half>[ap])\.?\s?m\.?(?!\w))?(?:\s*(?:uhr|hrs|hours|uur|h)\b\.?)?"
)
_TIME: Final = (
    r"(?:,?\s*(?:[-–—|·•@]\s*)?"
    r"(?:(?:at|um|à|a las|alle|ore|alle ore|às|as|om|kl\.?|klo|(?:o )?godz\.?|ora|saat|в|о|o|v|στις)\s+)?"
    rf"{_CLOCK}{_ZONE})?"
)
_CJK_TIME: Final = (
    r"(?:\s*(?P<hour>\d{1,2})(?:[:：]|時|时|点|시)\s?(?P<minute>\d\d)(?:[:：](?P<second>\d\d))?(?:分|분)?)?"
)
_MONTH: Final = r"(?P<month_name>[^\W\d]{3,13}|[^\W\d]{2,4}(?=\.))\.?"
_TH: Final = r"(?:st|nd|rd|th|\.|er|er\.|º|η|-го)?"
_AFTER_YEAR: Final = r"(?:\s?(?:г\.?|года|року|р\.|r\.|roku))?"
_YEAR: Final = rf"(?P<year>\d{{4}}){_AFTER_YEAR}"
_SHORT_YEAR: Final = r"[’'](?P<short_year>\d\d)"
_DAYS: Final = (
    rf"(?P<day>\d{{1,2}}){_TH}\s?(?:de\s+|of\s+|d[’']\s?)?[-\s]?{_MONTH}[,-]?\s?(?:de\s+|del\s+)?(?:{_YEAR}|{_SHORT_YEAR})",
    rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?:{_YEAR}|{_SHORT_YEAR})",
    rf"(?P<year>\d{{4}})[.,]?\s{_MONTH}\s(?P<day>\d{{1,2}})\.?",
    r"(?P<year>\d{4})(?P<mark>[/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
    rf"(?P<one>\d{{1,2}})(?P<mark>[/.-]|\.\s)(?P<two>\d{{1,2}})(?P=mark)(?:{_YEAR}|(?P<short_year>\d\d)(?![:\d]))",
    # RFC 850, the old date of HTTP: its two-digit year is of this century or the last.
    r"(?P<day>\d{2})-(?P<month_name>[A-Z][a-z]{2})-(?P<short_year>\d\d)",
)
FORMS: Final = (
    *(re.compile(_WEEKDAY + day + _TIME, re.IGNORECASE) for day in _DAYS),
    *(re.compile(rf"{_CLOCK}{_ZONE},?\s*(?:(?:on|[-–—|·•])\s*)?{_WEEKDAY}{day}", re.IGNORECASE) for day in _DAYS[:2]),
    # As C and the command `date` write it.
    re.compile(
        r"[A-Z][a-z]{2}\s+(?P<month_name>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})\s+"
        r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)\s+(?:(?P<zone>[A-Z]{3,4}|[+-]\d{4})\s+)?(?P<year>\d{4})"
    ),
    re.compile(rf"(?P<year>\d{{4}})年\s?(?P<month>\d{{1,2}})月\s?(?P<day>\d{{1,2}})日(?:\s?[(（].[)）])?{_CJK_TIME}"),
    re.compile(rf"(?P<year>\d{{4}})년\s?(?P<month>\d{{1,2}})월\s?(?P<day>\d{{1,2}})일{_CJK_TIME}"),
    re.compile(rf"(?P<year>\d{{4}})\.\s(?P<month>\d{{1,2}})\.\s(?P<day>\d{{1,2}})\.?{_CJK_TIME}"),
)
MONTH_AND_YEAR: Final = re.compile(rf"{_MONTH},?\s+(?:de\s+)?(?P<year>\d{{4}})")
OFFSET: Final = re.compile(r"(?:GMT|UTC)?\s?(?P<sign>[+-])(?P<hours>\d\d?):?(?P<minutes>\d\d)?", re.IGNORECASE)
NUMBERS: Final = re.compile(r"(?<![\d/.-])(?P<one>\d{1,2})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)\d{4}(?![\d/-]|\.\d)")
