"""How a record stands, after every command that changed it: its state, what is owed next, by whom, by when."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from propcli.commands.session import session, show, tell_unknown_years
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import Kind, kind_of
from propcli.output.language import listing, words

if TYPE_CHECKING:
    from pydantic import ValidationError

    from propcli.desk.recording import Recorder
    from propcli.engine.record import Event, Model
    from propcli.kinds.ticket import Ticket


Step = tuple[str, dict[str, Any]]  # an event and its fields


def headline(record: Any) -> Text:
    """A record in one line: its id, its state, what it is."""
    kind = kind_of(record)
    if kind.name == "ticket":
        return _ticket_headline(record)
    where = getattr(record, "unit", None)
    status = kind.life.states.word(record.status)
    if kind.name == "renovation":
        from propcli.kinds.renovation import STATES, state_at

        where = record.place or where
        status = STATES.word(state_at(record, session().today))
    return Text(
        "{id}  {status}  {what}",
        {
            "id": record.id,
            "status": status,
            "what": Text("{unit}  {title}", {"unit": where, "title": record.title})
            if where
            else getattr(record, "what", ""),
        },
    )


def _ticket_headline(ticket: "Ticket") -> Text:
    """T-20261121-001  on site  repair · water · urgent  3-2-0501 厨房  水管漏水"""
    from propcli.kinds.ticket import CATEGORY, KIND, SEVERITY, STATUS, URGENCY, place_of

    what = [KIND.word(ticket.kind), CATEGORY.word(ticket.category)]
    if ticket.severity:
        what.append(SEVERITY.word(ticket.severity))
    if ticket.urgency != "normal":
        what.append(URGENCY.word(ticket.urgency))
    return Text(
        "{id}  {status}  {what}  {place}  {summary}",
        {
            "id": ticket.id,
            "status": STATUS.word(ticket.status),
            "what": " · ".join(words(w) for w in what),
            "place": place_of(ticket),
            "summary": ticket.summary,
        },
    )


def show_standing(record: Any, notes: Iterable[Text] = ()) -> None:
    """The headline, what else there is to know (`notes`), and what is owed on the record from now on."""
    from propcli.desk.duty import Duties, together
    from propcli.desk.reports import Names
    from propcli.engine.policy import ROLES
    from propcli.kinds.staff import Staff

    here = session()
    estate = here.estate
    show(words(headline(record)).rstrip())
    for note in notes:
        show(note)
    duties = Duties(estate.settings, estate.policy, estate.calendar, here.now).add([record])
    names = Names(estate.settings, estate.read(Staff).records)
    for owed, what in together(duties.all):
        if owed.standing == "stopped":
            show(say("  {rule} {owed}: the clock stands still", rule=owed.row.rule, owed=what))
        elif owed.standing == "open" and owed.due is not None:
            debtor = duties.debtor(owed)
            who = names.person(debtor.person)
            values = {
                "rule": owed.row.rule,
                "owed": what,
                "due": owed.due,
                "who": who.text if who else ROLES.word(debtor.role),
            }
            late = owed.late(here.now)
            show(
                say("  {rule} {owed} by {due}, {who} – overdue", **values)
                if late
                else say("  {rule} {owed} by {due}, {who}", **values)
            )
    tell_unknown_years(estate.calendar)


def repair(ticket: "Ticket") -> Text:
    """A repair that came of a check, and who pays for it."""
    from propcli.kinds.ticket import PAYMENT

    what = f"{ticket.place} {ticket.summary}" if ticket.place else ticket.summary
    if ticket.payment is None:
        return say("  repair {id}: {what}", id=ticket.id, what=what)
    return say("  repair {id}: {what} ({payment})", id=ticket.id, what=what, payment=PAYMENT.word(ticket.payment))


def actor(kind: Kind, record: Any, step: str, by: str | None) -> str:
    """Who does a step when nobody is named: the person sent, the acceptor, or the desk."""
    here = session()
    if by is not None:
        return here.person(by, "--by")
    assignee, acceptor = getattr(record, "assignee", None), getattr(record, "acceptor", None)
    if step == "confirmed" and assignee is None:
        raise Refusal(say("it was given to a team: who of it takes it? [T6]"), hint=say("give --by STAFF"))
    role = kind.life.steps[step].actor
    chosen = (assignee or acceptor) if role == "assignee" else acceptor if role == "acceptor" else None
    return chosen or here.desk(None)


def take(kind: Kind, typed: str, by: str | None, *steps: Step, quiet: bool = False) -> Any:
    """Let steps happen to a record, all or none, in one commit; print how it stands then."""
    after = change(kind, typed, by, lambda _recorder, _before: steps)
    if not quiet:
        show_standing(after)
    return after


def change(kind: Kind, typed: str, by: str | None, steps: "Callable[[Recorder, Any], Iterable[Step]]") -> Any:
    """Let steps happen to a record, all or none, in one commit; the record after them. `steps` finds them from the
    record as it is under the lock, and may change other records with it."""
    from propcli.desk.recording import Recorder
    from propcli.store.transaction import operation

    here = session()
    record_id = here.record_id(kind, typed)
    here.happened()
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        chosen = list(steps(recorder, recorder.record(kind, record_id)))
        after = record(recorder, kind, record_id, by, *chosen)
        why = next((" ".join(str(f["reason"]).split()) for _name, f in chosen if f.get("reason")), None)
        more = [f"Reason: {why}"] if why else []
        recorder.commit(subject(after, [name for name, _fields in chosen]), after.events[-1].by, *more)
    return after


def record(recorder: "Recorder", kind: Kind, record_id: str, by: str | None, *steps: Step) -> Any:
    """Put steps on record within an operation that somebody else commits."""
    before = recorder.record(kind, record_id)
    return recorder.step(kind, record_id, [event(kind, before, name, by, fields, recorder) for name, fields in steps])


def event(
    kind: Kind, before: Any, name: str, by: str | None, fields: dict[str, Any], recorder: "Recorder | None" = None
) -> "Event":
    """A step as an event: now, by whom it belongs to (`before`: the record; None for a new one). Refuses values that do
    not fit. With the `recorder` of the
    operation, whoever must not be named in clear can be put on record in it."""
    from pydantic import ValidationError

    given = {k: v for k, v in fields.items() if v is not None and v != ()}
    signs = actor(kind, before, name, by)
    if "who" in given:
        given["who"] = _known_as(before, given["who"], signs, recorder)
    made: Event
    try:
        made = kind.event.model_validate({"at": session().now, "by": signs, "event": name, **given})
    except ValidationError as error:
        what = before.id if before is not None else say("a new {kind}", kind=kind.title)
        raise Refusal(*said(error, kind.event), title=say("{record}: refused", record=what)) from None
    return made


def _known_as(record: Any, name: str, by: str, recorder: "Recorder | None") -> str:
    """The id of the one resident of the record's unit who is called that; else the name as it was given, where that
    may stand in clear."""
    from propcli.desk.household import written
    from propcli.kinds.catalog import PASS, RESIDENT, UNIT
    from propcli.kinds.unit import Unit

    here = session()
    kind = kind_of(record)
    if kind is PASS:  # whom it names is decided at the gate
        return name
    unit_id = record.id if kind is UNIT else getattr(record, "unit", "")
    unit = here.estate.one(Unit, unit_id) if UNIT.is_id(unit_id) else None
    ids = [getattr(record, "resident", None), *(t.resident for t in (unit.ties_on(here.today) if unit else ()))]
    ids += [who for e in getattr(record, "events", ()) if (who := getattr(e, "who", None)) and RESIDENT.is_id(who)]
    return written(recorder, here.people, name, [i for i in ids if i], here.now, by, "--who")


def said(error: "ValidationError", model: "type[Model]") -> list[Text]:
    """What is wrong with values given as options, by the option's name."""
    from propcli.store.reading import described

    reasons = []
    for where, what, hint in described(error, model):
        parts = [str(part) for part in where if part not in ("caller", -1)]
        text = say("{option}: {what}", option="--" + "-".join(parts).replace("_", "-"), what=what) if parts else what
        reasons.append(say("{what} ({hint})", what=text, hint=hint) if hint else text)
    return reasons


def subject(record: Any, steps: list[str]) -> str:
    """A commit's first line, in the language the desk works in: `T-20261121-001 arrived: 水管漏水`. Nothing of a
    person stands in it."""
    events = kind_of(record).life.events
    what = listing(words(events.word(step)) for step in dict.fromkeys(steps))
    summary = getattr(record, "summary", None)
    return f"{record.id} {what}" + (f": {summary}" if summary else "")
