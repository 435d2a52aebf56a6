"""The tables the supervisor and the manager read [M7, D2]: daily, monthly, workload."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from propcli.desk.duty import Duties, team_of
from propcli.desk.measures import Measures, Period, measure, recurrences, whole_minutes
from propcli.desk.views import View, word
from propcli.engine.obligations import Obligation
from propcli.engine.policy import OWED
from propcli.engine.table import Bar, Column, Minutes, Rate, Report, Table, Word
from propcli.engine.text import Text, say
from propcli.kinds.catalog import TICKET
from propcli.kinds.declaration import Shown
from propcli.kinds.staff import Staff
from propcli.kinds.ticket.model import Ticket
from propcli.kinds.ticket.words import CATEGORY, CHANNEL, ENDED, FINISHED, KIND, WAITING
from propcli.records.checking import IMPORTER

OVERDUE = say("Overdue")
NO_HEADER = Text("{nothing}", {"nothing": ""})
SLOWEST = 10
LONGEST_OVERDUE = 20


def ticket_columns(*keys: str) -> list[Shown]:
    """Columns that tickets have in their list."""
    listing = TICKET.declared.listing
    assert listing is not None
    known = {column.key: column for column in listing.columns}
    return [known[key] for key in keys]


TICKETS = ("id", "kind", "category", "urgency", "place", "summary", "status", "assignee")


def owed_columns(duties: Duties) -> list[Shown]:
    """What is owed, on what, by whom, since when or until when."""
    return [
        Shown("id", say("record"), lambda o, _view: o.record.id),
        Shown("summary", say("summary"), lambda o, _view: o.record.title, wide=True),
        Shown("rule", say("rule"), lambda o, _view: o.row.rule),
        Shown("owed", say("owed"), lambda o, _view: Word(o.row.owed, o.what)),
        Shown("by", say("by"), lambda o, view: view.names.debtor(duties.debtor(o))),
        Shown("due", say("due")),
    ]


def overdue_table(owed: Sequence[Obligation], duties: Duties, view: View, title: Text = OVERDUE) -> Table:
    late = Shown("late", say("late"), lambda o, _view: Minutes(whole_minutes(o.due, duties.now)))
    return view.table("overdue", title, [*owed_columns(duties), late], owed, say("Nothing is overdue."))


def due_table(owed: Sequence[Obligation], duties: Duties, view: View, empty: Text) -> Table:
    left = Shown("left", say("left"), lambda o, _view: Minutes(whole_minutes(duties.now, o.due)))
    return view.table("due", None, [*owed_columns(duties), left], owed, empty)


def why_open(ticket: Ticket, sent: Sequence[str]) -> Text:
    """Why a ticket is not closed, from its last steps; `sent`: the kinds that somebody is sent for."""
    status = ticket.status
    if status == "waiting":
        if any(e.event == "reopened" for e in ticket.events):
            return say("reopened, nobody sent yet")
        if any(e.event == "escalated" for e in ticket.events):
            return say("passed up, no decision yet")
        return say("nobody sent yet") if ticket.kind in sent else say("with the acceptor")
    if status == "paused":
        last = next(e for e in reversed(ticket.events) if e.event == "paused")
        return say("waiting for {what}: {reason}", what=WAITING.word(last.waiting_for or ""), reason=last.reason)
    if status == "done":
        kinds = {"repair": say("done, not signed off"), "complaint": say("done, not followed up")}
        return kinds.get(ticket.kind, say("done, not closed"))
    states = {
        "assigned": say("sent, not confirmed"),
        "signed_off": say("signed off, not followed up"),
        "followed_up": say("followed up, not closed"),
    }
    return states.get(status, say("in work"))


def daily(duties: Duties, period: Period, view: View) -> Report:
    """What came in, what was closed, what stays open and why, what is overdue: for the supervisor [D2, M7]."""
    figures = measure(duties, period)
    still = sorted((t for t in duties.tickets if t.status not in ENDED), key=lambda t: (t.reported, t.id))
    late = duties.overdue()
    counts: list[tuple[Text, Sequence[object]]] = [
        (say("came in"), figures.received),
        (say("done"), figures.completions),
        (say("closed"), figures.closed),
        (say("still open"), still),
        (say("overdue"), late),
    ]
    why = Shown("why", say("why"), lambda t, _view: why_open(t, duties.policy.dispatch.kinds), wide=True)
    columns = ticket_columns(*TICKETS)
    open_columns = [*ticket_columns("id", "category", "urgency", "summary"), why, *ticket_columns("status", "assignee")]
    return Report(
        "daily",
        say("Daily report, {day}", day=period.start.date()),
        {"from": period.start, "until": period.end, "as_of": duties.now},
        [
            Table(
                "summary",
                say("In figures"),
                [Column("what", say("what")), Column("count", say("number"))],
                [{"what": what, "count": len(those)} for what, those in counts],
            ),
            view.table("received", say("Came in"), columns, figures.received, say("Nothing."), TICKET),
            view.table("closed", say("Closed"), columns, figures.closed, say("Nothing."), TICKET),
            view.table("open", say("Still open, and why"), open_columns, still, say("Nothing is open."), TICKET),
            overdue_table(late, duties, view),
        ],
    )


def monthly(duties: Duties, period: Period, view: View, occupied: int | None) -> Report:
    """Counts, measures, the slowest, what is overdue, what recurs: for the manager [M7]."""
    figures = measure(duties, period)
    overdue = duties.overdue()
    late = [o for o in overdue if isinstance(o.record, Ticket)]  # what is counted below are tickets
    groups: list[tuple[str, Text, Callable[[Ticket], Word | str | None]]] = [
        ("by_kind", say("By kind"), lambda t: word(KIND, t.kind)),
        ("by_category", say("By category"), lambda t: word(CATEGORY, t.category)),
        ("by_team", say("By team"), lambda t: view.names.team(team_of(t, duties.policy))),
        ("by_building", say("By building"), lambda t: t.home or None),
        ("by_channel", say("By channel"), lambda t: word(CHANNEL, t.channel)),
    ]
    longest = overdue_table(overdue[:LONGEST_OVERDUE], duties, view, say("Longest overdue"))
    if len(late) > LONGEST_OVERDUE:
        longest.note = say("{n} more: propcli overdue", n=len(late) - LONGEST_OVERDUE)
    return Report(
        "monthly",
        say("Monthly report, {start} to {end}", start=period.start.date(), end=_last_day(period)),
        {"from": period.start, "until": period.end, "as_of": duties.now},
        [
            _measures(figures, occupied),
            *(_counts(name, title, group_of, figures, late, view) for name, title, group_of in groups),
            _slowest(figures, view),
            _recurring(figures, duties, view),
            _overdue_by_rule(overdue, view),
            longest,
        ],
    )


def _last_day(period: Period) -> date:
    return (period.end - timedelta(seconds=1)).date()


def _measures(figures: Measures, occupied: int | None) -> Table:
    rate = figures.complaint_rate(occupied)
    complaints = sum(t.kind == "complaint" for t in figures.received)
    if rate is not None:
        of = say("{complaints} complaints, {units} occupied units", complaints=complaints, units=occupied)
    else:
        of = say(
            "{complaints} complaints; neither units nor occupied_units in propcli.yaml say how many homes",
            complaints=complaints,
        )
    measures: list[tuple[str, Text, Rate | float | None, Text]] = [
        ("M1", say("timely rate"), figures.timely, say("done within the limit ÷ done")),
        ("M2", say("handled rate"), figures.handled, say("closed ÷ received")),
        ("M3", say("rework rate"), figures.rework, say("reopened ÷ done")),
        ("M4", say("follow-up rate"), figures.followed_up, say("followed up in time ÷ owed")),
        ("M5", say("complaints per 100 occupied units"), rate, of),
    ]
    columns = [Column("rule", say("rule")), Column("measure", say("measure"))]
    columns += [Column("value", say("value")), Column("how", say("how"))]
    rows = [{"rule": rule, "measure": what, "value": value, "how": how} for rule, what, value, how in measures]
    unlimited = sum(c.late is None for c in figures.completions)
    note = say("{n} done without a limit are not in the timely rate.", n=unlimited) if unlimited else None
    return Table("measures", say("Measures"), columns, rows, note=note)


def _counts(
    name: str,
    title: Text,
    group_of: Callable[[Ticket], Word | str | None],
    figures: Measures,
    late: Sequence[Obligation],
    view: View,
) -> Table:
    """Received, done, closed, overdue by some property of the ticket; biggest first."""
    groups: dict[str, Word | str | None] = {}
    counts: dict[str, Counter[str]] = defaultdict(Counter)

    def count(ticket: Ticket, what: str) -> None:
        group = group_of(ticket)
        key = group.code if isinstance(group, Word) else group or ""
        groups[key] = group
        counts[key][what] += 1

    for ticket in figures.received:
        count(ticket, "received")
        if ticket.status in ENDED:
            count(ticket, "closed")
    for completion in figures.completions:
        count(completion.ticket, "done")
        if completion.late is not None:
            count(completion.ticket, "limited")
            if not completion.late:
                count(completion.ticket, "timely")
    for record_id, ticket in {o.record.id: o.record for o in late}.items():
        if record_id:
            count(ticket, "overdue")
    most = max((c["received"] for c in counts.values()), default=0)
    columns = [
        Shown("group", say("group"), lambda key, _view: groups[key] or say("not known")),
        Shown("received", say("came in"), lambda key, _view: counts[key]["received"]),
        Shown("bar", NO_HEADER, lambda key, _view: Bar(counts[key]["received"], most)),
        Shown("done", say("done"), lambda key, _view: counts[key]["done"]),
        Shown("timely", say("in time"), lambda key, _view: Rate(counts[key]["timely"], counts[key]["limited"])),
        Shown("closed", say("of these closed"), lambda key, _view: counts[key]["closed"]),
        Shown("overdue", say("overdue"), lambda key, _view: counts[key]["overdue"]),
    ]
    biggest = sorted(counts, key=lambda key: (-counts[key]["received"], key))
    return view.table(name, title, columns, biggest, say("Nothing."))


def _slowest(figures: Measures, view: View) -> Table:
    last = {c.ticket.id: c for c in figures.completions}  # of a reopened ticket, the end that held
    slowest = sorted(last.values(), key=lambda c: (-c.minutes, c.ticket.id))[:SLOWEST]
    columns = [
        *ticket_columns("id", "category", "summary", "assignee"),
        Shown("took", say("took"), lambda ticket, _view: Minutes(last[ticket.id].minutes)),
        Shown("late", say("late"), lambda ticket, _view: last[ticket.id].late),
    ]
    tickets = [c.ticket for c in slowest]
    title = say("The slowest, from reported to done")
    return view.table("slowest", title, columns, tickets, say("Nothing."), TICKET)


def _recurring(figures: Measures, duties: Duties, view: View) -> Table:
    columns = [
        Shown("place", say("place")),
        Shown("category", say("category"), lambda r, _view: word(CATEGORY, r.category)),
        Shown("count", say("number"), lambda r, _view: len(r.tickets)),
        Shown("cause", say("cause found most often"), lambda r, _view: r.cause or say("none on record"), wide=True),
        Shown("tickets", say("tickets"), lambda r, _view: [t.id for t in r.tickets], wide=True),
    ]
    found = recurrences(figures.received, duties.policy.recurring.model_dump())
    return view.table("recurring", say("Problems that recur"), columns, found, say("Nothing recurs."))


def _overdue_by_rule(late: Sequence[Obligation], view: View) -> Table:
    counts = Counter((o.row.rule, o.row.owed) for o in late)
    most = max(counts.values(), default=0)
    columns = [
        Shown("rule", say("rule"), lambda one, _view: one[0]),
        Shown("owed", say("owed"), lambda one, _view: word(OWED, one[1])),
        Shown("count", say("number"), lambda one, _view: counts[one]),
        Shown("bar", NO_HEADER, lambda one, _view: Bar(counts[one], most)),
    ]
    rules = sorted(counts, key=lambda one: (-counts[one], one))
    return view.table("overdue_by_rule", say("Overdue, by rule"), columns, rules, say("Nothing is overdue."))


def in_hand(ticket: Ticket) -> str:
    """Who has an open ticket in hand: the person sent, else the acceptor; '' when nobody, or the work is done."""
    return "" if ticket.status in ENDED | FINISHED else ticket.assignee or ticket.acceptor or ""


def workload(duties: Duties, period: Period, view: View, staff: Sequence[Staff]) -> Report:
    """Per person: open now, sent and done in the period, late, average hours from being sent to done."""
    open_now: Counter[str] = Counter()
    done: Counter[str] = Counter()
    late_done: Counter[str] = Counter()
    minutes: dict[str, list[int]] = defaultdict(list)
    overdue: Counter[str] = Counter()
    for ticket in duties.tickets:
        if in_hand(ticket):
            open_now[in_hand(ticket)] += 1
    for completion in measure(duties, period).completions:
        sent = [e for e in completion.ticket.events if e.event == "dispatched" and e.at <= completion.event.at]
        person = (sent[-1].assignee if sent else None) or completion.event.by
        if person == IMPORTER:
            continue  # done in another system, by nobody of this office
        done[person] += 1
        late_done[person] += bool(completion.late)
        begun: datetime = sent[-1].at if sent else completion.ticket.events[0].at
        minutes[person].append(whole_minutes(begun, completion.event.at))
    for obligation in duties.overdue():
        overdue[duties.debtor(obligation).person or ""] += 1
    people = {p.id: p for p in staff}
    everyone = [*people, *sorted((set(open_now) | set(done) | set(overdue)) - set(people) - {""})]
    most = max(open_now.values(), default=0)
    columns = [
        Shown("person", say("person"), lambda who, view: view.names.person(who)),
        Shown("team", say("team"), lambda who, view: view.names.team(people[who].team) if who in people else None),
        Shown("open", say("open"), lambda who, _view: open_now[who]),
        Shown("bar", NO_HEADER, lambda who, _view: Bar(open_now[who], most)),
        Shown("done", say("done"), lambda who, _view: done[who]),
        Shown("late", say("of these late"), lambda who, _view: late_done[who]),
        Shown("overdue", say("overdue now"), lambda who, _view: overdue[who]),
        Shown("hours", say("average hours"), lambda who, _view: _hours(minutes[who])),
    ]
    return Report(
        "workload",
        say("Workload, {start} to {end}", start=period.start.date(), end=_last_day(period)),
        {"from": period.start, "until": period.end, "as_of": duties.now},
        [view.table("workload", say("Per person"), columns, everyone, say("Nobody works here yet."))],
    )


def _hours(spent: Sequence[int]) -> float | None:
    """The average of lengths in minutes, in hours."""
    return round(sum(spent) / len(spent) / 60, 1) if spent else None
