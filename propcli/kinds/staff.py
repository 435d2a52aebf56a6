"""Staff: who works here, in which team, with which skills, on which shifts, when they are away and who stands in for
them [T6, D6].

An older file has only fields, which somebody wrote: it is read as it stands. With the first step its life begins, with
an event that says what was there."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from propcli.engine.lifecycle import Ask, Lifecycle, State, Step, Why, table
from propcli.engine.problem import Refusal
from propcli.engine.record import CategoryCode, Day, Event, Form, Line, Model, StaffId, TeamCode, Words, wrong
from propcli.engine.text import Person, Text, say
from propcli.engine.words import Vocabulary
from propcli.engine.worktime import Calendar
from propcli.kinds.catalog import KINDS
from propcli.kinds.declaration import Declaration, Shown, Verb

RoleCode = Literal["manager", "supervisor", "desk", "technician", "cleaner", "guard", "gardener"]
ROLE = Vocabulary("role", get_args(RoleCode))
Role = Annotated[RoleCode, ROLE]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ShiftDay = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "all", "working"]
SHIFT_DAY = Vocabulary("shift day", get_args(ShiftDay), all="every day", working="working days")
Status = Literal["working", "left"]
EventName = Literal["recorded", "joined", "changed", "leave_taken", "came_back", "left", "rejoined", "noted"]
STATUS = Vocabulary("staff state", get_args(Status))
# fmt: off
EVENT = Vocabulary(
    "staff event", get_args(EventName), recorded="as the file stood", leave_taken="on leave",
    came_back="back from leave"
)
# fmt: on

_HOURS = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
DayHours = Annotated[str, Form(_HOURS, say("hours (like 08:00-17:30)"))]
ShiftHours = Annotated[str, Form(_HOURS, say("hours (like 08:00-17:30; 20:00-08:00 goes on into the next day)"))]


class Shift(Model):
    """Hours worked on certain days: weekdays, `working` days of the calendar, or `all`.

    Hours that end before they begin go on into the next day. `from` and `until` bound a rota in dates."""

    days: Annotated[tuple[ShiftDay, ...], Field(min_length=1)]
    hours: ShiftHours
    first: Day | None = Field(None, alias="from")
    until: Day | None = None

    @property
    def said(self) -> Text:
        """As it is shown: working days 08:00-17:30."""
        return Text("{days} {hours}", {"days": [SHIFT_DAY.word(day) for day in self.days], "hours": self.hours})

    @classmethod
    def typed(cls, text: str, reads: Callable[[Vocabulary, str], str | None]) -> "Shift":
        """A shift as somebody types it: `working 08:00-17:30`, `saturday,sunday 09:00-12:00`, `周一 20:00-08:00`."""
        days, _space, hours = text.strip().rpartition(" ")
        codes = [reads(SHIFT_DAY, day.replace("周", "星期")) for day in re.split(r"[\s,，、]+", days.strip())]
        if not days or None in codes or not _HOURS.fullmatch(hours):
            raise Refusal(
                say("{value} is not a shift", value=repr(text)),
                hint=say("write days and hours: working 08:00-17:30, or saturday,sunday 20:00-08:00"),
            )
        return cls.model_validate({"days": codes, "hours": hours})


class Leave(Model):
    """Days away, both included, and who stands in [D6]."""

    first: Day = Field(alias="from")
    until: Day
    stand_in: StaffId | None = None
    reason: Line | None = None

    @property
    def said(self) -> Text:
        """As it is shown: 2026-10-01 to 2026-10-04, 李强 stands in."""
        values = {"first": self.first, "until": self.until, "who": Person(self.stand_in or "")}
        if self.stand_in is None:
            return say("{first} to {until}", **values)
        return say("{first} to {until}, {who} stands in", **values)

    @model_validator(mode="after")
    def _ordered(self) -> "Leave":
        if self.until < self.first:
            raise wrong(say("the leave ends before it begins"), "until")
        return self


class StaffEvent(Event):
    """Something that happened to somebody's work here. What it says of a field stands from then on."""

    event: EventName
    role: Role | None = Field(None, title="role", description="What somebody does here.")
    team: TeamCode | None = Field(None, title="team", description="The team.")
    skills: tuple[CategoryCode, ...] = Field((), title="skills", description="What somebody can be sent to.")
    phone: Line | None = Field(None, title="phone", description="The phone.")
    shifts: tuple[Shift, ...] = Field(
        (), title="shifts", description="Days and hours: working 08:00-17:30. Several times; all there are from now on."
    )
    leave: tuple[Leave, ...] = Field((), title="leave")
    joined: Day | None = Field(None, title="joined", description="The first day, if not today.")
    first: Day | None = Field(None, alias="from", title="from", description="The first day away.")
    until: Day | None = Field(None, title="until", description="The last day away.")
    left: Day | None = Field(None, title="last day of work")
    on: Day | None = Field(None, title="on", description="The day, if not today.")
    stand_in: StaffId | None = Field(None, title="stands in", description="To whom everything belongs meanwhile [D6].")
    successor: StaffId | None = Field(
        None, title="takes over", description="To whom everything belongs from then on [D6]."
    )
    reason: Line | None = Field(None, title="reason", description="Why.")
    text: Words | None = Field(None, title="text", description="In words.")


class Staff(Model):
    """One member of staff."""

    kind_of_record: ClassVar[str] = "staff"

    id: StaffId = Field(title="id", description="An id for records, like zhang.wei.")
    name: Line = Field(title="name", description="The name.")
    status: Status | None = Field(None, title="state")
    role: Role = Field(title="role", description="manager, supervisor, desk, technician, cleaner, guard or gardener.")
    team: TeamCode | None = Field(None, title="team", description="The team.")
    skills: tuple[CategoryCode, ...] = Field((), title="skills", description="What somebody can be sent to.")
    phone: Line | None = Field(None, title="phone", description="The phone.")
    shifts: tuple[Shift, ...] = Field(
        (), title="shifts", description="Days and hours: working 08:00-17:30, or saturday,sunday 20:00-08:00."
    )
    leave: tuple[Leave, ...] = Field((), title="leave")
    joined: Day | None = Field(None, title="joined", description="The first day, if not today.")
    left: Day | None = Field(None, title="last day of work")
    successor: StaffId | None = Field(None, title="takes over")
    events: tuple[StaffEvent, ...] = ()

    @property
    def title(self) -> Text:
        """What lists call it besides its id."""
        return Text("{name}", {"name": self.name})

    @property
    def what(self) -> Text:
        return Text("{name}  {role}", {"name": self.name, "role": ROLE.word(self.role)})

    def employed(self, day: date) -> bool:
        return (self.joined is None or self.joined <= day) and (self.left is None or day <= self.left)

    def away(self, day: date) -> Leave | None:
        return next((leave for leave in self.leave if leave.first <= day <= leave.until), None)

    def here(self, day: date) -> bool:
        """Whether somebody works here on a day and is not on leave."""
        return self.employed(day) and self.away(day) is None

    def deputy(self, day: date) -> str | None:
        """Who stands in on a day on which somebody is not here [D6]."""
        leave = self.away(day)
        return leave.stand_in if leave is not None and self.employed(day) else self.successor

    def on_duty(self, now: datetime, calendar: Calendar) -> bool:
        """Whether a shift covers this moment and no leave does; a night shift counts for the day it began."""
        local = now.astimezone(calendar.zone)
        for day in (local.date(), local.date() - timedelta(days=1)):
            if not self.employed(day) or self.away(day):
                continue
            for shift in self.shifts:
                if _covers(shift, day, local, calendar):
                    return True
        return False


def _covers(shift: Shift, day: date, local: datetime, calendar: Calendar) -> bool:
    if (shift.first and day < shift.first) or (shift.until and day > shift.until):
        return False
    weekday = get_args(Weekday)[day.weekday()]
    if not ("all" in shift.days or weekday in shift.days or ("working" in shift.days and calendar.is_working(day))):
        return False
    begin, end = span(shift.hours)
    start = datetime.combine(day, begin, calendar.zone)
    stop = datetime.combine(day, end or time(), calendar.zone)
    if stop <= start:  # into the next day, or to its beginning
        stop = datetime.combine(day + timedelta(days=1), end or time(), calendar.zone)
    return start <= local < stop


def span(hours: str) -> tuple[time, time | None]:
    """The two times of `08:00-17:30`; None stands for 24:00."""
    begin, end = hours.split("-")
    return time.fromisoformat(begin), None if end == "24:00" else time.fromisoformat(end)


# --- the life


def _fold(state: State, event: StaffEvent) -> None:
    folded = state.folded
    leaves: tuple[Leave, ...] = folded.get("leave", ())
    if event.event == "leave_taken":
        taken = {"from": event.first, "until": event.until, "stand_in": event.stand_in, "reason": event.reason}
        folded["leave"] = (*leaves, Leave.model_validate(taken))
    elif event.event == "came_back":
        folded["leave"] = tuple(left for leave in leaves if (left := _before(leave, day_of(event))) is not None)
    elif event.event == "left":
        folded["left"] = day_of(event)


def day_of(event: StaffEvent) -> date:
    """The day it is about: the one it says, else the one it was written down."""
    return event.on or event.at.date()


def _before(leave: Leave, day: date) -> Leave | None:
    """What is left of a leave when somebody is back on a day."""
    if not leave.first <= day <= leave.until:
        return leave
    return None if leave.first == day else leave.model_copy(update={"until": day - timedelta(days=1)})


def _check(state: State, event: StaffEvent) -> Iterator[Why]:
    leaves: tuple[Leave, ...] = state.folded.get("leave", ())
    for name in ("stand_in", "successor"):
        if getattr(event, name) == state.record.id:
            yield "D6", say("nobody stands in for himself"), None, name
    if event.event == "leave_taken" and event.first is not None and event.until is not None:
        if event.until < event.first:
            yield "D6", say("the leave ends before it begins"), None, "until"
        for leave in leaves:
            if leave.first <= event.until and event.first <= leave.until:
                what = say("there is a leave from {first} to {until} already", first=leave.first, until=leave.until)
                yield "D6", what, say("record back first"), "from"
    if event.event == "came_back" and not any(leave.first <= day_of(event) <= leave.until for leave in leaves):
        yield "D6", say("there is no leave on {day}", day=day_of(event)), None, "event"
    if event.event == "changed" and not event.model_fields_set & {"role", "team", "skills", "phone", "shifts"}:
        yield "D6", say("nothing to change was given"), None, "event"


ALL = frozenset(get_args(Status))
WORKING = frozenset({"working"})
_WORK = ("team", "skills", "phone", "shifts")
_MANY = {"skills": Ask("--skill", metavar="CATEGORY"), "shifts": Ask("--shift", metavar="DAYS HOURS")}
# fmt: off
LIFE = Lifecycle(
    steps=table(
        Step("recorded", frozenset(), "working", ("role",), (*_WORK, "leave", "joined", "left")),
        Step(
            "joined", frozenset(), "working", ("role",), (*_WORK, "joined", "text"), rule="D6", verb="add",
            help="Somebody new works here: role, team, skills, shifts.", asks=_MANY
        ),
        Step(
            "changed", WORKING, None, (), ("role", *_WORK, "text"), rule="D6", verb="change",
            help="Another role or team, other skills or shifts from now on.", asks=_MANY
        ),
        Step(
            "leave_taken", ALL, None, ("first", "until"), ("stand_in", "reason"), rule="D6", verb="leave",
            help="Somebody is away for some days, and who stands in.",
            asks={"first": Ask("--from"), "until": Ask("--until")}
        ),
        Step(
            "came_back", ALL, None, (), ("on", "text"), rule="D6", verb="back",
            help="Back from leave, perhaps earlier than agreed."
        ),
        Step(
            "left", WORKING, "left", (), ("on", "successor", "reason"), rule="D6", verb="depart",
            help="Somebody stops working here: the last day, and who takes over.",
            asks={"on": Ask("--last-day", "The last day, if not today.")}
        ),
        Step(
            "rejoined", frozenset({"left"}), "working", (), ("on", "text"), clears=("left", "successor"), rule="D6",
            verb="rejoin", help="Somebody who had left works here again."
        ),
        Step("noted", ALL, None, ("text",), verb="note", help="Write something down."),
    ),
    states=STATUS,
    events=EVENT,
    first=frozenset({"recorded", "joined"}),
    folded=("role", "team", "skills", "phone", "shifts", "leave", "joined", "left", "successor"),
    fold=_fold,
    check=_check,
)
# fmt: on


# --- what is its own


def _opening(person: Staff) -> dict[str, Any] | None:
    """The first event of somebody whose file has none yet: what stands in it."""
    if person.events:
        return None
    said = {name: getattr(person, name) for name in ("role", *_WORK, "leave", "joined", "left")}
    return {"event": "recorded", **{name: value for name, value in said.items() if value not in (None, ())}}


def _begins(change: Any, fields: dict[str, Any], _event: dict[str, Any], _by: str) -> None:
    fields.setdefault("joined", change.here.today)


def _signed_since(estate: Any, who: str, last: date) -> list[str]:
    """The records in which somebody has signed something after a day. Only files with the name in them are read."""
    found = []
    for kind in KINDS.values():
        for path in estate.paths(kind)[0]:
            record: Any = estate.load(kind.model, path)[0] if who.encode() in estate.raw(path) else None
            if record and any(event.by == who and event.at.date() > last for event in getattr(record, "events", ())):
                found.append(record.id)
    return found


def _leaves(change: Any, person: Staff, fields: dict[str, Any]) -> None:
    """Say where somebody who leaves is still counted on; until that is put right it belongs to whoever takes over.
    Refuses a last day after which he has signed something: nobody could record anything there any more."""
    from propcli.kinds.ticket.model import Ticket
    from propcli.kinds.ticket.words import OPEN

    last = fields.get("on") or change.here.today
    since = _signed_since(change.here.estate, person.id, last) if last < change.here.today else []
    if since:
        what = say("--last-day: {who} signed after that day: {ids} [D6]", who=person.id, ids=since[:5])
        raise Refusal(what, hint=say("give the day on which the work ended"))
    settings = change.here.estate.settings
    places = [name for name in ("manager", "desk") if getattr(settings, name) == person.id]
    places += [f"teams.{code}.supervisor" for code, team in settings.teams.items() if team.supervisor == person.id]
    if places:
        change.notes.append(say("  still named in propcli.yaml: {places}", places=places))
    tickets = change.here.estate.read(Ticket).records
    held = [t.id for t in tickets if t.status in OPEN and person.id in (t.acceptor, t.assignee)]
    if held:
        change.notes.append(say("  still named in open tickets: {ids}", ids=held))


def _after(person: Staff, here: Any) -> Iterable[Text]:
    """Who stands in, and where somebody who goes is still counted on."""
    for leave in person.leave:
        if leave.until >= here.today and person.left is None:
            values = {"first": leave.first, "until": leave.until, "who": Person(leave.stand_in or "")}
            yield (
                say("  on leave {first} to {until}; {who} stands in", **values)
                if leave.stand_in
                else say("  on leave {first} to {until}; nobody stands in: it goes up to the supervisor", **values)
            )
    if person.left is not None:
        yield say("  last day {day}", day=person.left)
        if person.successor:
            yield say("  {who} takes over", who=Person(person.successor))


def _state_at(person: Staff, now: datetime) -> str:
    """Somebody works here to the end of the last day."""
    return "left" if person.left is not None and person.left < now.date() else "working"


# fmt: off
DECLARED = Declaration(
    show_help="One of them: role, team, skills, shifts, leave.", id_help="An id for records, like zhang.wei.",
    asked=("name", "role", "team", "skills", "phone", "shifts", "joined"), asks=_MANY, finds=("name",), begins=_begins,
    opening=_opening, states=STATUS, state_at=_state_at, before={"left": _leaves}, after=_after,
    details=(
        Shown("role"), Shown("team"), Shown("skills"), Shown("phone"), Shown("shifts"), Shown("leave"), Shown("joined"),
        Shown("left"), Shown("successor")
    ),
    labels={
        "first": say("from {value}"), "until": say("to {value}"), "on": say("day"), "joined": say("joined"),
        "stand_in": say("{value} stands in"), "successor": say("{value} takes over"), "left": say("last day of work")
    },
    verbs=(Verb("list", "commands.staff:list_", "Everyone, or who is on duty now, with skills and open tickets."),)
)
# fmt: on
