"""What somebody at the desk types, and how it fits a field of a record: whole, at its beginning, at its end, inside,
or by the sound of a name."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.records import pinyin
from propcli.records.plates import written

DROPPED = "'\"‘’“”·•・"  # signs that people write or leave out
SEPARATORS = "-‐–—()./+"  # what stands between the digits of a phone number
SHORTEST_NUMBER = 3  # digits that may be a part of a phone number or a plate; fewer are in too many
SHORTEST_END = 3  # characters that may be the end of an id
LOCAL = 7  # digits of a phone number that say by themselves which it is
COUNTRY = 3  # digits a country's prefix has at most


class Rank(IntEnum):
    """How well a word fits, the best first."""

    EXACT = 0
    PREFIX = 1
    ENDING = 2
    INSIDE = 3
    PINYIN = 4


def fold(text: str) -> str:
    """A text without what does not tell texts apart: width, case, spaces, quotes, dots in names. Two names are the same
    where this of them is."""
    text = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    for sign in DROPPED:
        text = text.replace(sign, "")
    return text


def _digits(text: str) -> str:
    """A folded phone number without the signs between its digits."""
    return text.translate(_NO_SEPARATORS)


_NO_SEPARATORS = {ord(sign): None for sign in SEPARATORS}
_BETWEEN_DIGITS = f"[{re.escape(SEPARATORS)}]*"


@dataclass(frozen=True)
class Word:
    """One word that was typed, folded; the other forms are what it may also be."""

    text: str

    @cached_property
    def number(self) -> str:
        """Its digits, where it may be a phone number or a part of one; else ''. 3-2-0501 is a home."""
        digits = _digits(self.text)
        whole = len(digits) >= LOCAL or digits == self.text.removeprefix("+")
        return digits if whole and len(digits) >= SHORTEST_NUMBER and _is_number(digits) else ""

    @cached_property
    def plate(self) -> str:
        """What it is as a part of a number plate; '' where it is too short for one."""
        part = written(self.text).casefold()
        return part if len(part) >= (SHORTEST_NUMBER if _is_number(part) else 2) else ""

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Building, entrance and room as far as it may name them, without leading zeros; () where it does not."""
        parts = self.text.split("-")
        fits = len(parts) <= 3 and all(part.isascii() and part.isalnum() for part in parts)
        return tuple(_bare(part) for part in parts) if fits else ()

    @cached_property
    def sound(self) -> pinyin.Sound | None:
        """The word as the sound of a name, where it may be one."""
        return pinyin.Sound(self.text) if pinyin.may_be(self.text) else None

    @cached_property
    def _number_in_text(self) -> re.Pattern[str] | None:
        return re.compile(_BETWEEN_DIGITS.join(self.number[-LOCAL:])) if self.number else None

    def might_fit(self, text: str) -> bool:
        """Whether this folded text of a whole record may have a field the word fits (but for units: see
        `might_name_unit`). Never no where one does, for everything in `FITS` is found by a part of it."""
        return (
            self.text in text
            or (self.plate != "" and self.plate in text)
            or (self._number_in_text is not None and self._number_in_text.search(text) is not None)
            or (self.sound is not None and self.sound.inside(text))
        )

    def might_name_unit(self, text: str) -> bool:
        """Whether this folded text may contain the id of a unit the word names."""
        return self.parts != () and all(part in text for part in self.parts)


def words(typed: Iterable[str]) -> list[Word]:
    """The words of a command line; one argument may hold several, as an input method leaves them."""
    texts = [fold(part) for argument in typed for part in unicodedata.normalize("NFKC", argument).split()]
    found = [Word(text) for text in dict.fromkeys(texts) if text]
    if not found:
        raise Refusal(
            say("there is nothing to look for"),
            hint=say("write a room, a name, a phone number or its end, a number plate, an id"),
        )
    return found


# --- how a word fits a value of a field


def _placed(part: str, whole: str) -> Rank | None:
    if part == whole:
        return Rank.EXACT
    if whole.startswith(part):
        return Rank.PREFIX
    if whole.endswith(part):
        return Rank.ENDING
    return Rank.INSIDE if part in whole else None


def _id(word: Word, value: str) -> Rank | None:
    """Whole, or its beginning or end: R-00042, T-20261031, 1031-004."""
    rank = _placed(word.text, value.casefold())
    return rank if rank is Rank.EXACT or (rank != Rank.INSIDE and len(word.text) >= SHORTEST_END) else None


def _whole(word: Word, value: str) -> Rank | None:
    return Rank.EXACT if word.text == value.casefold() else None


def _unit(word: Word, value: str) -> Rank | None:
    """By whole parts: 3, 3-2, 3-2-0501, 2-0501, 0501 and 501; of a room after its entrance also the beginning."""
    typed, parts = word.parts, tuple(_bare(part) for part in value.casefold().split("-"))
    if not typed:
        return None
    if typed in (parts, parts[2:]):
        return Rank.EXACT
    if typed == parts[: len(typed)]:
        return Rank.PREFIX
    if len(typed) == 3 and typed[:2] == parts[:2] and value.casefold().split("-")[2].startswith(_room(word)):
        return Rank.PREFIX
    return Rank.ENDING if typed == parts[-len(typed) :] else None


def _name(word: Word, value: str) -> Rank | None:
    name = fold(value)
    rank = _placed(word.text, name)
    if rank is None and word.sound is not None and word.sound.inside(name):
        return Rank.PINYIN
    return rank


def _phone(word: Word, value: str) -> Rank | None:
    """Beginning, end or middle of at least three digits; whole also where only one side has the country's prefix."""
    phone = fold(value)
    there, typed = _digits(phone), word.number
    if not typed:
        return None
    if len(there) >= LOCAL and typed.endswith(there):
        return Rank.EXACT
    rank = _placed(typed, there)
    if rank is Rank.ENDING and phone.startswith("+") and len(there) - len(typed) <= COUNTRY:
        return Rank.EXACT
    return rank


def _plate(word: Word, value: str) -> Rank | None:
    return _placed(word.plate, written(value).casefold()) if word.plate else None


def _text(word: Word, value: str) -> Rank | None:
    """Anywhere: what stands first in a sentence does not matter."""
    return Rank.INSIDE if word.text in fold(value) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _bare(part: str) -> str:
    return part.lstrip("0")


def _room(word: Word) -> str:
    return word.text.split("-")[2]


FITS: dict[str, Callable[[Word, str], Rank | None]] = {
    "id": _id,
    "unit": _unit,
    "name": _name,
    "phone": _phone,
    "plate": _plate,
    "resident": _whole,
    "place": _text,
    "summary": _text,
}
