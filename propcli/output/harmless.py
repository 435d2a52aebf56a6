"""Text as it can be printed: what others wrote (a commit's subject, an author's name, the name of a file) must neither
act on a terminal nor turn the direction of what stands beside it."""

import re

# controls but line ends and tabs; marks that turn the direction of writing, or end a line without looking like it
_ACTING = re.compile("\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def harmless(text: str) -> str:
    """The text with such characters as \\u202e, which JSON reads as the character it was."""
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
