"""Every problem of an estate's files: each by itself, then what they say of one another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import Any

from propcli.engine.policy import Policy
from propcli.engine.problem import Problem
from propcli.kinds.calendar import CalendarFile
from propcli.kinds.catalog import KINDS, STAFF, Kind, kind_of
from propcli.kinds.declaration import function_at
from propcli.kinds.settings import Settings
from propcli.records.checking import Sources, Surroundings, checked, left_behind, source_once
from propcli.records.clock import ahead
from propcli.records.contradicting import contradictions
from propcli.records.rules import policy_references, settings_references
from propcli.store.estate import MARKER, Estate, Reading
from propcli.store.leftovers import leftovers
from propcli.store.reading import MOST


def validate(
    estate: Estate, only: Sequence[PurePosixPath] | None = None, today: date | None = None, now: datetime | None = None
) -> tuple[int, list[Problem]]:
    """How many files were read, and every problem, sorted by place. `only`: files and folders to report on; they
    are still checked against the whole estate. `today`: to say who is counted on and has left; `now`: what is dated
    ahead."""
    problems: list[Problem] = []
    files = 3
    settings, found = estate.load(Settings, PurePosixPath(MARKER))
    problems += found
    policy, found = estate.load(Policy, PurePosixPath("policy.yaml"))
    problems += found
    calendar_file, found = estate.load(CalendarFile, PurePosixPath("calendar.yaml"))
    problems += found
    readings: dict[Kind, Reading[Any]] = {kind: estate.read(kind.model) for kind in KINDS.values()}
    for reading in readings.values():
        files += reading.files
        problems += reading.problems
    around = replace(_around(estate, settings, policy, readings), today=today)
    if settings:
        problems += estate.at(PurePosixPath(MARKER), list(settings_references(settings, around)))
        calendar = calendar_file.calendar(settings.zone) if calendar_file else None
        if policy and calendar:
            findings = list(policy_references(policy, around, calendar))
            problems += estate.at(PurePosixPath("policy.yaml"), findings)
    sources = Sources()
    for kind, reading in readings.items():
        validates = function_at(kind.declared.validates) if kind.declared.validates else None
        for record in reading.records:
            told = chain(checked(record, around), left_behind(record, around), source_once(record, sources))
            findings = list(islice(told, MOST + 1))
            if now is not None:
                findings += islice(ahead(record, now), MOST)
            if validates is not None:
                findings += validates(record, around)
            if findings:
                problems += estate.at(reading.places[record.id], findings)
    for record, finding in contradictions({kind: r.records for kind, r in readings.items()}, today):
        problems += estate.at(readings[kind_of(record)].places[record.id], [finding])
    problems += leftovers(estate.root, (kind.folder for kind in KINDS.values()))
    if only is not None:
        problems = [p for p in problems if any(PurePosixPath(p.path).is_relative_to(o) for o in only)]
    return files, sorted(problems, key=lambda p: p.place)


def _around(
    estate: Estate, settings: Settings | None, policy: Policy | None, readings: dict[Kind, Reading[Any]]
) -> Surroundings:
    """What may be referred to. What could not be read must not make everything that refers to it a problem too."""
    known: dict[str, frozenset[str] | None] = {kind.name: frozenset(estate.ids(kind)) for kind in KINDS.values()}
    known["unit"] = known["unit"] or None
    known["team"] = frozenset(settings.teams) if settings is not None else None
    known["category"] = frozenset(policy.routing) if policy is not None else None
    gone = {person.id: person.left for person in readings[STAFF].records if person.left is not None}
    return Surroundings(known, frozenset(settings.sealed) if settings else frozenset(), policy, gone.get)
