"""Which records a search has to read: of thousands of files those that may have what was typed, by their bytes alone.

The sieve may let through what does not fit, but holds back nothing that does. A file it cannot be sure about is read:
one with escapes or with another id than its name says, one that is no good text at all. So a bad record is noticed
where it is strange on the surface or may fit; one that reads like any other and cannot fit is left to `validate`."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from propcli.engine.problem import Problem, Refusal
from propcli.kinds.catalog import KINDS, RESIDENT, UNIT, Kind
from propcli.records.matching import FITS, Word, fold
from propcli.store.estate import Estate
from propcli.store.sealing import Keys
from propcli.store.yamlfile import readable

# what has to be read to see an entry of a kind whole: the people of a home, the homes of somebody, whom a record names
BESIDES = {kind: (UNIT,) if kind is RESIDENT else (RESIDENT,) for kind in KINDS.values()}
_FIRST = (RESIDENT, UNIT)  # everything else is shown with these

_ID = re.compile(r"^id: ['\"]?([0-9A-Za-z._-]+)['\"]?\r?$", re.M)
_PERSON = re.compile(r"R-[0-9]{5,6}")
_CLEAR = re.compile(r"^(?:name|phones):", re.M)
_SEALED = re.compile(r"^sealed: ['\"]?(age:[0-9A-Za-z+/=]+)['\"]?\r?$", re.M)
_KEY = re.compile(r"^key: ['\"]?(age1[0-9a-z]+)['\"]?\r?$", re.M)
# times on lines of their own: in none of them is anything looked for, and their digits look like rooms
_TIMES = re.compile(r"^[ -]*(?:at|reported|due|expected|appointment|born): ['\"]?[0-9T:+-]+['\"]?\r?$", re.M)


@dataclass
class Glance:
    """What a file may say without having been read. `text` is folded; None: it may say anything."""

    id: str
    people: frozenset[str]  # whom it names by id
    text: str | None = None
    hidden: bool = False  # a part is sealed and the key is not here
    reachable: bool = False  # though name and phones stand in clear


@dataclass
class Chosen:
    """What is to be read of each kind, and which records of it may be what is looked for (None: any)."""

    files: dict[Kind, tuple[list[PurePosixPath], list[Problem]]]
    entries: dict[Kind, frozenset[str]] | None = None
    hidden: frozenset[str] = frozenset()  # residents of whom something that is looked for may be sealed
    closed: frozenset[str] = frozenset()  # and other records


def everything(estate: Estate, kinds: Collection[Kind]) -> Chosen:
    """No choice: every file of what is needed for entries of some kinds."""
    return Chosen({kind: estate.paths(kind) for kind in _needed(kinds)})


def choose(estate: Estate, keys: Keys, words: Sequence[Word], kinds: Collection[Kind]) -> Chosen:
    """The files that may have entries of some kinds that every word fits, and what belongs to those."""
    sieves = {kind: _Sieve(estate, keys, kind) for kind in _needed(kinds)}
    seen = {kind: sieve.seen for kind, sieve in sieves.items()}
    every = (1 << len(words)) - 1
    fitting = _with_joined(seen, _own(seen, words))
    entries = {kind: frozenset(i for i, bits in fitting[kind].items() if bits == every) for kind in kinds}
    wanted = {kind: set(entries.get(kind, ())) for kind in seen}
    for kind in (one for one in kinds if one is not RESIDENT):
        for record_id in entries.get(kind, ()):
            wanted[RESIDENT] |= seen[kind][record_id].people
    if entries.get(RESIDENT):
        wanted[UNIT] |= {i for i, unit in seen[UNIT].items() if not unit.people.isdisjoint(entries[RESIDENT])}
    return Chosen(
        {kind: sieve.files(wanted[kind]) for kind, sieve in sieves.items()},
        entries,
        frozenset(
            i
            for i, resident in seen.get(RESIDENT, {}).items()
            if resident.hidden and (estate.settings.sealed or not resident.reachable)
        ),
        frozenset(i for kind in kinds if kind is not RESIDENT for i, glance in seen[kind].items() if glance.hidden),
    )


def _needed(kinds: Collection[Kind]) -> list[Kind]:
    """The kinds to read, residents first."""
    wanted = {*kinds, *(other for kind in kinds for other in BESIDES[kind])}
    return [kind for kind in (*_FIRST, *KINDS.values()) if kind in wanted]


class _Sieve:
    """The files of a kind, each glanced at; those that a glance is not enough for are read."""

    def __init__(self, estate: Estate, keys: Keys, kind: Kind) -> None:
        self.kind = kind
        self.paths, self.problems = estate.paths(kind)
        self.seen: dict[str, Glance] = {}
        self.odd: set[PurePosixPath] = set()  # to be read in any case
        odd_ids: dict[str, Glance] = {}
        for path in self.paths:
            glance = _glance(estate, keys, kind, path)
            if glance is not None:
                self.seen[glance.id] = glance
                continue
            self.odd.add(path)
            record: Any = estate.load(kind.model, path, walked=True)[0]
            if record is not None:
                odd_ids[record.id] = Glance(record.id, frozenset(_PERSON.findall(repr(record))))
        for record_id, glance in odd_ids.items():  # with the copy in its place: either may be what is looked for
            before = self.seen.get(record_id)
            self.seen[record_id] = Glance(record_id, glance.people | (before.people if before else frozenset()))

    def files(self, wanted: Collection[str]) -> tuple[list[PurePosixPath], list[Problem]]:
        """Those of some records, and those that have to be read in any case."""
        chosen = self.odd | {self.kind.path(record_id) for record_id in wanted if record_id in self.seen}
        return [path for path in self.paths if path in chosen], self.problems


def _glance(estate: Estate, keys: Keys, kind: Kind, path: PurePosixPath) -> Glance | None:
    """What a file says by its bytes; None where it has to be read for that."""
    raw = estate.glance(path)
    text = readable(raw) if raw is not None else None
    if text is None or "\\" in text:
        return None
    name = path.stem
    if _ID.findall(text) != [name] or not kind.is_id(name) or kind.path(name) != path:
        return None
    people = frozenset(_PERSON.findall(text))
    if kind is UNIT:
        return Glance(name, people, "")
    glance = Glance(name, people, fold(_TIMES.sub("", text)))
    return _opened(glance, text, keys) if _SEALED.search(text) else glance


def _opened(glance: Glance, text: str, keys: Keys) -> Glance | None:
    """A record with what is sealed in the text, where it can be opened."""
    sealed, key = _SEALED.findall(text), _KEY.findall(text)
    if len(sealed) != 1 or len(key) != 1:
        return None
    try:
        inside = keys.open(key[0], sealed[0])
    except Refusal:
        return None
    if inside is None:
        glance.hidden = True
        glance.reachable = len(_CLEAR.findall(text)) == 2
        return glance
    texts = list(_texts([value for name, value in inside.items() if name not in UNSEARCHED]))
    glance.text = "\n".join((glance.text or "", *map(fold, texts)))
    return glance


UNSEARCHED = ("born", "identity", "bank")  # nobody looks for these


def _texts(value: object) -> Iterator[str]:
    """Every text in a value, whatever somebody has sealed."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


# --- which words may fit, as bits


def _own(seen: Mapping[Kind, Mapping[str, Glance]], words: Sequence[Word]) -> dict[Kind, dict[str, int]]:
    """For every record the words that may fit the record itself."""
    return {
        kind: {
            glance.id: sum(1 << n for n, word in enumerate(words) if _may(kind, glance, word))
            for glance in glances.values()
        }
        for kind, glances in seen.items()
    }


def _may(kind: Kind, glance: Glance, word: Word) -> bool:
    if glance.text is None:
        return True
    if kind is UNIT:
        return FITS["unit"](word, glance.id) is not None or word.text.upper() in glance.people
    return word.might_fit(glance.text) or (kind is not RESIDENT and word.might_name_unit(glance.text))


def _with_joined(
    seen: Mapping[Kind, Mapping[str, Glance]], own: Mapping[Kind, Mapping[str, int]]
) -> dict[Kind, dict[str, int]]:
    """For every record the words that may fit it or what it is shown with: a resident's units, the people of a unit,
    who raised a ticket."""
    both = {kind: dict(bits) for kind, bits in own.items()}
    for kind in (one for one in seen if one is not RESIDENT):
        for record_id, glance in seen.get(kind, {}).items():
            for person in glance.people & own[RESIDENT].keys():
                both[kind][record_id] |= own[RESIDENT][person]
                if kind is UNIT:
                    both[RESIDENT][person] |= own[UNIT][record_id]
    return both
