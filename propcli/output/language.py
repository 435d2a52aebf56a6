"""Turning Texts into words of a language. The language is chosen once, before anything is printed."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from propcli.engine.text import Person, Text
from propcli.engine.words import Vocabulary

if TYPE_CHECKING:
    from gettext import GNUTranslations

LANGUAGES = {"en": "", "zh": "zh_CN"}
FOLDER = Path(__file__).parent.parent / "locale"

BETWEEN = Text(", ", context="between the parts of a list")
CLAUSES = Text("; ", context="between clauses")

_current = "en"
_zone: tzinfo | None = None
_name_of: Callable[[str], str] = str


def choose(name: str | None, environment: Mapping[str, str]) -> str:
    """`zh` or `en` from a name somebody gave (zh, zh_CN, 中文, en …) or from the locale; unknown names give en."""
    if name is None:
        for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
            if environment.get(variable):
                name = environment[variable]
                break
    return "zh" if name and name.lower().startswith(("zh", "中")) else "en"


def use(language: str) -> None:
    """Print in this language from now on."""
    global _current
    _current = language
    if language != "en":
        import gettext

        # typer asks the process-wide domain for the few words it prints itself (Options, Commands, required …)
        gettext.bindtextdomain("propcli", str(FOLDER))
        gettext.textdomain("propcli")
        os.environ["LANGUAGE"] = LANGUAGES[language]


def show_times_in(zone: tzinfo) -> None:
    """The estate's time zone: every time printed from now on is its local time."""
    global _zone
    _zone = zone


def call_people(name_of: Callable[[str], str]) -> None:
    """How people are called from now on, given their ids."""
    global _name_of
    _name_of = name_of


def current() -> str:
    return _current


@cache
def _catalog(language: str) -> "GNUTranslations":
    import gettext

    return gettext.translation("propcli", str(FOLDER), [LANGUAGES[language]])


def _(pattern: str) -> str:
    """An English pattern in the chosen language."""
    return pattern if _current == "en" or not pattern else _catalog(_current).gettext(pattern)


def words(value: Any) -> str:
    """Whatever is to be printed, in the chosen language: Texts translated, times as people read them."""
    if isinstance(value, Text):
        if value.context:
            pattern = value.pattern if _current == "en" else _catalog(_current).pgettext(value.context, value.pattern)
        else:
            pattern = _(value.pattern)
        return pattern.format_map({k: words(v) for k, v in value.values.items()})
    if isinstance(value, Person):
        return _name_of(value)
    if isinstance(value, datetime):
        local = value.astimezone(_zone) if _zone and value.tzinfo else value
        return local.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, list | tuple):
        return listing(words(v) for v in value)
    return "" if value is None else str(value)


def listing(parts: Iterable[str]) -> str:
    """Parts one after another: `a, b` or `a、b`."""
    return words(BETWEEN).join(parts)


def parse(vocabulary: Vocabulary, typed: str) -> str | None:
    """The code for what somebody typed: the code itself, its English label, or its Chinese one."""
    wanted = typed.strip().lower().replace("-", "_")
    for code, label in vocabulary.labels.items():
        if wanted in (code.lower().replace("-", "_"), label.lower(), label.lower().replace(" ", "_")):
            return code
    for language in LANGUAGES:
        if language != "en":
            catalog = _catalog(language)
            for code, label in vocabulary.labels.items():
                if typed.strip() in catalog.pgettext(vocabulary.name, label).split("/"):
                    return code
    return None
