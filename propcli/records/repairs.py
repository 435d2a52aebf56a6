"""What a spreadsheet or a typist made of values, undone where only one value can have stood there: full-width letters,
phones turned into numbers, zeros lost from rooms, dates in other notations. Where it is not certain it is refused.

Pure functions from what stands in a cell to what it means; whether something was repaired shows by comparing."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output.privacy import mask_number
from propcli.records import people

_DASHES = re.compile("[‐‑‒–—―−_~]")
_FULL = {code: code - 0xFEE0 for start, end in ("09", "AZ", "az") for code in range(ord(start), ord(end) + 1)}
_FULL = {code + 0xFEE0: code for code in _FULL} | {0x3000: 0x20}


def narrow(text: str) -> str:
    """Full-width digits, letters and spaces as plain ones; other signs stay as they are, as names need."""
    return text.translate(_FULL).strip()


def plain(text: str) -> str:
    """A code or number without any typographic variety."""
    return unicodedata.normalize("NFKC", text).strip()


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def exported(text: str) -> str:
    """A cell without what programs put around text so that a spreadsheet leaves it alone: `="0012"`, `'0012`, and
    without the signs of a workbook for what it cannot hold (`_x000D_`)."""
    found = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
    if re.fullmatch(r'="(?:[^"]|"")*"', found):
        return found[2:-1].replace('""', '"')
    return found[1:] if re.fullmatch("'[0-9+-][0-9.+-]*", found) else found


def number(text: str) -> str:
    """A number as an id: without the `.0` that a spreadsheet adds. Refuses one that has lost its last digits."""
    found = plain(text)
    if digits_lost(found):
        raise Refusal(
            say("the spreadsheet kept it as a number, and its last digits are lost"),
            hint=say("format the column as text and export it again"),
        )
    return re.sub(r"(?<=[0-9])\.0+$", "", found) if re.fullmatch(r"[0-9]+\.0+", found) else text


# --- what must not be printed

_LONG = re.compile(
    r"[0-9０-９][0-9０-９.\s\u2010-\u2015-]{12,}[0-9０-９XxＸｘ]([eE]\+?[0-9]+)?|[0-9]{8}[0-9A-Za-z]{10}"
)


def concealed(text: str) -> str:
    """A text with every number masked that is long enough to be somebody's identity number or account."""
    return _LONG.sub(lambda m: mask_number(m[0]) if sum(c.isalnum() for c in m[0]) > 13 else m[0], text)


def discreet(text: Text) -> Text:
    """The same of a Text and whatever goes into it."""
    values = {
        name: discreet(value) if isinstance(value, Text) else concealed(value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return Text(text.pattern, values, text.context)


# --- units

_ID = "[0-9A-Za-z]+"
_BUILDING, _ENTRANCE, _ROOM = "号楼|栋|幢|座|楼|#", "单元|门|梯", "室|号|房"
_WHOLE = re.compile(rf"第?({_ID})(?:(?:{_BUILDING})-?|-)第?({_ID})(?:(?:{_ENTRANCE})-?|-)({_ID})(?:{_ROOM})?", re.ASCII)
_PART = re.compile(rf"第?({_ID})(?:{_BUILDING}|{_ENTRANCE}|{_ROOM})?", re.ASCII)


def unit(text: str) -> str:
    """A unit's id from how people write it: `3栋2单元501室`, `3—2—501`. What is none stays as it is."""
    text = re.sub(r"\s+", "", _DASHES.sub("-", plain(text)))
    match = _WHOLE.fullmatch(text)
    return "-".join(match.groups()) if match else text


def part(text: str) -> str:
    """One part of a unit's id: `3栋` is 3."""
    match = _PART.fullmatch(re.sub(r"\s+", "", plain(text)))
    return match[1] if match else plain(text)


def building(text: str) -> str:
    """A building's number from how people write it (`3栋`); a name (`Hyde Park`) stays as it is."""
    found = part(text)
    return found if found[:1].isdigit() else text


def loose(unit_id: str) -> str:
    """What two spellings of one home have in common: case and leading zeros do not count."""
    return "-".join(p.lstrip("0").upper() or "0" for p in unit_id.split("-"))


# --- phones

_APART = re.compile(r"[/;、,|\n]+")
_FLOAT = re.compile(r"([0-9]+)\.0+", re.ASCII)
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.([0-9]+))?[eE]\+?[0-9]+", re.ASCII)
_EXTENSION = re.compile(r"(0[0-9]{2,3}-?[0-9]{7,8})(?:-|转|分机|ext\.?)([0-9]{1,6})", re.ASCII | re.IGNORECASE)
_SHOWN = 5  # the decimals that a spreadsheet shows of a number it writes with an exponent; more are all there are


def phones(text: str, region: str, number: bool = False) -> tuple[str, ...]:
    """The phones in a cell. A space may stand within a number or between two: within, where that makes one.

    `number`: it was a number in a workbook, which keeps no leading zero."""
    found: list[str] = []
    for piece in _APART.split(plain(text)):
        if not piece.strip():
            continue
        try:
            found.append(_phone(piece, region, number))
        except Refusal:
            if len(piece.split()) == 1:
                raise
            found += [_phone(word, region, False) for word in piece.split()]
    return tuple(dict.fromkeys(found))


def _phone(text: str, region: str, number: bool) -> str:
    import phonenumbers

    wrong = Refusal(say("{value} is not a phone number", value=repr(text.strip())))
    typed = re.sub(r"\s+", "", _DASHES.sub("-", text))
    if match := _FLOAT.fullmatch(typed):
        typed = match[1]
    elif match := _SCIENTIFIC.fullmatch(typed):
        if len(match[1] or "") <= _SHOWN or (exact := Decimal(typed)) != exact.to_integral_value():
            raise Refusal(say("{value}: digits of the phone number are lost", value=repr(text.strip())))
        typed = str(int(exact))
    extension = ""
    if match := _EXTENSION.fullmatch(typed):
        typed, extension = match[1], f"-{match[2]}"
    typed = re.sub(r"[-.()]", "", typed)
    if not re.fullmatch(r"\+?[0-9]+", typed, re.ASCII):
        raise wrong
    for candidate in (typed, "0" + typed) if number else (typed,):
        try:
            found = people.phone(candidate, region)
        except Refusal:
            continue
        parsed = phonenumbers.parse(candidate, region)
        if phonenumbers.is_valid_number(parsed) or len(str(parsed.national_number)) < 9:
            return found + extension
    raise wrong


# --- days

_DAY = re.compile(
    r"([0-9]{4})(?:([-./])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号]?|([0-9]{2})([0-9]{2}))"
    r"(?:[ T]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?",
    re.ASCII,
)
_EITHER_WAY = re.compile(r"[0-9]{1,2}[-./][0-9]{1,2}[-./](?:[0-9]{1,2}|[0-9]{4})\b.*", re.ASCII)


def day(text: str) -> date:
    """A day written with the year first. Refuses what does not exist, and what could be two days."""
    typed = re.sub(r"\s*([年月日号./-])\s*", r"\1", plain(text))
    match = _DAY.fullmatch(typed)
    if match:
        year, month, number = (int(part) for part in (match[1], *(g for g in match.groups()[2:] if g)))
        try:
            return date(year, month, number)
        except ValueError:
            raise Refusal(say("{value} does not exist in the calendar", value=repr(text))) from None
    if _EITHER_WAY.fullmatch(typed):
        raise Refusal(
            say("{value} can be read as more than one day", value=repr(text)),
            hint=say("write the year first, or name the form under dates in the mapping"),
        )
    raise Refusal(say("{value} is not a date (like 2026-11-21)", value=repr(text)))


# --- the rest

_CJK = "\u3400-\u9fff"


def name(text: str) -> str:
    """A name as it is called: `王　丽` is 王丽. Refuses a cell that names several people."""
    found = re.sub(r"\s+", " ", narrow(text))
    if re.fullmatch(rf"[{_CJK}] [{_CJK}]", found):
        return found.replace(" ", "")
    if re.search(rf"[{_CJK}]\s*(?:[、/;；,，&+]|\s)\s*[{_CJK}]", found) and not re.search("[A-Za-z0-9]", found):
        raise Refusal(
            say("{value} may be several people", value=repr(text)),
            hint=say("write one row per person, and a name without spaces"),
        )
    return found


def share(text: str, value: float | None = None) -> str:
    """A share of the ownership; `value`: the number in a workbook, where half is 0.5 and looks like 50%."""
    if value is not None and 0 < value <= 1:
        percent = (Decimal(repr(value)) * 100).normalize()
        return "1" if percent == 100 else f"{percent:f}%"
    return re.sub(r"\s+", "", plain(text)).replace("\u2044", "/")


def area(text: str, value: float | None = None) -> str:
    """An area in m² without its unit; what arithmetic left behind the second decimal of a number is dropped."""
    if value is not None and abs(value - round(value, 2)) < 1e-6:
        return f"{round(value, 2):g}" if value < 10_000 else f"{round(value, 2):.2f}"
    return re.sub(r"\s*(?:m2|m²|平方米|平米|平方|㎡)$", "", plain(text))


def digits_lost(text: str) -> bool:
    """Whether this is a number written with an exponent or decimals, as a spreadsheet shows one that is too long."""
    return bool(re.fullmatch(r"[0-9]+(?:\.[0-9]*)?[eE]\+?[0-9]+|[0-9]{12,}\.[0-9]+", plain(text), re.ASCII))
