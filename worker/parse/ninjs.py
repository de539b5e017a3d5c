"""ninjs, the IPTC's news in JSON: the forms of its generations 1 to 3 become the usual keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.errors import PermanentError

if TYPE_CHECKING:
    from worker.parse.json_value import Value

_MARKS = frozenset(
    {
        "bodies", "body_xhtml", "headlines", "descriptions", "versioncreated", "pubstatus", "associations",
        "renditions", "altids", "representationtype",
    }
)  # fmt: skip
_MARKS_MIN = 2
_OTHER_TYPES = frozenset({"picture", "photo", "image", "graphic", "video", "audio", "event", "planning"})
_WORDS = frozenset({"text/plain", "text/html", "application/xhtml+xml", ""})
_BODY_ROLES = ("html", "html5", "xhtml", "main", "body", "text")


def is_ninjs(value: dict[str, Value]) -> bool:
    """Whether an object has the keys of ninjs, in any of its generations."""
    keys = {name.casefold() for name in value}
    return "$standard" in keys or ("uri" in keys and len(keys & _MARKS) >= _MARKS_MIN)


def as_usual(value: dict[str, Value]) -> dict[str, Value]:
    """`value` with what ninjs says in its own way under the usual keys; other objects stay as they are.

    Raises:
        PermanentError: it is a picture, sound, video or event, and no text.
    """
    if not is_ninjs(value):
        return value
    said = {name.casefold(): inner for name, inner in value.items()}
    kind = str(said.get("type") or "text").casefold()
    bodies = _of(said.get("bodies"))
    if kind in _OTHER_TYPES and not bodies and not any(name.startswith("body_") for name in said):
        raise PermanentError("parse", "not_an_article", f"it describes a {kind}, and has no text")
    usual = {name: inner for name, inner in said.items() if name not in {"bodies", "headlines", "type"}}
    headlines = _by_role(said.get("headlines"), ("main", "headline", ""))
    if headlines:
        usual.setdefault("headline", headlines[0])
        usual.setdefault("subheadline", next(iter(headlines[1:]), None))
    if bodies:
        usual["body_xhtml"] = _body(bodies)
    usual["body_xhtml"] = usual.get("body_xhtml") or _starting(said, "body_", "html")
    # The plain text has lost its paragraphs more often than not.
    usual["body_text"] = None if usual["body_xhtml"] else _starting(said, "body_", "text")
    summaries = _by_role(said.get("descriptions"), ("summary", "main", "text", "caption", ""))
    usual["description"] = next(iter(summaries), None) or said.get("description_text") or said.get("description_xhtml")
    usual["byline"] = said.get("byline") or said.get("by")
    usual["publisher"] = _publisher(said)
    if said.get("firstcreated") and said.get("versioncreated") != said["firstcreated"]:
        usual["modified"] = said.get("versioncreated")
    usual["subject"] = [_subject(item) for key in ("subject", "subjects") for item in _of(said.get(key))]
    usual["image"] = [image for item in _associated(said) if (image := _image(item))]
    return {name: inner for name, inner in usual.items() if inner not in (None, "", [], {})}


def _of(value: Value) -> list[dict[str, Value]]:
    """The objects that are `value`, or are in it."""
    if isinstance(value, dict):
        return [{name.casefold(): inner for name, inner in value.items()}]
    if isinstance(value, list):
        return [{name.casefold(): inner for name, inner in item.items()} for item in value if isinstance(item, dict)]
    return []


def _by_role(value: Value, roles: tuple[str, ...]) -> list[str]:
    """The texts of `value`, those whose role comes early in `roles` first."""

    def order(item: dict[str, Value]) -> int:
        role = str(item.get("role") or "").casefold()
        return roles.index(role) if role in roles else len(roles)

    texts = [item.get("value") for item in sorted(_of(value), key=order)]
    return [text for text in texts if isinstance(text, str) and text.strip()]


def _body(bodies: list[dict[str, Value]]) -> Value:
    """The text that says most of its form: HTML before plain text."""
    worded = [item for item in bodies if str(item.get("contenttype") or "").partition(";")[0].casefold() in _WORDS]
    marked = [item for item in worded if "html" in f"{item.get('contenttype')}{item.get('role')}".casefold()]
    texts = _by_role(marked, _BODY_ROLES) or _by_role(worded, _BODY_ROLES)
    return next(iter(texts), None)


def _starting(said: dict[str, Value], start: str, end: str) -> Value:
    """The value under a key such as `body_main_xhtml`: generation 1 lets publishers put a word in between."""
    return next((v for name, v in said.items() if name.startswith(start) and name.endswith(end) and v), None)


def _publisher(said: dict[str, Value]) -> Value:
    providers = sorted(_of(said.get("infosources")), key=lambda item: item.get("role") not in {"provider", "publisher"})
    named = next((item.get("name") for item in providers if item.get("name")), None)
    holder = said.get("copyrightholder")
    return named or (holder.get("name") if isinstance(holder, dict) else holder)


def _subject(item: dict[str, Value]) -> dict[str, Value]:
    """Generations 2 and 3 have a `uri` or a `literal` where the first had scheme and code."""
    code = item.get("code") or item.get("literal")
    scheme = item.get("scheme")
    uri = item.get("uri")
    if isinstance(uri, str) and not (code and scheme):
        head, slash, tail = uri.rpartition("/")
        code, scheme = (code or tail, scheme or head + slash) if slash else (code or uri, scheme)
    return {"code": code, "name": item.get("name"), "scheme": scheme}


def _associated(said: dict[str, Value]) -> list[dict[str, Value]]:
    associations = said.get("associations")
    if isinstance(associations, dict):
        associations = list(associations.values())
    return _of(associations)


def _image(item: dict[str, Value]) -> dict[str, Value] | None:
    """The largest rendition of an associated picture, with its caption and credit."""
    if str(item.get("type") or "").casefold() not in {"picture", "photo", "image", "graphic"}:
        return None
    renditions = item.get("renditions")
    every = _of(list(renditions.values()) if isinstance(renditions, dict) else renditions)
    linked = [rendition for rendition in every if isinstance(rendition.get("href"), str)]
    if not linked:
        return None
    best = max(linked, key=_width)
    captions = _by_role(item.get("descriptions"), ("caption", "text", "main", ""))
    return {
        "url": best["href"],
        "caption": next(iter(captions), None) or item.get("description_text") or item.get("headline"),
        "credit": item.get("byline") or item.get("by") or item.get("creditline") or item.get("copyrightholder"),
    }


def _width(rendition: dict[str, Value]) -> float:
    width = rendition.get("width")
    return width if isinstance(width, (int, float)) else 0
