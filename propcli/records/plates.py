"""Number plates: how they are written, and when two are the same."""

import re
import unicodedata


def written(text: str) -> str:
    """A number plate as it is written: capitals, no spaces, no dot, no full width."""
    return re.sub(r"[\s·•.-]", "", unicodedata.normalize("NFKC", text)).upper()


def same_plate(one: str, other: str) -> bool:
    """Whether two plates are the same however they are written."""
    return written(one) == written(other)
