"""Which verdicts a change of rules changes: what was in time and is late now, what is owed by somebody else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from propcli.desk.duty import Duties
from propcli.engine.obligations import Obligation
from propcli.engine.policy import OWED, Policy
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.engine.worktime import Calendar
from propcli.kinds.calendar import CalendarFile
from propcli.kinds.settings import Settings
from propcli.kinds.staff import Staff

MOST = 3
VERDICT = Vocabulary("verdict", ("late", "in_time", "overdue", "running", "not_owed"))
Key = tuple[str, str, str, datetime, Any]  # record, rule, what is owed, since when, which of several


@dataclass(frozen=True, slots=True)
class Rules:
    """What verdicts rest on."""

    settings: Settings
    policy: Policy
    calendar_file: CalendarFile
    staff: Mapping[str, Staff] = field(default_factory=dict)

    @property
    def calendar(self) -> Calendar:
        return self.calendar_file.calendar(self.settings.zone)


@dataclass(frozen=True, slots=True)
class Verdict:
    code: str
    debtor: str | None


def changed_verdicts(records: Sequence[Any], before: Rules, after: Rules, at: datetime) -> list[Text]:
    """What is judged otherwise at a time, the first few and how many more."""
    same = (before.calendar_file, before.settings, before.staff) == (after.calendar_file, after.settings, after.staff)
    if same and before.policy.obligations != after.policy.obligations:
        before, after = _only(before, after.policy), _only(after, before.policy)
    old, new = _judged(records, before, at), _judged(records, after, at)
    nothing = Verdict("not_owed", None)
    changes = [
        (key, was, now)
        for key in dict.fromkeys([*old, *new])
        if (was := old.get(key, nothing)) != (now := new.get(key, nothing))
    ]
    told = [_told(*change) for change in changes[:MOST]]
    return [*told, say("{n} more verdicts", n=len(changes) - MOST)] if len(changes) > MOST else told


def _only(rules: Rules, other: Policy) -> Rules:
    """With those rows alone that another policy has not."""
    rows = tuple(row for row in rules.policy.obligations if row not in other.obligations)
    policy = rules.policy.model_copy(update={"obligations": rows})
    return Rules(rules.settings, policy, rules.calendar_file, rules.staff)


def _judged(records: Iterable[Any], rules: Rules, at: datetime) -> dict[Key, Verdict]:
    duties = Duties(rules.settings, rules.policy, rules.calendar, at, staff=rules.staff).add(records)
    return {
        (o.record.id, o.row.rule, o.row.owed, o.since, o.of): Verdict(_code(o, at), duties.debtor(o).person)
        for o in duties.all
        if o.standing != "void"
    }


def _code(owed: Obligation, at: datetime) -> str:
    if owed.standing == "met":
        return "late" if owed.late(at) else "in_time"
    return "overdue" if owed.late(at) else "running"


def _told(key: Key, was: Verdict, now: Verdict) -> Text:
    record, rule, owed, _since, _of = key
    said = {"record": record, "rule": rule, "owed": OWED.word(owed)}
    if was.code != now.code:
        return say(
            "{record} {rule} {owed}: {was} → {now}", **said, was=VERDICT.word(was.code), now=VERDICT.word(now.code)
        )
    return say("{record} {rule} {owed}: owed by {was} → {now}", **said, was=was.debtor or "–", now=now.debtor or "–")
