"""Residents looked at: the list, with their homes; one on one screen, with what of him is sealed [U1, T12]."""

import json
from typing import Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.options import Id
from propcli.commands.reading import Office
from propcli.commands.session import session, show, show_table, told
from propcli.commands.showing import ahead, event_line
from propcli.commands.standing import headline
from propcli.desk.views import word
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RESIDENT, UNIT
from propcli.kinds.declaration import Shown
from propcli.kinds.resident.model import Resident
from propcli.kinds.resident.words import CONSENT, FIELDS, IDENTITY, PERSON, RESIDENT_STATUS
from propcli.kinds.ticket.words import OPEN
from propcli.kinds.unit.words import TIE
from propcli.output.language import CLAUSES, _, words
from propcli.output.privacy import mask_number
from propcli.output.table import cell, raw
from propcli.records.people import Face


def list_residents(
    all_: Annotated[
        bool, typer.Option("--all", help=_("Also those who were forgotten or have no home any more."))
    ] = False,
    reveal: options.Reveal = False,
    format: options.Format = "table",
) -> int:
    form = options.form(format)
    office = Office()
    view = office.view(reveal)
    homes: dict[str, list[str]] = {}
    for unit in office.records(UNIT):
        for tie in unit.ties_on(view.today):
            homes.setdefault(tie.resident, []).append(unit.id)
    people = [
        view.people.add(resident)
        for resident in office.records(RESIDENT)
        if all_ or (resident.status == "active" and resident.id in homes)
    ]
    columns = [
        Shown("id", say("resident")),
        Shown("name", say("name"), lambda face, view: view.private(face.called), wide=True),
        Shown("type", say("type"), lambda face, _view: word(PERSON, face.type)),
        Shown("phones", say("phones"), lambda face, view: [view.private(p, "phones") for p in face.phones], wide=True),
        Shown("units", say("units"), lambda face, _view: homes.get(face.id, []), wide=True),
        Shown("state", say("state"), lambda face, _view: word(RESIDENT_STATUS, face.status)),
    ]
    options.revealed(reveal, "resident list")
    show_table(view.table("residents", None, columns, people, say("No residents.")), form)
    return office.finish()


def show_one(resident_id: Id, reveal: options.Reveal = False, format: options.Format = "table") -> int:
    return show_resident(session().resident(resident_id, "ID"), options.form(format), reveal)


def show_resident(resident_id: str, form: str, reveal: bool = False, whole: bool = False) -> int:
    """One resident. Name and phones stand in full, for whoever looks somebody up has to call him; identity numbers and
    accounts only with `reveal`."""
    here = session()
    resident = here.estate.one(Resident, resident_id)
    if resident is None:
        raise Refusal(say("there is no {kind} {id}", kind=say("resident"), id=resident_id))
    options.revealed(reveal, f"resident show {resident_id}")
    if form == "json":
        show(json.dumps(raw(_opened(resident, reveal)), ensure_ascii=False, indent=2))
        return told(here.people.problems)
    office = Office()
    face = here.people.add(resident)
    show(words(headline(resident)).rstrip())
    _details(face, reveal)
    if resident.consent:
        show(say("  consent: {to}", to=[CONSENT.word(c) for c in resident.consent]))
    if face.hidden:
        show(say("  a part is sealed and its key is not here: it cannot be shown (propcli keys check)"))
    for unit in office.records(UNIT):
        for tie in (t for t in unit.people if t.resident == resident_id):
            values = {"unit": unit.id, "tie": TIE.word(tie.tie), "since": tie.first or "–", "until": tie.until}
            show(
                say("  {unit}  {tie}  {since} to {until}", **values)
                if tie.until
                else say("  {unit}  {tie}  since {since}", **values)
            )
    for ticket in (t for t in office.tickets() if t.resident == resident_id and t.status in OPEN):
        show("  " + words(headline(ticket)))
    show("")
    view = office.view()
    for event in resident.events:
        show(event_line(resident, event, view))
    show("")
    ahead(resident, office)
    return office.finish()


def _opened(resident: Resident, reveal: bool) -> dict[str, Any]:
    """The fields of a record with the sealed ones opened, where the key is here."""
    face = session().people.add(resident)
    plain = resident.plain()
    if face.hidden or not face.sealed:
        return plain
    known = _known(face, reveal)
    inside = {name: known[name] for name in face.sealed}
    whole = {**plain, **inside}
    order = dict.fromkeys(("id", "status", "type", *inside, *plain))
    return {name: whole[name] for name in order if name not in ("key", "sealed")}


def _known(face: Face, reveal: bool) -> dict[str, Any]:
    """What is known of somebody; the numbers masked unless they are revealed."""
    mask = str if reveal else mask_number
    return {
        "name": face.name,
        "phones": list(face.phones),
        "plates": list(face.plates),
        "born": face.born,
        "identity": {**face.identity, "number": mask(face.identity["number"])} if face.identity else None,
        "bank": mask(face.bank) if face.bank else None,
    }


def _details(face: Face, reveal: bool) -> None:
    for field, value in _known(face, reveal).items():
        if value not in (None, []):
            shown = f"{words(IDENTITY.word(value['kind']))} {value['number']}" if field == "identity" else cell(value)
            sealed = say(" (sealed)") if field in face.sealed else ""
            show(Text("  {label}: {value}{sealed}", {"label": FIELDS[field], "value": shown, "sealed": sealed}))


def changed(_resident: Resident, event: Any, _view: Any) -> str:
    """Which fields have other values now."""
    return words(CLAUSES).join(words(FIELDS.get(name, name)) for name in event.fields)


def consented(_resident: Resident, event: Any, _view: Any) -> str:
    return words(CLAUSES).join(words(CONSENT.word(consent)) for consent in event.to)
