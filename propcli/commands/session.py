"""What every command shares: the estate, the present time, who is at the desk. Set up once by the program."""

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from propcli.engine.problem import Problem, Refusal
from propcli.engine.text import Person, Text, say
from propcli.output import language
from propcli.output.harmless import harmless
from propcli.output.language import _, words
from propcli.store.caller import caller

if TYPE_CHECKING:
    from propcli.engine.table import Report, Table
    from propcli.engine.worktime import Calendar
    from propcli.kinds.catalog import Kind
    from propcli.records.people import People
    from propcli.store.estate import Estate
    from propcli.store.sealing import Keys


class Session:
    """One run of the program."""

    def __init__(self, estate: str | None, at: str | None, environment: Mapping[str, str], folder: Path) -> None:
        self._estate_option = estate
        self._at = at
        self.environment = environment
        self.folder = folder
        self._estate: Estate | None = None
        self._now: datetime | None = None
        self._keys: Keys | None = None
        self._people: People | None = None
        self._trusted = False

    @property
    def estate(self) -> "Estate":
        if self._estate is None:
            from propcli.kinds.settings import Settings
            from propcli.store.estate import MARKER, Estate, find

            chosen = self._estate_option or self.environment.get("PROPCLI_ESTATE")
            if chosen:
                root: Path | None = self.folder / chosen
                if not (self.folder / chosen / MARKER).is_file():
                    raise Refusal(
                        say("{folder} is not an estate: it has no {marker}", folder=chosen, marker=MARKER),
                        hint=say("propcli init {folder} makes one", folder=chosen),
                        code=3,
                    )
            else:
                root = find(self.folder)
            if root is None:
                raise Refusal(
                    say("there is no estate here"),
                    hint=say(
                        "go to its folder, name it with --estate DIR or PROPCLI_ESTATE, or make one: propcli init DIR"
                    ),
                    code=3,
                )
            self._estate = Estate(root)
            settings, _problems = self._estate.load(Settings, PurePosixPath(MARKER))
            if settings is not None:  # a bad one is told by whoever needs it
                language.show_times_in(settings.zone)
            language.call_people(self.name_of)
        return self._estate

    def name_of(self, staff_id: str) -> str:
        """A person's name and id; the id alone where nobody has it."""
        from propcli.kinds.staff import Staff

        person, _problems = self.estate.load(Staff, PurePosixPath("staff", f"{staff_id}.yaml"))
        return f"{person.name} ({staff_id})" if person else staff_id

    @property
    def clock(self) -> datetime:
        """The real time (PROPCLI_NOW stands in for it in rehearsals and tests), in the estate's zone."""
        zone = self.estate.settings.zone
        given = self.environment.get("PROPCLI_NOW")
        from propcli.engine.worktime import fixed

        if given:
            from propcli.desk.times import when

            moment = when(given, datetime.now(zone), zone)
            if moment is None:
                raise Refusal(say("PROPCLI_NOW: {value} is not a time", value=given))
            return moment
        return fixed(datetime.now(zone).replace(microsecond=0))

    @property
    def now(self) -> datetime:
        """The time the command works at: --at, or the clock."""
        if self._now is None:
            self._now = self.time(self._at, "--at") if self._at else self.clock
            assert self._now is not None
        return self._now

    @property
    def as_of(self) -> datetime:
        """The time a record is looked at: --at, of a day alone its end (of today: now)."""
        end = self.time(self._at, "--at", end_of_day=True) or self.now
        return self.clock if self.now <= self.clock < end else end

    @property
    def today(self) -> "date":
        """The day it is in the estate."""
        return self.local.date()

    @property
    def local(self) -> datetime:
        """The time the command works at, in the estate's zone."""
        return self.now.astimezone(self.estate.settings.zone)

    def record_reveal(self, command: str) -> None:
        """Put on record who looks at personal data in full, in a commit of its own without any change [T12]."""
        from propcli.store.transaction import operation

        self.trusted()
        desk = self.desk(None)
        with operation(self.estate.root) as op:
            op.history.commit_empty(
                "\n".join([f"revealed: {command}", "", "Event: revealed", f"Command: {command}", f"By: {desk}"])
            )

    def time(self, text: str | None, option: str, end_of_day: bool = False) -> datetime | None:
        """A time from an option; refuses what is not one."""
        if text is None:
            return None
        from propcli.desk.times import when

        zone = self.estate.settings.zone
        moment = when(text, self.clock if option == "--at" else self.now, zone, end_of_day)
        if moment is None:
            raise Refusal(
                say("{option}: {value} is not a time", option=option, value=repr(text)),
                hint=say("write 2026-11-21T09:42, 2026-11-21, 09:42, tomorrow 09:42 or +2h"),
            )
        return moment

    def visit(self, text: str | None) -> datetime | None:
        """The time of an appointment: a day alone does not say when somebody comes."""
        moment = self.time(text, "--appointment")
        if text is not None and ":" not in text and not text.strip().startswith("+"):
            raise Refusal(
                say("--appointment: {value} has no time of day", value=repr(text)), hint=say("write tomorrow 14:30")
            )
        return moment

    def behind(self) -> bool:
        """Whether the machine's clock is behind the last commit, or there is none to hold it against."""
        if self.environment.get("PROPCLI_NOW"):
            return False
        from propcli.store.repository import last_commit_at

        last = last_commit_at(self.estate.root)
        return last is None or self.clock < last

    def trusted(self) -> None:
        """Ask about a clock that does not fit to what is on record, refuse it where nobody can be asked; once a run. A
        time that somebody has given (PROPCLI_NOW) is theirs."""
        if self._trusted or self.environment.get("PROPCLI_NOW") or self.environment.get("PROPCLI_CLOCK") == "right":
            return
        from propcli.records.clock import doubt
        from propcli.store.repository import last_commit_at

        against = doubt(self.clock, last_commit_at(self.estate.root))
        if against is not None:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                hint = say("put the clock right; where it is, run this at a terminal, or set PROPCLI_CLOCK=right")
                raise Refusal(against, hint=hint, code=3)
            import typer

            note(against)
            typer.confirm(_("Is this machine's clock right"), default=False, abort=True, err=True)
        self._trusted = True

    def happened(self) -> datetime:
        """The time of something being recorded: it cannot lie in the future."""
        if self.now > self.clock:
            raise Refusal(
                say("--at: {at} has not come yet", at=self.now), hint=say("record things when they have happened")
            )
        return self.now

    def desk(self, by: str | None) -> str:
        """Who is at the desk: --by, PROPCLI_BY, or `desk` in propcli.yaml."""
        chosen = by if by is not None else self.environment.get("PROPCLI_BY") or self.estate.settings.desk
        if chosen is None:
            raise Refusal(
                say("who is doing this is not known"),
                hint=say("give --by STAFF, set PROPCLI_BY, or write desk: STAFF into propcli.yaml"),
            )
        if by is None and chosen == self.estate.settings.desk:
            return self._present(self.person(chosen, "--by"))
        return self.person(chosen, "--by")

    def _present(self, person: str) -> str:
        """Whoever stands in for the estate's desk while it is away [D6]."""
        from propcli.desk.duty import present
        from propcli.kinds.staff import Staff

        member = self.estate.one(Staff, person)
        if member is None or member.here(self.today):
            return person
        found = present(person, {one.id: one for one in self.estate.read(Staff).records}, self.today)
        if found is None:
            raise Refusal(
                say("{who} is not here today and nobody stands in [D6]", who=Person(person)),
                hint=say("give --by STAFF, or set PROPCLI_BY"),
            )
        return found

    def person(self, typed: str, option: str) -> str:
        """A member of staff from an id, an unambiguous part of one, or a name."""
        from propcli.kinds.catalog import STAFF
        from propcli.kinds.staff import Staff

        ids = list(self.estate.ids(STAFF))
        if typed in ids:
            return typed
        close = [i for i in ids if typed and (typed.lower() in i.split(".") or i.startswith(typed.lower()))]
        if len(close) != 1:
            from propcli.records.people import same_name

            people = self.estate.read(Staff).records
            close = [p.id for p in people if same_name(p.name, typed)] or close
        if len(close) == 1:
            return close[0]
        if close:
            raise Refusal(say("{option}: {value} could be {ids}", option=option, value=typed, ids=", ".join(close)))
        raise Refusal(
            say("{option}: there is no staff {value}", option=option, value=typed or "''"),
            hint=say("known: {ids}", ids=", ".join(ids)) if ids else say("staff are files: staff/zhang.wei.yaml"),
        )

    def team(self, typed: str, option: str = "--team") -> str:
        """A team's code from the code or the name."""
        teams = self.estate.settings.teams
        found = typed if typed in teams else next((code for code, team in teams.items() if team.name == typed), None)
        if found is None:
            known = ", ".join(f"{code} {team.name}" for code, team in teams.items())
            raise Refusal(
                say("{option}: there is no team {team}", option=option, team=typed), hint=say("known: {ids}", ids=known)
            )
        return found

    @property
    def keys(self) -> "Keys":
        """The keys of sealed fields: in PROPCLI_KEYS, else in the user's data folder; never in the repository."""
        if self._keys is None:
            from propcli.store.sealing import Keys

            given = self.environment.get("PROPCLI_KEYS")
            data = self.environment.get("XDG_DATA_HOME") or str(
                Path(self.environment.get("HOME") or "~").expanduser() / ".local" / "share"
            )
            folder = (self.folder / (given or Path(data) / "propcli" / "keys")).resolve()
            self._keys = Keys(folder, self.outside(folder))
        return self._keys

    def outside(self, path: Path) -> bool:
        """Whether a place lies outside every git work tree: what lies in one may be committed some day."""
        place = (self.folder / path).resolve()
        return not any((p / ".git").exists() for p in (place, *place.parents))

    @property
    def people(self) -> "People":
        """The residents, as far as they can be shown here."""
        if self._people is None:
            from propcli.records.people import People

            self._people = People(self.estate, self.keys)
        return self._people

    @property
    def unseen(self) -> "list[Problem]":
        """What could not be read of the residents that this run has asked for; nothing where it asked for none."""
        return self._people.problems if self._people is not None else []

    def resident(self, typed: str, option: str) -> str:
        """A resident's id from the id, its ending, or a name that only one has."""
        from propcli.kinds.catalog import RESIDENT

        if RESIDENT.is_id(typed) or typed.isdigit():
            return self.record_id(RESIDENT, typed)
        from propcli.kinds.resident.model import Resident
        from propcli.records.people import same_name

        reading = self.estate.read(Resident)
        faces = [self.people.add(resident) for resident in reading.records]
        found = [face for face in faces if face.name is not None and same_name(face.name, typed)]
        if len(found) == 1:
            return found[0].id
        if found:
            ids = ", ".join(face.id for face in found)
            raise Refusal(say("{option}: {value} could be {ids}", option=option, value=typed, ids=ids))
        raise Refusal(
            say("{option}: there is no resident {value}", option=option, value=typed),
            hint=say("propcli find {value} looks everywhere; propcli resident add makes one", value=typed),
        )

    def _misplaced(self, kind: "Kind", record_id: str) -> NoReturn:
        """Refuse a record that lies in another folder than its id says, naming where it lies."""
        problems = [p for p in self.estate.read(kind.model).problems if PurePosixPath(p.path).stem == record_id]
        raise Refusal(say("{id} is not in its place", id=record_id), code=3, problems=tuple(problems))

    def record_id(self, kind: "Kind", typed: str) -> str:
        """A record's id from any unambiguous ending of it."""
        return self.find(typed, kind)[1]

    def ticket_id(self, typed: str) -> str:
        from propcli.kinds.catalog import TICKET

        return self.record_id(TICKET, typed)

    def find(self, typed: str, *kinds: "Kind") -> "tuple[Kind, str]":
        """The record an id or an unambiguous ending of one means, of some kinds or of any."""
        from propcli.kinds.catalog import KINDS, TICKET

        among = kinds or tuple(KINDS.values())
        for kind in among:
            if kind.is_id(typed) and (self.estate.root / kind.path(typed)).is_file():
                return kind, typed
        one = kinds[0] if len(kinds) == 1 else None
        if "/" in typed or "\\" in typed or not typed:
            like = say("like T-20261121-001, or its end") if one in (None, TICKET) else None
            what = one.title if one else say("record")
            raise Refusal(say("{value} is not a {kind} id", value=repr(typed), kind=what), hint=like)
        found = [(kind, i) for kind in among for i in self.estate.ids(kind) if i.endswith(typed)]
        tickets = [pair for pair in found if pair[0] is TICKET]
        if len(tickets) == 1:  # what the desk speaks of all day goes before people, passes and visitors
            found = tickets
        if len(found) == 1:
            kind, record_id = found[0]
            if not (self.estate.root / kind.path(record_id)).is_file():
                self._misplaced(kind, record_id)
            return found[0]
        if found:
            some = ", ".join(i for _kind, i in found[:5]) + (" …" if len(found) > 5 else "")
            raise Refusal(say("{value} could be {ids}", value=typed, ids=some), hint=say("write more of it"))
        what = one.title if one else say("record")
        hint = (
            say("propcli {noun} list shows them", noun=one.name)
            if one
            else say("propcli find {value} looks everywhere", value=typed)
        )
        raise Refusal(say("there is no {kind} {id}", kind=what, id=typed), hint=hint)


_session: Session | None = None


def start(session: Session) -> None:
    global _session
    _session = session


def session() -> Session:
    assert _session is not None
    return _session


# --- printing


def out(text: str) -> None:
    """Write to stdout. Where nobody reads any more (| head) the command still does what it was asked."""
    try:
        sys.stdout.write(harmless(text))
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
    except OSError as error:
        if not caller().recorded:
            raise
        silence()  # what is on record is on record: the exit code says so, and the rest is done
        where = error.strerror or str(error)
        note(say("what is to be said of it cannot be written: {why}; on record: {what}", why=where, what=on_record()))


def silence() -> None:
    """Let stdout, and python's own last flush of it, which would fail once more, go nowhere."""
    with suppress(OSError, ValueError), Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def on_record() -> str:
    """What this command has put on record so far."""
    return "; ".join(caller().recorded)


def show(value: Text | str = "") -> None:
    out((words(value) if isinstance(value, Text) else value) + "\n")


def note(value: Text) -> None:
    """Something to know besides what was asked for: on stderr, so that json stays json."""
    with suppress(OSError):
        sys.stdout.flush()
    mutter(words(value) + "\n")


def mutter(text: str) -> None:
    """Write to stderr; where that cannot be written either, the exit code has to do."""
    with suppress(OSError, ValueError):
        sys.stderr.write(harmless(text))
        sys.stderr.flush()


def tell_unknown_years(calendar: "Calendar") -> None:
    """Say where due times rest on years whose public holidays are not known [M8]."""
    if calendar.unknown_years:
        years = [str(year) for year in sorted(calendar.unknown_years)]
        note(say("note: no public holidays are known for {years}; only weekends count", years=years))


def show_table(table: "Table", form: str) -> None:
    from propcli.output.table import draw

    out(draw(table, form, screen()))


def show_report(report: "Report", form: str) -> None:
    from propcli.output.table import draw_report

    out(draw_report(report, form, screen()))


def screen() -> int | None:
    """The width to fit, where a person looks; None into files and pipes."""
    if not sys.stdout.isatty():
        return None
    return os.get_terminal_size(sys.stdout.fileno()).columns


def complain(problems: Iterable[Problem]) -> bool:
    """Print problems to stderr; whether there were any."""
    any_ = False
    for problem in problems:
        mutter(problem_line(problem) + "\n")
        any_ = True
    return any_


def told(problems: list[Problem], code: int = 0) -> int:
    """The exit code of what reads many records: 3 if one could not be read, after telling which; what was printed
    lacks it."""
    if not complain(problems):
        return code
    note(say("{n} problems: what is printed above may lack something (propcli validate)", n=len(problems)))
    return 3


def problem_line(problem: Problem) -> str:
    what = say("{what} ({hint})", what=problem.what, hint=problem.hint) if problem.hint else problem.what
    path = problem.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    path = "".join(c if c.isprintable() else repr(c)[1:-1] for c in path)  # a name must not act on the screen
    return harmless(f"{path}:{problem.line}:{problem.column}: {words(what)}")
