"""Every problem of an estate's files: each by itself, then what they say of one another."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from propcli.desk.checks import (
    Finding,
    Sources,
    Surroundings,
    caller_in_clear,
    life,
    policy_references,
    references,
    settings_references,
    source_once,
    staff_references,
)
from propcli.desk.filing_checks import ruled
from propcli.engine.policy import Policy
from propcli.engine.problem import Problem
from propcli.engine.worktime import Calendar
from propcli.kinds.calendar import CalendarFile
from propcli.kinds.catalog import LIVING, RESIDENT, STAFF, TICKET, UNIT, Kind
from propcli.kinds.renovation import Renovation
from propcli.kinds.settings import Settings
from propcli.kinds.staff import Staff
from propcli.kinds.ticket import Ticket
from propcli.store.estate import MARKER, Estate, Reading


def validate(estate: Estate, only: Sequence[PurePosixPath] | None = None) -> tuple[int, list[Problem]]:
    """How many files were read, and every problem, sorted by place. `only`: files and folders to report on; they
    are still checked against the whole estate."""
    problems: list[Problem] = []
    files = 3
    settings, found = estate.load(Settings, PurePosixPath(MARKER))
    problems += found
    policy, found = estate.load(Policy, PurePosixPath("policy.yaml"))
    problems += found
    calendar_file, found = estate.load(CalendarFile, PurePosixPath("calendar.yaml"))
    problems += found
    staff = estate.read(Staff)
    readings: dict[Kind, Reading[Any]] = {kind: estate.read(kind.model) for kind in LIVING}
    every: list[Reading[Any]] = [staff, *readings.values()]
    for reading in every:
        files += reading.files
        problems += reading.problems
    # What could not be read must not make everything that refers to it a problem too.
    around = Surroundings(
        frozenset(estate.ids(STAFF)),
        frozenset(settings.teams)
        if settings
        else frozenset(t for ts in (policy.routing if policy else {}).values() for t in ts),
        frozenset(policy.routing) if policy else frozenset(t.category for t in readings[TICKET].records),
        frozenset(estate.ids(TICKET)),
        frozenset(estate.ids(UNIT)) or None,
        frozenset(estate.ids(RESIDENT)),
        frozenset(settings.sealed) if settings else frozenset(),
    )
    if settings:
        problems += estate.at(PurePosixPath(MARKER), list(settings_references(settings, around)))
        calendar = calendar_file.calendar(settings.zone) if calendar_file else None
        if policy and calendar:
            problems += _policy(estate, policy, around, calendar)
    for person in staff.records:
        if settings and policy:
            problems += estate.at(staff.places[person.id], list(staff_references(person, around)))
    sources = Sources()
    for reading in readings.values():
        for record in reading.records:
            findings: list[Finding] = [*references(record, around), *life(record)]
            if isinstance(record, Ticket | Renovation):
                findings += source_once(record, sources)
            if isinstance(record, Ticket):
                findings += caller_in_clear(record, around)
            if isinstance(record, Renovation) and policy and policy.renovation:
                findings += ruled(record, policy.renovation)
            if findings:
                problems += estate.at(reading.places[record.id], findings)
    if only is not None:
        problems = [p for p in problems if any(PurePosixPath(p.path).is_relative_to(o) for o in only)]
    return files, sorted(problems, key=lambda p: p.place)


def _policy(estate: Estate, policy: Policy, around: Surroundings, calendar: Calendar) -> list[Problem]:
    return estate.at(PurePosixPath("policy.yaml"), list(policy_references(policy, around, calendar)))
