"""Reading one row's cells through a mapping, collecting what is wrong and what was repaired."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from propcli.engine.problem import Refusal
from propcli.engine.record import FIRST_YEAR, LAST_YEAR, Model
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.engine.worktime import UTC
from propcli.output.language import parse
from propcli.records import repairs
from propcli.records.mapping import PARTS, BadRow, Mapping, Repair
from propcli.store.reading import described
from propcli.store.sheets import EXACT, Cell, Number, Row, Sheet

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
ERROR = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|BLOCKED!|GETTING_DATA)")
SHORT_YEARS = 1990  # two digits of a year mean none before: 69 could be either century
FREE = frozenset({"summary", "detail", "closed_text", "works"})  # sentences: a sign at their beginning means itself
PHONES = frozenset({"phone", "caller_phone", "applicant_phone"})
PLACES = ("unit", *PARTS)  # most of them mean themselves; only some need a translation


class Reader:
    """A table and its mapping."""

    def __init__(self, sheet: Sheet, mapping: Mapping, zone: ZoneInfo) -> None:
        self.sheet = sheet
        self.mapping = mapping
        self.zone = ZoneInfo(mapping.timezone) if mapping.timezone else zone
        self.swapped: dict[str, int] = {}  # field: the first row whose day and month stand the other way round
        self.formats = Counter(dict.fromkeys(mapping.dates, 0))  # the one that fits most is tried first
        self._lines = {row.number: row.line for row in sheet.rows}

    def column(self, target: str) -> str:
        """What the table calls a field's column; the field itself where it has none."""
        names = self.mapping.columns.get(target)
        return " + ".join(names) if names else target

    def cell(self, target: str, number: int) -> str:
        """Where a field of a row stands in a spreadsheet."""
        names: Iterable[str] = self.mapping.columns.get(target, ())
        places = (self.sheet.cell(name, self._lines.get(number, 0)) for name in names)
        return " + ".join(place for place in places if place)

    def bad(self, number: int, target: str, reason: Text) -> BadRow:
        """A complaint about a field of a row; about the row as a whole where no field is named."""
        return BadRow(number, self.column(target) if target else "", self.cell(target, number), reason)

    def suspicions(self, rows: Iterable[int]) -> list[BadRow]:
        """Complaints about good rows: where some dates of a column have day and month the wrong way round, those that
        could be read may have it too."""
        numbers = list(rows)
        return [
            self.bad(
                number,
                target,
                say("day and month may be swapped: row {row} of this column is not of the form given", row=first),
            )
            for target, first in self.swapped.items()
            for number in numbers
        ]

    def parse(self, text: str) -> tuple[datetime, bool] | None:
        """A date by the forms of the mapping, and whether it has a time of day."""
        for form, _ in self.formats.most_common():
            try:
                found = datetime.strptime(text, form)
            except ValueError:
                continue
            if not FIRST_YEAR <= found.year <= LAST_YEAR or ("%y" in form and found.year < SHORT_YEARS):
                return None
            self.formats[form] += 1
            return found.replace(microsecond=0), "%H" in form or "%I" in form
        return None

    def looks_like(self, text: str, target: str, number: int) -> str | None:
        """The form of a date that the mapping's forms do not read; remembers where it is one of them swapped."""
        for form in KNOWN_FORMATS:
            try:
                datetime.strptime(text, form)
            except ValueError:
                continue
            if _swap(form) in self.mapping.dates:
                self.swapped.setdefault(target, number)
            return form
        return None


class Cells:
    """One row, read by someone who knows what spreadsheets do to values: what is certain is repaired and told, what is
    not is a complaint."""

    def __init__(self, reader: Reader, row: Row) -> None:
        self.reader = reader
        self.row = row
        self.bad: list[BadRow] = []
        self.repairs: list[Repair] = []
        self._exported: dict[str, str] = {}  # cells that were more than their text: as they stood
        for name, cell in row.cells.items():
            if type(cell) is str and (mended := repairs.exported(cell)) != cell:
                self._exported[name], row.cells[name] = cell, mended
        if row.bad is not None:
            self.complain("", row.bad)

    @property
    def number(self) -> int:
        return self.row.number

    def complain(self, target: str, reason: Text, hint: Text | None = None) -> None:
        """Say what is wrong; of a number that may be somebody's identity number or account never the whole."""
        text = say("{what} ({hint})", what=reason, hint=hint) if hint else reason
        self.bad.append(self.reader.bad(self.number, target, repairs.discreet(text)))

    def misfits(
        self, error: ValidationError, model: type[Model], target_of: Callable[[tuple[str | int, ...]], str]
    ) -> None:
        """Complain about everything a model refuses, in the column each value comes from."""
        for where, what, hint in described(error, model):
            self.complain(target_of(where), what, hint)

    def require(self, targets: Iterable[str], have: Callable[[str], object]) -> None:
        """Complain about fields that are empty and were not complained about."""
        complained = {b.column for b in self.bad}
        for target in targets:
            if not have(target) and self.reader.column(target) not in complained:
                self.complain(target, say("{target} is empty", target=target))

    def _joined(self, names: Iterable[str], sign: str) -> str:
        # line ends of Excel and of old systems; whatever else acts on a screen is told
        cells = (str(self.row.cells.get(name, "")).replace("\r\n", "\n").replace("\r", "\n") for name in names)
        parts = [cell.strip() for cell in cells]
        return sign.join(part for part in parts if part)

    def _translated(self, target: str, text: str) -> tuple[str | None, bool]:
        """What the mapping makes of a text, and whether it says so."""
        translations = self.reader.mapping.values.get(target, {})
        if text in translations:
            return translations[text] or None, True
        if "*" in translations:
            return (text if translations["*"] == "*" else translations["*"]) or None, True
        return text or None, False

    def _untranslated(self, target: str, text: str) -> None:
        self.complain(target, say("{value} has no translation under values: {target}", value=repr(text), target=target))

    def moment(self, target: str) -> datetime | None:
        """The time for a field, in the source's time zone."""
        names = self.reader.mapping.columns.get(target)
        if names and not self._intact(target, names):
            return None
        cell = self._whole(target, names)
        if cell is None or cell == "":
            return None
        zone = self.reader.zone
        naive = self._naive(cell, target)
        if naive is None:
            self._no_date(cell, target)
            return None
        if not FIRST_YEAR <= naive.year <= LAST_YEAR:
            self.complain(target, say("{value} is not a year this office will see", value=repr(str(cell))))
            return None
        if naive.tzinfo is not None:
            return naive.astimezone(zone)
        moment = naive.replace(tzinfo=zone)
        if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
            reason = say("{value} does not exist in {zone}: clocks went forward", value=repr(str(cell)), zone=zone.key)
            self.complain(target, reason)
            return None
        # a fixed offset: what was read stays what it was, also for the hour that comes twice
        return moment

    def _whole(self, target: str, names: Sequence[str] | None) -> Cell | None:
        """A time, from one cell or from the day in one and the hour in another."""
        filled = [cell for name in names or () if (cell := self.row.cells.get(name)) not in (None, "")]
        if len(filled) < 2:
            return filled[0] if filled else self._first(target)
        day, *hours = filled
        if not isinstance(day, date):
            return " ".join(str(cell) for cell in filled)
        try:
            hour = time.fromisoformat(" ".join(str(cell) for cell in hours))
        except ValueError:
            return f"{day.isoformat()} " + " ".join(str(cell) for cell in hours)
        return datetime.combine(day, hour)

    def _first(self, target: str) -> Cell | None:
        names = self.reader.mapping.columns.get(target)
        return self.row.cells.get(names[0]) if names else self.reader.mapping.constants.get(target)

    def _naive(self, cell: Cell, target: str) -> datetime | None:
        if isinstance(cell, datetime):
            return cell.replace(microsecond=0)
        if isinstance(cell, date):
            return datetime.combine(cell, _time_of(target))
        parsed = self.reader.parse(cell)
        if parsed is None:
            return None
        found, timed = parsed
        return found if timed else datetime.combine(found.date(), _time_of(target))

    def _no_date(self, cell: Cell, target: str) -> None:
        text = str(cell)
        reason = say(
            "{value} is not a date of the form {forms}",
            value=repr(text),
            forms=" / ".join(self.reader.mapping.dates),
        )
        other = self.reader.looks_like(text, target, self.number)
        if other:
            reason = say("{reason}; it looks like {other}", reason=reason, other=other)
        self.complain(target, reason)

    def sound(self, target: str) -> str | None:
        """The text for a field, translated where the mapping says so; refuses what is no text but the trace of a
        spreadsheet: an error, a formula, a date in the place of something else."""
        text = self._sound(target)
        if text is None or target in self.reader.mapping.constants:
            return text
        found, said = self._translated(target, text)
        if not said and text and target in self.reader.mapping.values and target not in PLACES:
            self._untranslated(target, text)
            return None
        return found

    def _sound(self, target: str) -> str | None:
        names = self.reader.mapping.columns.get(target)
        if names is None:
            return self.reader.mapping.constants.get(target)
        if not self._intact(target, names):
            return None
        if any(isinstance(self.row.cells.get(name), date) for name in names):
            what = say("the spreadsheet made a date of it")
            self.complain(target, what, say("format the cell as text, write it anew"))
            return None
        return self._joined(names, "\n" if target == "detail" else " ")

    def blank(self, targets: Iterable[str]) -> bool:
        """Whether all cells of some fields are empty."""
        columns = [name for target in targets for name in self.reader.mapping.columns.get(target, ())]
        return not any(self.row.cells.get(name) or name in self.row.errors for name in columns)

    def _intact(self, target: str, names: Iterable[str]) -> bool:
        for name in names:
            cell = self.row.cells.get(name, "")
            shown = cell if isinstance(cell, str) and target not in FREE else ""
            error = self.row.errors.get(name) or (shown if ERROR.fullmatch(shown) else None)
            if error:
                self.complain(target, say("{value} is an error of a formula", value=str(error)))
                return False
            if shown.startswith("="):
                self.complain(target, say("a formula, not its result"))
                return False
            if isinstance(cell, Number) and abs(cell.value) >= EXACT:
                hint = say("format the column as text and export it again")
                self.complain(target, say("the spreadsheet kept it as a number, and its last digits are lost"), hint)
                return False
            if name in self._exported:
                self.repaired("text", target, self._exported[name], str(cell))
            if name in self.row.merged and cell != "":
                self.repaired("merged", target, became=str(cell))
        return True

    def value_of(self, target: str) -> float | None:
        """The number in a workbook's cell, where it is one."""
        cell = self._first(target)
        return cell.value if isinstance(cell, Number) else None

    def repaired(self, kind: str, target: str, was: str = "", became: str = "") -> None:
        """Tell of a repair; of a phone only that there was one [T12]."""
        where = self.reader
        was, became = ("", "") if target in PHONES else (was, became)
        self.repairs.append(
            Repair(
                kind,
                self.number,
                where.column(target),
                where.cell(target, self.number),
                repairs.concealed(was),
                repairs.concealed(became),
            )
        )

    def mended(self, target: str, mend: Callable[[str], str], kind: str = "text") -> str | None:
        """The text for a field with what can be repaired of it repaired; what cannot be is refused."""
        text = self.sound(target)
        if text is None:
            return None
        try:
            found = mend(text)
        except Refusal as refusal:
            self.complain(target, refusal.reasons[0], refusal.hint)
            return None
        if found != text:
            self.repaired(kind, target, text, found)
        return found or None

    def phones(self, target: str, region: str) -> tuple[str, ...]:
        """The phones in a cell, each in the one form that they have on record."""
        number = self.value_of(target) is not None
        text = self.sound(target)
        if text is None:
            return ()
        try:
            found = repairs.phones(text, region, number)
        except Refusal as refusal:
            self.complain(target, refusal.reasons[0], refusal.hint)
            return ()
        if number or any(phone not in re.split("[/;、,，；／ ]", text) for phone in found):
            self.repaired("phone", target)
        return found

    def typed(self, target: str, mend: Callable[[str], str], model: type[Model], name: str, kind: str = "text") -> Any:
        """The value for a field, repaired, as a field of a model has it."""
        text = self.mended(target, mend, kind)
        return None if text is None else self.valid(target, model, name, text)

    def valid(self, target: str, model: type[Model], name: str, value: Any) -> Any:
        """A value as a field of a model has it; None for one that does not fit, which is complained about."""
        try:
            return adapter(model, name).validate_python(value)
        except ValidationError as error:
            self.misfits(error, model, lambda _where: target)
            return None

    def code(self, target: str, vocabulary: Vocabulary) -> str | None:
        """The code for a word: by the mapping's values, else by the vocabulary, in any language."""
        text = self._sound(target)
        if text is None:
            return None
        said = False
        if target not in self.reader.mapping.constants:
            translations = self.reader.mapping.values.get(target, {})
            text = text if text in translations else repairs.narrow(text)
            found, said = self._translated(target, text)
            text = found or ""
        code = parse(vocabulary, text) if text else None
        if code is None and text and not said and target in self.reader.mapping.values:
            self._untranslated(target, text)
        elif code is None and text:
            known = ", ".join(vocabulary)
            self.complain(target, say("{value} is not one of: {known}", value=repr(text), known=known))
        return code

    def day(self, target: str, first: int = FIRST_YEAR) -> date | None:
        """The day for a field. Every notation with the year first is read, any other only if the mapping names it."""
        names = self.reader.mapping.columns.get(target)
        if names and not self._intact(target, names):
            return None
        cell = self._first(target)
        if cell is None or cell == "":
            return None
        found = self._day(cell, target)
        if found is not None and not first <= found.year <= LAST_YEAR:
            self.complain(target, say("{value} is not a year this office will see", value=repr(str(cell))))
            return None
        return found

    def _day(self, cell: Cell, target: str) -> date | None:
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        if "dates" in self.reader.mapping.model_fields_set and (parsed := self.reader.parse(cell)):
            return parsed[0].date()
        try:
            found = cell.day if isinstance(cell, Number) and cell.day is not None else repairs.day(cell)
        except Refusal as refusal:
            self.reader.looks_like(cell, target, self.number)
            self.complain(target, refusal.reasons[0], refusal.hint)
            return None
        if not cell.startswith(found.isoformat()):
            self.repaired("date", target, cell, found.isoformat())
        return found


@cache
def adapter(model: type[Model], name: str) -> TypeAdapter[Any]:
    """What checks a single field of a model."""
    return TypeAdapter(model.model_fields[name].rebuild_annotation())


def _time_of(target: str) -> time:
    return time() if target in ("reported", "appointment", "filed", "issued") else time(23, 59, 59)


def _swap(form: str) -> str:
    """A format with day and month the other way round."""
    return form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
