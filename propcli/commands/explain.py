"""`propcli explain ID`: each obligation from its event to its due time, so that anyone can check it by hand."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer

from propcli.commands import options
from propcli.commands.options import Id
from propcli.commands.session import session, show
from propcli.engine.text import Text, say
from propcli.output.language import _, listing, words
from propcli.output.table import breadth, duration

if TYPE_CHECKING:
    from propcli.desk.duty import Duties
    from propcli.desk.views import Names
    from propcli.engine.obligations import Obligation
    from propcli.engine.worktime import Span


def register(app: typer.Typer) -> None:
    app.command(
        "explain", help=_("Each obligation of a record: from which event, what counted, what was paused, due when.")
    )(explain)


def explain(record_id: Id, format: options.Format = "table") -> int:
    import json

    from propcli.commands.reading import Office
    from propcli.commands.standing import headline
    from propcli.engine.problem import Refusal
    from propcli.kinds.catalog import KINDS

    form = options.form(format)
    if form not in ("table", "json"):
        raise Refusal(say("explain prints as table or json"))
    here = session()
    kind, found = here.find(record_id, *KINDS.values())
    record = here.estate.one(kind.model, found)
    assert record is not None
    office = Office()
    duties = office.owed_on([record])
    if form == "json":
        show(json.dumps([_object(o, duties) for o in duties.all], ensure_ascii=False, indent=2))
        return office.finish()
    if not duties.records:
        raise Refusal(say("{id} did not exist yet at {at}", id=found, at=office.now))
    show(words(headline(duties.records[0])).rstrip())
    for said in kind.declared.explains(duties.records[0], here):
        show(said)
    if not duties.all:
        show(say("Nothing is owed on it."))
    for obligation in duties.all:
        show("")
        _explain(obligation, duties, office.names)
    return office.finish()


def _standing(o: "Obligation", duties: "Duties") -> Text:
    late = o.late(duties.now)
    if o.standing == "met" and o.met is not None:
        if late and o.due is not None:
            return say("met {late} late", late=_between(o.due, o.met.at))
        return say("met in time")
    if o.standing == "stopped":
        return say("the clock stands still (paused)")
    if o.standing == "void":
        return say("ended unmet, after its time") if late else say("no longer owed")
    if late and o.due is not None:
        return say("OVERDUE by {late}", late=_between(o.due, duties.now))
    return say("open, {left} left", left=_between(duties.now, o.due) if o.due else "")


def _between(start: Any, end: Any) -> str:
    return duration(int((end - start).total_seconds()) // 60)


def _explain(o: "Obligation", duties: "Duties", names: "Names") -> None:
    """One obligation: what is owed and how it stands, and below that what it follows from."""
    from propcli.engine.policy import ROLES

    debtor = duties.debtor(o)
    # who met it answered for it then, whoever it would fall to now
    person = names.person(o.met.by if o.met is not None and debtor.role in ("acceptor", "assignee") else debtor.person)
    role = ROLES.word(debtor.role)
    who = say("{person} ({role})", person=person.text, role=role) if person else role
    values = {"rule": o.row.rule, "owed": o.what, "who": who, "standing": _standing(o, duties)}
    show(say("[{rule}] {owed}, owed by {who}: {standing}", **values))
    for label, value in _reasons(o, duties, names):
        text = words(label)
        show("    " + text + " " * max(1, 12 - breadth(text)) + (words(value) if isinstance(value, Text) else value))


def _reasons(o: "Obligation", duties: "Duties", names: "Names") -> "Iterator[tuple[Text, Text | str]]":
    """From which event, under which limit, what counted, due when, by which rule."""
    from propcli.engine.obligations import spans_of
    from propcli.engine.policy import AGREED, SOURCE
    from propcli.kinds.catalog import kind_of

    row = o.row
    events = kind_of(o.record).life.events
    sender = names.person(o.start.by)
    begun = {"event": events.word(o.start.event), "at": o.start.at, "by": sender.text if sender else ""}
    yield say("from"), say("{event} {at}, {by}", **begun)
    if o.since != o.start.at:
        yield say("starts"), Text("{at}", {"at": o.since})
    if o.agreed:
        agreed = AGREED.word(row.agreed or "")
        before = say("{length} before {agreed}", length=_length(row.ahead), agreed=agreed) if row.ahead else agreed
        yield say("limit"), before
    else:
        values = {"within": _limit(o), "clock": row.clock, "hours": _hours(o, duties)}
        yield say("limit"), say("{within} on the clock {clock} ({hours})", **values)
        yield from _spans(spans_of(o, duties.calendar), duties)
    if o.due is not None:
        yield say("due"), Text("{due}", {"due": o.due})
    if o.met is not None:
        yield say("met"), say("{event} {at}", event=events.word(o.met.event), at=o.met.at)
    elif o.ended is not None:
        yield say("ended"), Text("{at}", {"at": o.ended})
    if row.note:
        yield say("note"), _(row.note)
    source = SOURCE.word(row.source) if row.source else "–"
    values = {"rule": row.rule, "source": source}
    yield say("policy"), say("policy.yaml, obligations, rule {rule}; source: {source}", **values)


def _limit(o: "Obligation") -> Text:
    limit = o.row.limit
    assert limit is not None
    if o.row.every is not None:
        return say("every {length}, by the end of the day", length=_length(limit))
    return _length(limit)


def _length(limit: Any) -> Text:
    from propcli.engine.policy import spoken

    return Text("{length}", {"length": duration(limit.amount)}) if limit.unit == "m" else spoken(limit)


def _hours(o: "Obligation", duties: "Duties") -> Text:
    if o.row.clock == "calendar":
        return say("it always runs")
    hours = duties.calendar.clocks[o.row.clock]
    spans = ", ".join(f"{b:%H:%M}-{e.strftime('%H:%M') if e else '24:00'}" for b, e in hours.spans)
    return say("all days {spans}", spans=spans) if hours.days == "all" else say("working days {spans}", spans=spans)


DAYS = {
    "day off": say("day off of the estate"),
    "make-up day": say("make-up day of the estate"),
    "public holiday": say("public holiday"),
    "make-up workday": say("make-up workday"),
    "weekend": say("weekend"),
    "working day": say("working day"),
}


def _spans(spans: "list[Span]", duties: "Duties") -> "Iterator[tuple[Text, Text]]":
    """What counted and what did not, one stretch or day after the other."""
    zone = duties.calendar.zone
    for span in spans:
        start, end = span.start.astimezone(zone), span.end.astimezone(zone)
        stretch = {"start": start, "end": end, "length": _between(start, end)}
        reason = DAYS[duties.calendar.why(start.date())]
        day = {"day": start.date(), "reason": reason, "number": span.number, "end": end}
        if span.what == "counted":
            yield say("counted"), say("{start} → {end}  {length}", **stretch)
        elif span.what == "paused" and end > start:
            yield say("paused"), say("{start} → {end}  {length} not counted", **stretch)
        elif span.what == "paused":
            yield say("paused"), say("since {start}", start=start)
        elif span.what == "closed":
            days = _days_off(start, end, duties)
            text = say("{start} → {end}  clock off", **stretch)
            yield say("off hours"), say("{text} ({days})", text=text, days=days) if days else text
        elif span.what == "day":
            yield say("counted"), say("{day}  day {number}, {reason}, until {end}", **day)
        elif span.what == "day not counted":
            yield say("start"), say("{day}  the day it begins is not counted", **day)
        else:
            yield say("day off"), say("{day}  {reason}", **day)


def _days_off(start: Any, end: Any, duties: "Duties") -> str:
    """The non-working days within a stretch, with their reasons."""
    found = []
    day = start.date() + timedelta(days=1)
    while day < end.date():
        if not duties.calendar.is_working(day):
            found.append(f"{day:%m-%d} {words(DAYS[duties.calendar.why(day)])}")
        day += timedelta(days=1)
    return listing(found)


def _object(o: "Obligation", duties: "Duties") -> dict[str, Any]:
    from propcli.engine.obligations import spans_of

    debtor = duties.debtor(o)
    zone = duties.calendar.zone
    return {
        "rule": o.row.rule,
        "owed": o.row.owed,
        "of": o.of if isinstance(o.of, str) else None,
        "by": debtor.person or debtor.role,
        "role": debtor.role,
        "from": {"event": o.start.event, "at": o.start.at.isoformat()},
        "within": str(o.row.limit) if o.row.limit and not o.agreed else None,
        "every": o.row.every is not None,
        "clock": o.row.clock,
        "agreed": o.row.agreed if o.agreed else None,
        "ahead": str(o.row.ahead) if o.row.ahead and o.agreed else None,
        "due": o.due.astimezone(zone).isoformat() if o.due else None,
        "met": {"event": o.met.event, "at": o.met.at.isoformat()} if o.met else None,
        "standing": o.standing,
        "late": o.late(duties.now),
        "spans": [
            {"what": s.what, "start": s.start.astimezone(zone).isoformat(), "end": s.end.astimezone(zone).isoformat()}
            for s in spans_of(o, duties.calendar)
        ],
        "source": o.row.source,
    }
