"""One record on one screen: what is known, what happened, what is owed, what may come next and what the rest lacks."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from propcli.commands.reading import Office
from propcli.commands.session import session, show
from propcli.commands.standing import headline
from propcli.desk.views import title_of
from propcli.engine.fields import narrowed, shapes
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import Kind, kind_of
from propcli.kinds.declaration import function_at
from propcli.output.language import CLAUSES, words
from propcli.output.table import cell, raw
from propcli.records.changing import opening

if TYPE_CHECKING:
    from propcli.desk.duty import Duties
    from propcli.desk.views import Names, View
    from propcli.engine.lifecycle import Lack


def show_any(kind: Kind, record_id: str, form: str, whole: bool) -> int:
    """The record of any kind, on the screen of its own where it has one."""
    own = kind.declared.show
    if not own:
        return show_record(kind, record_id, form)
    shown: int = function_at(own)(record_id, form, whole=whole)
    return shown


def show_record(kind: Kind, record_id: str, form: str) -> int:
    """A record as it stood at --at; as json as it is."""
    here = session()
    record: Any = here.estate.one(kind.model, record_id)
    assert record is not None
    if form == "json":
        show(json.dumps(raw(opened(kind, record)), ensure_ascii=False, indent=2))
        return 0
    office = Office()
    then = stood(record, office.now)
    view = office.view()
    heading = kind.declared.heading
    show(words(heading(then, view) if heading is not None else headline(then)).rstrip())
    shown = view.row(then, kind.declared.details)
    details = kind.declared.details
    lines((title_of(kind, column), shown[column.key]) for column in details if not column.paragraph)
    for text in (shown[column.key] for column in details if column.paragraph and shown[column.key]):
        show("")
        show("\n".join("  " + line for line in cell(text).split("\n")))
    if then.events:
        show("")
    for event in then.events:
        show(event_line(then, event, view))
    owed(then, office)
    show("")
    ahead(then, office)
    return office.finish()


def stood(record: Any, now: datetime) -> Any:
    """A record as it stood at a time. Refuses where it was not there yet."""
    then = kind_of(record).life.as_of(record, now)
    if then is None:
        raise Refusal(say("{id} did not exist yet at {at}", id=record.id, at=now))
    return then


def opened(kind: Kind, record: Any) -> dict[str, Any]:
    """The fields of a record as files have them; what is sealed is opened where its key is here."""
    from propcli.records.hidden import personal

    keys = session().keys
    inside = {name: value for name, value in personal(record, keys).items() if isinstance(value, str)}
    whole = {**record.plain(), **inside}
    closed = ("key", "sealed") if getattr(record, "sealed", None) and keys.has(record.key) else ()
    return {name: whole[name] for name in kind.model.model_fields if name in whole and name not in closed}


def lines(details: Iterable[tuple[Text, Any]]) -> None:
    """What is known, a line each; nothing for what is empty."""
    for label, value in details:
        if value not in (None, "", [], ()):
            show(Text("  {label}: {value}", {"label": label, "value": cell(value).replace("\n", "\n    ")}))


def event_line(record: Any, event: Any, view: "View", said: Iterable[str] | None = None) -> str:
    """When, what, who, and what the event of a record says."""
    kind = kind_of(record)
    by = view.names.person(event.by)
    values = {
        "at": event.at,
        "what": kind.life.events.word(event.event),
        "by": by.text if by else "",
        "said": words(CLAUSES).join(event_said(record, event, view) if said is None else said),
    }
    return words(Text("  {at}  {what}  {by}  {said}", values)).rstrip()


def event_said(record: Any, event: Any, view: "View") -> list[str]:
    """The fields of an event, as words: each by what it is, with what is declared to stand before it."""
    kind = kind_of(record)
    declared = kind.declared
    step = kind.steps.get(event.event)
    asks = step.asks if step is not None else {}
    said = []
    for its in shapes(kind.event).values():
        value, only_here = getattr(event, its.name), f"{event.event}.{its.name}"
        its = narrowed(its, asks[its.name].of) if its.name in asks else its
        if its.name in ("at", "by", "event") or {its.name, only_here} & declared.untold or value in (None, ()):
            continue
        if its.name in declared.says:
            own = declared.says[its.name](record, event, view)
            said += [words(own)] if own is not None else []
            continue
        if its.name in declared.flags:
            text = declared.flags[its.name][0 if value else 1]
            said += [words(text)] if text is not None else []
            continue
        if its.named and declared.called is not None:
            said.append(cell(declared.called(record, value, view.people)))
            continue
        shown = cell([view.value(one, its) for one in value]) if its.many else cell(view.value(value, its))
        label = declared.labels.get(only_here) or declared.labels.get(its.name)
        if label is None:
            said.append(shown)
        elif "{" in label.pattern:
            said.append(words(Text(label.pattern, {"value": shown})))
        else:
            said.append(f"{words(label)} {shown}")
    return said


def owed(record: Any, office: Office) -> None:
    """What is owed on a record and not met yet, a line each, after an empty one."""
    found = owed_lines(office.owed_on([record]), office.names)
    if found:
        show("")
    for line in found:
        show(line)


def owed_lines(duties: "Duties", names: "Names") -> list[Text]:
    """What is owed and not met yet, a line each; the same of several things at the same time in one."""
    from propcli.desk.duty import together

    found = []
    for o, what in together(o for o in duties.all if o.standing in ("open", "stopped")):
        values = {
            "rule": o.row.rule,
            "owed": what,
            "due": o.due,
            "who": names.debtor(duties.debtor(o)).text,
            "state": say("paused") if o.due is None else say("OVERDUE") if o.late(duties.now) else say("open"),
        }
        found.append(Text("  [{rule}] {owed}  {due}  {who}  {state}", values))
    return found


def _together(verbs: Iterable[str]) -> list[str]:
    """The options of one command as one: `move-in --case/--paper`."""
    found: list[str] = []
    for verb in verbs:
        command, sign, option = verb.partition(" --")
        if sign and found and found[-1].startswith(f"{command} --"):
            found[-1] += f"/--{option}"
        else:
            found.append(verb)
    return found


def ahead(
    record: Any, office: Office, besides: "Mapping[str, Iterable[Lack]] | None" = None, told: str | None = None
) -> None:
    """What is possible now, and of the steps whose turn it is what the others lack. `besides`: what they lack that
    other records say; `told`: the step that was told of already."""
    kind = kind_of(record)
    state, _faults = kind.life.replay(record, record.events or opening(record, office.now, record.id))
    steps = kind.life.steps
    possible: dict[str, None] = {}
    lacking: dict[str, list[Text]] = {}
    for event, own in kind.life.ahead(state, office.now).items():
        verb = steps[event].verb
        lacks = [*own, *(besides or {}).get(event, ())]
        if verb and not lacks:
            possible[verb] = None
        elif verb and event != told:
            lacking[verb] = [say("{what} [{rule}]", what=lack.what, rule=lack.rule) for lack in lacks]
    show(say("  possible now: {steps}", steps=", ".join(_together(possible))))
    for verb, whys in lacking.items():
        show(say("  missing for {verb}: {whys}", verb=verb, whys=words(CLAUSES).join(words(why) for why in whys)))
