"""What passes and visitors have in common on the screen: one record, whole; lists that mask whom they name."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from propcli.commands import options
from propcli.commands.session import session, show
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output.language import words
from propcli.output.table import cell, raw

if TYPE_CHECKING:
    from datetime import datetime

    from propcli.commands.reading import Office
    from propcli.kinds.catalog import Kind


def until(typed: str | None) -> "datetime":
    """The time from --until, a day meaning its end; without the option, the end of today. Refuses one that is over."""
    here = session()
    end = here.time("today" if typed is None else typed, "--until", end_of_day=True)
    assert end is not None
    if end <= here.now:
        raise Refusal(say("--until: {at} is over already", at=end))
    return end


def number(typed: str | None, option: str) -> str | None:
    """A phone number from an option, in digits."""
    if typed is None:
        return None
    from propcli.desk.people import phone

    return options.of(option, lambda: phone(typed, session().estate.settings.region))


def plate(typed: str | None) -> str | None:
    """A number plate from --plate."""
    from propcli.desk.gate import plate as written

    return written(typed) if typed else typed


def found(kind: "Kind", typed: str, form: str) -> "tuple[Any, Office] | None":
    """The record to show as it stood at --at; None when it was printed as json."""
    from propcli.commands.reading import Office
    from propcli.desk.hidden import personal

    here = session()
    record: Any = here.estate.one(kind.model, here.record_id(kind, typed))
    if form == "json":
        opened = {name: value for name, value in personal(record, here.keys).items() if isinstance(value, str)}
        closed = ("key", "sealed") if record.sealed and here.keys.has(record.key) else ()
        whole = {**record.plain(), **opened}
        fields = (name for name in kind.model.model_fields if name in whole and name not in closed)
        show(json.dumps(raw({name: whole[name] for name in fields}), ensure_ascii=False, indent=2))
        return None
    office = Office()
    then = kind.life.as_of(record, office.now)
    if then is None:
        raise Refusal(say("{id} did not exist yet at {at}", id=record.id, at=office.now))
    return then, office


def screen(
    headline: Text,
    details: Iterable[tuple[Text, Any]],
    record: Any,
    office: "Office",
    who: Callable[[str], Any],
    steps: Mapping[str, str],
) -> None:
    """One record: the headline, what is known, what happened, what is owed, what may come next (`steps`: the commands
    of the events that may)."""
    from propcli.commands.show import owed_lines
    from propcli.commands.telling import event_line
    from propcli.desk.duty import Duties
    from propcli.kinds.catalog import kind_of

    life = kind_of(record).life
    show(headline)
    for label, value in details:
        if value not in (None, ""):
            show(Text("  {label}: {value}", {"label": label, "value": cell(value)}))
    show("")
    for event in record.events:
        show(event_line(event, life.events.word(event.event), office.names, _said(event, who)))
    lines = owed_lines(Duties(office.settings, office.policy, office.calendar, office.now).add([record]), office.names)
    if lines:
        show("")
    for line in lines:
        show(line)
    state, _faults = life.replay(record, record.events)
    possible = [steps[event] for event in life.possible(state) if event in steps]
    show("")
    show(say("  possible now: {steps}", steps=", ".join(possible)))


def _said(event: Any, who: Callable[[str], Any]) -> list[str]:
    """The fields of an event, as words."""
    parts = {
        "until": say("until {until}", until=event.until) if getattr(event, "until", None) else None,
        "who": who(event.who) if getattr(event, "who", None) else None,
        "reason": getattr(event, "reason", None),
        "text": event.text,
    }
    return [words(part) for part in parts.values() if part is not None]
