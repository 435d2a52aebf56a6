"""The tables the supervisor and the manager read [M7, D2]: daily, monthly, workload."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from propcli.desk.duty import Duties
from propcli.desk.measures import Measures, Period, measure, recurrences
from propcli.desk.views import Names, word
from propcli.engine.obligations import Obligation
from propcli.engine.policy import OWED, ROLES
from propcli.engine.table import Bar, Column, Minutes, Rate, Report, Table, Word
from propcli.engine.text import Text, say
from propcli.kinds.staff import Staff
from propcli.kinds.ticket.model import Ticket
from propcli.kinds.ticket.words import CATEGORY, CHANNEL, ENDED, FINISHED, KIND, STATUS, URGENCY, WAITING
from propcli.records.checking import IMPORTER

NO_HEADER = Text("{nothing}", {"nothing": ""})
SLOWEST = 10
LONGEST_OVERDUE = 20


TICKET_COLUMNS = [
    Column("id", say("ticket")),
    Column("kind", say("kind")),
    Column("category", say("category")),
    Column("urgency", say("urgency")),
    Column("place", say("place"), wide=True),
    Column("summary", say("summary"), wide=True),
    Column("status", say("state")),
    Column("assignee", say("who")),
]


def ticket_row(ticket: Ticket, names: Names) -> dict[str, object]:
    return {
        "id": ticket.id,
        "kind": word(KIND, ticket.kind),
        "category": word(CATEGORY, ticket.category),
        "urgency": word(URGENCY, ticket.urgency),
        "place": ticket.where,
        "summary": ticket.summary,
        "status": word(STATUS, ticket.status),
        "assignee": names.person(ticket.assignee or ticket.acceptor),
    }


OVERDUE_COLUMNS = [
    Column("id", say("record")),
    Column("summary", say("summary"), wide=True),
    Column("rule", say("rule")),
    Column("owed", say("owed")),
    Column("by", say("by")),
    Column("due", say("due")),
    Column("late", say("late")),
]


def obligation_row(obligation: Obligation, duties: Duties, names: Names) -> dict[str, object]:
    debtor = duties.debtor(obligation)
    assert obligation.due is not None
    minutes = int((duties.now - obligation.due).total_seconds()) // 60
    return {
        "id": obligation.record.id,
        "summary": obligation.record.title,
        "rule": obligation.row.rule,
        "owed": Word(obligation.row.owed, obligation.what),
        "by": names.person(debtor.person) or Word(debtor.role, ROLES.word(debtor.role)),
        "due": obligation.due,
        "late": Minutes(minutes),
        "left": Minutes(int((obligation.due - duties.now).total_seconds()) // 60),
    }


def overdue_table(owed: Sequence[Obligation], duties: Duties, names: Names) -> Table:
    return Table(
        "overdue",
        say("Overdue"),
        OVERDUE_COLUMNS,
        [obligation_row(o, duties, names) for o in owed],
        empty=say("Nothing is overdue."),
    )


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
    if status == "assigned":
        return say("sent, not confirmed")
    if status == "done":
        if ticket.kind == "repair":
            return say("done, not signed off")
        return say("done, not followed up") if ticket.kind == "complaint" else say("done, not closed")
    if status == "signed_off":
        return say("signed off, not followed up")
    if status == "followed_up":
        return say("followed up, not closed")
    return say("in work")


def daily(duties: Duties, period: Period, names: Names) -> Report:
    """What came in, what was closed, what stays open and why, what is overdue: for the supervisor [D2, M7]."""
    figures = measure(duties, period)
    still = sorted((t for t in duties.tickets if t.status not in ENDED), key=lambda t: (t.reported, t.id))
    late = duties.overdue()
    came = Table(
        "received", say("Came in"), TICKET_COLUMNS, [ticket_row(t, names) for t in figures.received], say("Nothing.")
    )
    closed = Table(
        "closed", say("Closed"), TICKET_COLUMNS, [ticket_row(t, names) for t in figures.closed], say("Nothing.")
    )
    columns = [c for c in TICKET_COLUMNS if c.key not in ("kind", "place")]
    columns[-2:-2] = [Column("why", say("why"), wide=True)]
    open_table = Table(
        "open",
        say("Still open, and why"),
        columns,
        [{**ticket_row(t, names), "why": why_open(t, duties.policy.dispatch.kinds)} for t in still],
        say("Nothing is open."),
    )
    return Report(
        "daily",
        say("Daily report, {day}", day=period.start.date()),
        {"from": period.start, "until": period.end, "as_of": duties.now},
        [
            Table(
                "summary",
                say("In figures"),
                [Column("what", say("what")), Column("count", say("number"))],
                [
                    {"what": say("came in"), "count": len(figures.received)},
                    {"what": say("done"), "count": len(figures.completions)},
                    {"what": say("closed"), "count": len(figures.closed)},
                    {"what": say("still open"), "count": len(still)},
                    {"what": say("overdue"), "count": len(late)},
                ],
            ),
            came,
            closed,
            open_table,
            overdue_table(late, duties, names),
        ],
    )


def monthly(duties: Duties, period: Period, names: Names, occupied: int | None) -> Report:
    """Counts, measures, the slowest, what is overdue, what recurs: for the manager [M7]."""
    figures = measure(duties, period)
    overdue = duties.overdue()
    late = [o for o in overdue if isinstance(o.record, Ticket)]  # what is counted below are tickets
    tables = [
        _measures(figures, occupied),
        _counts("by_kind", say("By kind"), lambda t: word(KIND, t.kind), figures, late),
        _counts("by_category", say("By category"), lambda t: word(CATEGORY, t.category), figures, late),
        _counts("by_team", say("By team"), lambda t: names.team(team_of(t, duties)), figures, late),
        _counts("by_building", say("By building"), lambda t: t.home or None, figures, late),
        _counts("by_channel", say("By channel"), lambda t: word(CHANNEL, t.channel), figures, late),
        _slowest(figures, names),
        _recurring(figures, duties),
        _overdue_by_rule(overdue),
        overdue_table(overdue[:LONGEST_OVERDUE], duties, names),
    ]
    tables[-1].title = say("Longest overdue")
    if len(late) > LONGEST_OVERDUE:
        tables[-1].note = say("{n} more: propcli overdue", n=len(late) - LONGEST_OVERDUE)
    return Report(
        "monthly",
        say("Monthly report, {start} to {end}", start=period.start.date(), end=_last_day(period)),
        {"from": period.start, "until": period.end, "as_of": duties.now},
        tables,
    )


def team_of(ticket: Ticket, duties: Duties) -> str | None:
    """The team a ticket is with or, before it is sent, the one its category belongs to [T4]."""
    return ticket.team or next(iter(duties.policy.routing.get(ticket.category, ())), None)


def _last_day(period: Period) -> object:
    from datetime import timedelta

    return (period.end - timedelta(seconds=1)).date()


def _measures(figures: Measures, occupied: int | None) -> Table:
    rate = figures.complaint_rate(occupied)
    complaints = sum(t.kind == "complaint" for t in figures.received)
    rows: list[dict[str, object]] = [
        {
            "rule": "M1",
            "measure": say("timely rate"),
            "value": figures.timely,
            "how": say("done within the limit ÷ done"),
        },
        {"rule": "M2", "measure": say("handled rate"), "value": figures.handled, "how": say("closed ÷ received")},
        {"rule": "M3", "measure": say("rework rate"), "value": figures.rework, "how": say("reopened ÷ done")},
        {
            "rule": "M4",
            "measure": say("follow-up rate"),
            "value": figures.followed_up,
            "how": say("followed up in time ÷ owed"),
        },
        {
            "rule": "M5",
            "measure": say("complaints per 100 occupied units"),
            "value": rate,
            "how": say("{complaints} complaints, {units} occupied units", complaints=complaints, units=occupied)
            if rate is not None
            else say(
                "{complaints} complaints; neither units nor occupied_units in propcli.yaml say how many homes",
                complaints=complaints,
            ),
        },
    ]
    columns = [
        Column("rule", say("rule")),
        Column("measure", say("measure")),
        Column("value", say("value")),
        Column("how", say("how")),
    ]
    unlimited = sum(c.late is None for c in figures.completions)
    note = say("{n} done without a limit are not in the timely rate.", n=unlimited) if unlimited else None
    return Table("measures", say("Measures"), columns, rows, note=note)


def _counts(
    name: str,
    title: Text,
    group_of: Callable[[Ticket], Word | str | None],
    figures: Measures,
    late: Sequence[Obligation],
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
    rows: list[dict[str, object]] = [
        {
            "group": groups[key] or say("not known"),
            "received": c["received"],
            "bar": Bar(c["received"], most),
            "done": c["done"],
            "timely": Rate(c["timely"], c["limited"]),
            "closed": c["closed"],
            "overdue": c["overdue"],
        }
        for key, c in sorted(counts.items(), key=lambda item: (-item[1]["received"], item[0]))
    ]
    columns = [
        Column("group", say("group")),
        Column("received", say("came in")),
        Column("bar", NO_HEADER),
        Column("done", say("done")),
        Column("timely", say("in time")),
        Column("closed", say("of these closed")),
        Column("overdue", say("overdue")),
    ]
    return Table(name, title, columns, rows, say("Nothing."))


def _slowest(figures: Measures, names: Names) -> Table:
    last = {c.ticket.id: c for c in figures.completions}  # of a reopened ticket, the end that held
    slowest = sorted(last.values(), key=lambda c: (-c.minutes, c.ticket.id))[:SLOWEST]
    columns = [
        Column("id", say("ticket")),
        Column("category", say("category")),
        Column("summary", say("summary"), wide=True),
        Column("assignee", say("who")),
        Column("took", say("took")),
        Column("late", say("late")),
    ]
    rows = [
        {**ticket_row(c.ticket, names), "took": Minutes(c.minutes), "late": None if c.late is None else c.late}
        for c in slowest
    ]
    return Table("slowest", say("The slowest, from reported to done"), columns, rows, say("Nothing."))


def _recurring(figures: Measures, duties: Duties) -> Table:
    columns = [
        Column("place", say("place")),
        Column("category", say("category")),
        Column("count", say("number")),
        Column("cause", say("cause found most often"), wide=True),
        Column("tickets", say("tickets"), wide=True),
    ]
    rows: list[dict[str, object]] = [
        {
            "place": r.place,
            "category": word(CATEGORY, r.category),
            "count": len(r.tickets),
            "cause": r.cause or say("none on record"),
            "tickets": [t.id for t in r.tickets],
        }
        for r in recurrences(figures.received, duties.policy.recurring.model_dump())
    ]
    return Table("recurring", say("Problems that recur"), columns, rows, say("Nothing recurs."))


def _overdue_by_rule(late: Sequence[Obligation]) -> Table:
    counts = Counter((o.row.rule, o.row.owed) for o in late)
    columns = [
        Column("rule", say("rule")),
        Column("owed", say("owed")),
        Column("count", say("number")),
        Column("bar", NO_HEADER),
    ]
    most = max(counts.values(), default=0)
    rows: list[dict[str, object]] = [
        {"rule": rule, "owed": Word(owed, OWED.word(owed)), "count": n, "bar": Bar(n, most)}
        for (rule, owed), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return Table("overdue_by_rule", say("Overdue, by rule"), columns, rows, say("Nothing is overdue."))


def in_hand(ticket: Ticket) -> str:
    """Who has an open ticket in hand: the person sent, else the acceptor; '' when nobody, or the work is done."""
    return "" if ticket.status in ENDED | FINISHED else ticket.assignee or ticket.acceptor or ""


def workload(duties: Duties, period: Period, names: Names, staff: Sequence[Staff]) -> Report:
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
        minutes[person].append(int((completion.event.at - begun).total_seconds()) // 60)
    for obligation in duties.overdue():
        overdue[duties.debtor(obligation).person or ""] += 1
    people = {p.id: p for p in staff}
    everyone = [*people, *sorted((set(open_now) | set(done) | set(overdue)) - set(people) - {""})]
    most = max(open_now.values(), default=0)
    rows: list[dict[str, object]] = []
    for person in everyone:
        member = people.get(person)
        spent = minutes[person]
        rows.append(
            {
                "person": names.person(person),
                "team": names.team(member.team) if member else None,
                "open": open_now[person],
                "bar": Bar(open_now[person], most),
                "done": done[person],
                "late": late_done[person],
                "overdue": overdue[person],
                "hours": round(sum(spent) / len(spent) / 60, 1) if spent else None,
            }
        )
    columns = [
        Column("person", say("person")),
        Column("team", say("team")),
        Column("open", say("open")),
        Column("bar", NO_HEADER),
        Column("done", say("done")),
        Column("late", say("of these late")),
        Column("overdue", say("overdue now")),
        Column("hours", say("average hours")),
    ]
    return Report(
        "workload",
        say("Workload, {start} to {end}", start=period.start.date(), end=_last_day(period)),
        {"from": period.start, "until": period.end, "as_of": duties.now},
        [Table("workload", say("Per person"), columns, rows, say("Nobody works here yet."))],
    )
