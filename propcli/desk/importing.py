"""Tickets from another system's table: a mapping says what its columns mean; every row becomes a ticket or a
complaint with its row, its column and the reason."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from propcli.desk.checks import IMPORTER, Surroundings, references
from propcli.engine.problem import Refusal
from propcli.engine.record import FIRST_YEAR, LAST_YEAR, Code, Line, Model, quoted, several, wrong
from propcli.engine.text import Text, say
from propcli.engine.worktime import UTC
from propcli.kinds.settings import TimeZone
from propcli.kinds.ticket import CHANNEL, KIND, SEVERITY, URGENCY, Ticket, TicketEvent
from propcli.store.reading import described
from propcli.store.sheets import Cell, Row, Sheet

TIMES = ("reported", "due", "closed", "expected", "asked_by", "appointment")
Target = Literal[
    "source_id",
    "reported",
    "due",
    "closed",
    "closed_text",
    "kind",
    "category",
    "severity",
    "urgency",
    "channel",
    "unit",
    "building",
    "place",
    "summary",
    "detail",
    "caller_name",
    "caller_phone",
    "convenient",
    "appointment",
    "asked_by",
    "expected",
]
REQUIRED = ("source_id", "reported", "kind", "category", "urgency", "channel", "unit", "summary")
SUMMARY_LENGTH = 200
# tried on a date that none of the mapping's formats reads, to say what it looks like
KNOWN_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
)


Several = Annotated[tuple[str, ...], BeforeValidator(several), Field(min_length=1)]


def _formats(forms: tuple[str, ...]) -> tuple[str, ...]:
    """Whether each is a date format that can read anything."""
    for form in forms:
        try:
            datetime.strptime("", form)
        except re.error:
            raise wrong(say("{value} is not a date format (like %Y-%m-%d %H:%M:%S)", value=quoted(form))) from None
        except ValueError as error:
            if "does not match format" not in str(error):
                raise wrong(say("{value} is not a date format (like %Y-%m-%d %H:%M:%S)", value=quoted(form))) from None
    return forms


class Mapping(Model):
    """What the columns of a foreign table mean.

    `columns` names, for each field, the column (or columns, joined); `values` translates what stands in them (`*` for
    everything else; `*: *` leaves it as it stands); `constants` gives what the table does not say. A date without a
    time of day is the beginning of that day for what begins (reported) and its end for what ends (due, closed)."""

    kind_of_record: ClassVar[str] = "mapping"

    system: Code
    timezone: TimeZone | None = None
    dates: Annotated[Several, AfterValidator(_formats)] = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
    encoding: Line | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: Line | None = None
    columns: dict[Target, Several]
    values: dict[Target, dict[str, str]] = Field(default_factory=dict)
    constants: dict[Target, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """Why a row cannot be imported."""

    row: int
    column: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket to be: its fields, its events, and the row it comes from."""

    row: int
    source_id: str
    day: date
    fields: dict[str, Any]
    events: tuple[TicketEvent, ...]


@dataclass
class Plan:
    """What an import would do."""

    drafts: list[Draft] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    known: int = 0  # rows imported before
    rows: int = 0

    @property
    def bad_rows(self) -> int:
        return len({b.row for b in self.bad})


def check_mapping(mapping: Mapping, sheet: Sheet) -> None:
    """Refuse a mapping that names columns the table does not have or leaves a needed field open."""
    wrong: list[Text] = []
    for target, names in mapping.columns.items():
        for name in names:
            if name not in sheet.columns:
                close = get_close_matches(name, sheet.columns, 1)
                what = say("{target}: the table has no column {name}", target=target, name=repr(name))
                wrong.append(say("{what} (did you mean {close}?)", what=what, close=repr(close[0])) if close else what)
    for needed in REQUIRED:
        if needed not in mapping.columns and needed not in mapping.constants:
            wrong.append(say("{target} is neither among columns nor among constants", target=needed))
    for name in mapping.columns:
        if name in mapping.constants:
            wrong.append(say("{target} is both a column and a constant", target=name))
    if wrong:
        raise Refusal(
            *wrong,
            title=say("the mapping does not fit the table"),
            hint=say("the table has: {columns}", columns=", ".join(sheet.columns)),
        )


def prepare(
    sheet: Sheet, mapping: Mapping, zone: ZoneInfo, around: Surroundings, known: Iterable[tuple[str, str]]
) -> Plan:
    """Every row as a draft or a complaint; rows already imported are counted. `known`: (system, source id)."""
    plan = Plan(rows=len(sheet.rows))
    have = set(known)
    seen: dict[str, int] = {}
    reader = _Reader(mapping, ZoneInfo(mapping.timezone) if mapping.timezone else zone)
    for row in sheet.rows:
        bad: list[BadRow] = []
        draft = _draft(row, reader, around, bad)
        if draft is None or bad:
            plan.bad += bad
            continue
        if draft.source_id in seen:
            plan.bad.append(
                BadRow(
                    row.number,
                    reader.column("source_id"),
                    say("{id} also stands in row {row}", id=draft.source_id, row=seen[draft.source_id]),
                )
            )
            continue
        seen[draft.source_id] = row.number
        if (mapping.system, draft.source_id) in have:
            plan.known += 1
        else:
            plan.drafts.append(draft)
    for target, number in reader.swapped.items():
        # The format read some rows and not others: those it read may have day and month the wrong way round.
        reason = say("day and month may be swapped: row {row} of this column is not of the form given", row=number)
        plan.bad += [BadRow(draft.row, reader.column(target), reason) for draft in plan.drafts]
        plan.drafts = []
    plan.bad.sort(key=lambda b: b.row)
    plan.drafts.sort(key=lambda d: (d.fields["reported"], d.source_id))
    return plan


class _Reader:
    """Reads one row's cells through the mapping, collecting what is wrong."""

    def __init__(self, mapping: Mapping, zone: ZoneInfo) -> None:
        self.mapping = mapping
        self.zone = zone
        self.swapped: dict[str, int] = {}  # field: the first row whose day and month stand the other way round
        self.formats = Counter(dict.fromkeys(mapping.dates, 0))  # the one that fits most is tried first

    def column(self, target: str) -> str:
        names = self.mapping.columns.get(target)  # type: ignore[call-overload]
        return " + ".join(names) if names else target

    def value(self, row: Row, target: Target, bad: list[BadRow]) -> str | None:
        """The text for a field, translated; None where the cells are empty."""
        names = self.mapping.columns.get(target)
        if names is None:
            return self.mapping.constants.get(target)
        # line ends of Excel and of old systems; whatever else acts on a screen is told
        cells = (str(row.cells.get(name, "")).replace("\r\n", "\n").replace("\r", "\n") for name in names)
        parts = [cell.strip() for cell in cells]
        text = ("\n" if target == "detail" else " ").join(part for part in parts if part)
        translations = self.mapping.values.get(target)
        if translations is not None:
            if text in translations:
                return translations[text] or None
            if "*" in translations:
                return (text if translations["*"] == "*" else translations["*"]) or None
            if text:
                bad.append(
                    BadRow(
                        row.number,
                        self.column(target),
                        say("{value} has no translation under values: {target}", value=repr(text), target=target),
                    )
                )
                return None
        return text or None

    def moment(self, row: Row, target: Target, bad: list[BadRow]) -> datetime | None:
        """The time for a field, in the source's time zone."""
        names = self.mapping.columns.get(target)
        cell: Cell | None = row.cells.get(names[0]) if names else self.mapping.constants.get(target)
        if cell is None or cell == "":
            return None
        naive = self._parse(cell, target)
        if naive is None:
            text = str(cell)
            reason = say(
                "{value} is not a date of the form {forms}", value=repr(text), forms=" / ".join(self.mapping.dates)
            )
            other = _looks_like(text)
            if other and _swap(other) in self.mapping.dates:
                self.swapped.setdefault(target, row.number)
            if other:
                reason = say("{reason}; it looks like {other}", reason=reason, other=other)
            bad.append(BadRow(row.number, self.column(target), reason))
            return None
        if not FIRST_YEAR <= naive.year <= LAST_YEAR:
            reason = say("{value} is not a year this office will see", value=repr(str(cell)))
            bad.append(BadRow(row.number, self.column(target), reason))
            return None
        if naive.tzinfo is not None:
            return naive
        moment = naive.replace(tzinfo=self.zone)
        if moment.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) != naive:
            bad.append(
                BadRow(
                    row.number,
                    self.column(target),
                    say(
                        "{value} does not exist in {zone}: clocks went forward",
                        value=repr(str(cell)),
                        zone=self.zone.key,
                    ),
                )
            )
            return None
        # a fixed offset: what was read stays what it was, also for the hour that comes twice
        return moment

    def _parse(self, cell: Cell, target: str) -> datetime | None:
        if isinstance(cell, datetime):
            return cell.replace(microsecond=0)
        if isinstance(cell, date):
            return datetime.combine(cell, _time_of(target))
        for form, _ in self.formats.most_common():
            try:
                found = datetime.strptime(cell, form)
            except ValueError:
                continue
            if not FIRST_YEAR <= found.year <= LAST_YEAR:
                return None
            self.formats[form] += 1
            found = found.replace(microsecond=0)
            return found if "%H" in form or "%I" in form else datetime.combine(found.date(), _time_of(target))
        return None


def _time_of(target: str) -> time:
    return time() if target in ("reported", "appointment") else time(23, 59, 59)


def _target(where: tuple[str | int, ...]) -> str:
    """The field of a mapping that a place in a ticket comes from."""
    names = [str(part) for part in where if isinstance(part, str)]
    return {"source.id": "source_id", "caller.name": "caller_name", "caller.phone": "caller_phone"}.get(
        ".".join(names[:2]), "closed_text" if names[:1] == ["text"] else (names or [""])[0]
    )


def _swap(form: str) -> str:
    """A format with day and month the other way round."""
    return form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")


def _looks_like(text: str) -> str | None:
    for form in KNOWN_FORMATS:
        try:
            datetime.strptime(text, form)
        except ValueError:
            continue
        return form
    return None


def _draft(row: Row, reader: _Reader, around: Surroundings, bad: list[BadRow]) -> Draft | None:
    """The ticket a row describes. Everything wrong with it goes to `bad`."""
    if row.bad is not None:
        bad.append(BadRow(row.number, "", row.bad))
        return None
    times = {target: reader.moment(row, target, bad) for target in get_args(Target) if target in TIMES}
    texts = {target: reader.value(row, target, bad) for target in get_args(Target) if target not in TIMES}
    complained = {b.column for b in bad}
    for target in REQUIRED:
        if not (times.get(target) or texts.get(target)) and reader.column(target) not in complained:
            bad.append(BadRow(row.number, reader.column(target), say("{target} is empty", target=target)))
    reported, closed = times["reported"], times["closed"]
    if reported and closed and closed < reported:
        bad.append(
            BadRow(
                row.number,
                reader.column("closed"),
                say("closed ({closed}) before it was reported ({reported})", closed=closed, reported=reported),
            )
        )
    for target, vocabulary in (("kind", KIND), ("urgency", URGENCY), ("channel", CHANNEL), ("severity", SEVERITY)):
        code = texts[target]
        if code and code not in vocabulary:
            known = ", ".join(vocabulary)
            bad.append(
                BadRow(
                    row.number,
                    reader.column(target),
                    say("{value} is not one of: {known}", value=repr(code), known=known),
                )
            )
    if bad or reported is None:
        return None
    summary = texts["summary"] or ""
    detail = texts["detail"]
    summary = " ".join(summary.split())
    if len(summary) > SUMMARY_LENGTH:
        detail = f"{summary}\n{detail}" if detail else summary
        summary = summary[: SUMMARY_LENGTH - 1] + "…"
    fields: dict[str, Any] = {
        **{name: texts[name] for name in ("kind", "category", "urgency", "channel", "unit", "building", "convenient")},
        "place": " ".join(texts["place"].split())[:SUMMARY_LENGTH] if texts["place"] else None,
        "summary": summary,
        "detail": detail,
        **{name: times[name] for name in ("reported", "due", "asked_by")},
        "source": {"system": reader.mapping.system, "id": texts["source_id"]},
    }
    if texts["caller_name"]:
        fields["caller"] = {k: v for k, v in (("name", texts["caller_name"]), ("phone", texts["caller_phone"])) if v}
    fields = {name: value for name, value in fields.items() if value is not None}
    try:
        events = [
            TicketEvent(
                at=reported,
                by=IMPORTER,
                event="imported",
                **{
                    k: v
                    for k, v in (
                        ("severity", texts["severity"]),
                        ("expected", times["expected"]),
                        ("appointment", times["appointment"]),
                    )
                    if v
                },
            )
        ]
        if closed:
            said = {"text": texts["closed_text"]} if texts["closed_text"] else {}
            events.append(TicketEvent(at=closed, by=IMPORTER, event="settled", **said))
        trial = Ticket.model_validate(
            {**fields, "id": "T-20000101-001", "status": "waiting", "events": events, "severity": texts["severity"]}
        )
    except ValidationError as error:
        for where, what, hint in described(error, Ticket):
            target = _target(where)
            text = say("{what} ({hint})", what=what, hint=hint) if hint else what
            bad.append(BadRow(row.number, reader.column(target), text))
        return None
    for where, what, hint in references(trial, around):
        bad.append(
            BadRow(
                row.number, reader.column(str(where[0])), say("{what} ({hint})", what=what, hint=hint) if hint else what
            )
        )
    day = reported.astimezone(reader.zone).date()
    return Draft(row.number, texts["source_id"] or "", day, fields, tuple(events))
