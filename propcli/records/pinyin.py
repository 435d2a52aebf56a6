"""Names by their sound: 王丽 is found by wangli, wang, li, wl, wangl. Any reading of a character counts: 曾 zeng, ceng.

The table of readings is loaded when the first word needs it: that takes longer than the rest of a search."""

import re
from functools import cache

SHORTEST = 2  # letters; one is the initial of half the estate
_LETTERS = re.compile(rf"[a-z]{{{SHORTEST},}}")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_INITIALS = ("zh", "ch", "sh")


def may_be(text: str) -> bool:
    """Whether a folded word may be the sound of a name."""
    return _LETTERS.fullmatch(text) is not None


class Sound:
    """A word as the sound of Chinese characters, each in full or by its initial."""

    def __init__(self, letters: str) -> None:
        self.letters = letters

    def inside(self, text: str) -> bool:
        """Whether a text has characters one after another that sound like this."""
        return any(self._begins(run, start) for run in _HAN.findall(text) for start in range(len(run)))

    def _begins(self, run: str, start: int) -> bool:
        """Whether the characters from here on sound like this, as far as it goes."""
        reached = {0}  # how much of the letters may be spent before the next character
        for character in run[start:]:
            reached = {
                spent + len(way) for spent in reached for way in ways(character) if self.letters.startswith(way, spent)
            }
            if len(self.letters) in reached:
                return True
            if not reached:
                return False
        return False


@cache
def ways(character: str) -> frozenset[str]:
    """How a character may be typed: each reading in full, its first letter, its first consonant."""
    from pypinyin import Style, pinyin

    found: set[str] = set()
    for reading in pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")[0:1]:
        for sound in reading:
            found |= {sound, sound[0], *(initial for initial in _INITIALS if sound.startswith(initial))}
            if "v" in sound:  # ü: v on a keyboard, yu in a passport, u where nobody minds
                found |= {sound.replace("v", "u"), sound.replace("v", "yu")}
    return frozenset(found)
