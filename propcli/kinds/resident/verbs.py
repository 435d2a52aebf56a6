"""`propcli resident`: people and companies, with what of them is sealed; and forgetting them [U1, T12]."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options, standing
from propcli.commands.options import By, Id, code, codes
from propcli.commands.session import note as say_note
from propcli.commands.session import session, show, show_table, told
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output.language import _, words
from propcli.output.table import cell, raw

if TYPE_CHECKING:
    from propcli.kinds.resident.forgetting import Past
    from propcli.kinds.resident.model import Resident
    from propcli.records.people import Face

Phones = Annotated[list[str] | None, typer.Option("--phone", help=_("A phone number; several times."))]
Plates = Annotated[list[str] | None, typer.Option("--plate", help=_("A number plate; several times."))]
IdCard = Annotated[
    str | None,
    typer.Option("--id-card", metavar="NUMBER", help=_("The ID card's number, sealed; - asks for it unseen.")),
]
Identity = Annotated[
    str | None,
    typer.Option("--identity", metavar="KIND=NUMBER", help=_("passport, permit, company_number or other; sealed.")),
]
Bank = Annotated[
    str | None, typer.Option("--bank", metavar="ACCOUNT", help=_("A bank account, sealed; - asks for it unseen."))
]
Born = Annotated[
    str | None,
    typer.Option("--born", metavar="DAY", help=_("Date of birth; everything about a child under 14 is sealed.")),
]
Language = Annotated[str | None, typer.Option("--language", metavar="zh|en", help=_("The language to write in."))]
Keep = Annotated[
    str | None,
    typer.Option("--keep-until", metavar="DAY", help=_("How long the record may be kept after the last tie.")),
]
ConsentTo = Annotated[list[str], typer.Option("--to", help=_("contact, messages, survey or publication."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Residents: people and companies with a tie to a unit."))
    options.commands(
        group,
        ("add", add, _("Put somebody on record. Identity numbers and bank accounts are sealed [T12].")),
        ("list", list_, _("Residents, with their homes.")),
        ("show", show_one, _("One resident: what is known, homes, tickets.")),
        ("change", change, _("Other phones, another name, a number that was missing.")),
        ("consent", consent, _("Consent was given to be contacted, to messages, … [T12].")),
        ("withdraw", withdraw, _("Consent was withdrawn [T12].")),
        ("note", note, _("Write something down.")),
        ("seal", seal, _("Seal what this estate seals and what still stands in clear, of everybody [T12].")),
        ("forget", forget, _("Destroy the key of somebody's sealed fields and everything else on record [T12].")),
    )
    from propcli.commands.edit import edit

    group.command("edit", help=_("Open the record in $EDITOR; it is saved only if it is valid."))(edit)
    app.add_typer(group, name="resident")


def add(
    name: Annotated[str, typer.Option("--name", help=_("The name of the person or company."))],
    phone: Phones = None,
    company: Annotated[bool, typer.Option("--company", help=_("It is a company."))] = False,
    id_card: IdCard = None,
    identity: Identity = None,
    born: Born = None,
    plate: Plates = None,
    bank: Bank = None,
    language: Language = None,
    consent_to: Annotated[
        list[str] | None, typer.Option("--consent", help=_("contact, messages, survey or publication."))
    ] = None,
    keep_until: Keep = None,
    by: By = None,
) -> int:
    from propcli.kinds.resident.model import CONSENT
    from propcli.records.recording import Recorder
    from propcli.records.residents import register as put
    from propcli.store.transaction import operation

    here = session()
    now = here.happened()
    values = _values(name, phone, id_card, identity, born, plate, bank, language, keep_until)
    values["type"] = "company" if company else "person"
    values["consent"] = codes(CONSENT, consent_to, "--consent")
    _refuse_twin(values)
    desk = here.desk(by)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        made = put(recorder, here.people, values, now, desk)
        recorder.commit(standing.subject(made, ["registered"]), desk)
    _stands(made)
    return 0


def _refuse_twin(values: dict[str, Any]) -> None:
    """Nobody is put on record twice: of the same name with the same phone there is one."""
    from propcli.kinds.resident.model import Resident
    from propcli.records.people import same_name, same_phone

    here = session()
    for face in (here.people.add(r) for r in here.estate.read(Resident).records):
        same = any(same_phone(a, b) for a in face.phones for b in values.get("phones", ()))
        if same and face.name is not None and same_name(face.name, values["name"]):
            raise Refusal(
                say("{name} with this phone is on record already: {id}", name=values["name"], id=face.id),
                hint=say("propcli resident change {id} adds what is missing", id=face.id),
            )


def _values(
    name: str | None,
    phone: list[str] | None,
    id_card: str | None,
    identity: str | None,
    born: str | None,
    plate: list[str] | None,
    bank: str | None,
    language: str | None,
    keep_until: str | None,
) -> dict[str, Any]:
    """What the options say of a person, checked: numbers by their check digits, phones by their country's plan. What
    is wrong never shows the number itself."""
    from propcli.kinds.resident.model import IDENTITY
    from propcli.records import people

    here = session()
    given: dict[str, Any] = {}
    wrong: list[Text] = []

    def put(field: str, option: str, make: Any) -> None:
        try:
            given[field] = make()
        except Refusal as refusal:
            wrong.extend(say("{option}: {what}", option=option, what=reason) for reason in refusal.reasons)

    if name is not None:
        given["name"] = name.strip()
        if not given["name"]:
            wrong.append(say("{option}: {what}", option="--name", what=say("empty")))
    if phone is not None:
        put("phones", "--phone", lambda: tuple(people.phone(p, here.estate.settings.region) for p in phone))
    if id_card is not None and identity is not None:
        wrong.append(say("--id-card goes without --identity"))
    if id_card is not None:
        put("identity", "--id-card", lambda: people.identity("id_card", options.secret(id_card, _("ID card number"))))
    elif identity is not None:
        kind, sign, number = identity.partition("=")
        if not sign:  # what was typed may be the number itself: it is not shown
            raise Refusal(
                say("--identity does not say which paper it is"), hint=say("write KIND=NUMBER, like passport=…")
            )
        chosen = code(IDENTITY, kind, "--identity") or "other"
        put("identity", "--identity", lambda: people.identity(chosen, options.secret(number, _("Number"))))
    if bank is not None:
        given["bank"] = options.secret(bank, _("Bank account"))
    if born is not None:
        given["born"] = options.day(born, "--born")
    if plate is not None:
        given["plates"] = tuple(p.strip().upper() for p in plate)
    if language is not None:
        given["language"] = language.lower()[:2]
    if keep_until is not None:
        given["keep_until"] = options.day(keep_until, "--keep-until")
    if given.get("born") and given["born"] > here.today:
        wrong.append(say("{option}: {what}", option="--born", what=say("{day} has not come yet", day=given["born"])))
    if wrong:
        raise Refusal(*wrong)
    return given


def _stands(resident: "Resident") -> None:
    here = session()
    face = here.people.face(resident.id)
    names = [words(FIELDS[f]) for f in face.sealed] if face else []
    notes = [say("  sealed: {fields}", fields=names)] if names else []
    standing.show_standing(resident, notes)


FIELDS = {
    "name": say("name"),
    "phones": say("phones"),
    "plates": say("plates"),
    "born": say("date of birth"),
    "identity": say("identity number"),
    "bank": say("bank account"),
    "language": say("language"),
    "keep_until": say("kept until"),
}


def change(
    resident_id: Id,
    name: Annotated[str | None, typer.Option("--name", help=_("The new name."))] = None,
    phone: Phones = None,
    id_card: IdCard = None,
    identity: Identity = None,
    born: Born = None,
    plate: Plates = None,
    bank: Bank = None,
    language: Language = None,
    keep_until: Keep = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="FIELD", help=_("phones, plates, identity, bank, … is gone."))
    ] = None,
    by: By = None,
) -> int:
    from propcli.records.recording import Recorder
    from propcli.records.residents import change as put
    from propcli.store.transaction import operation

    here = session()
    now = here.happened()
    values = _values(name, phone, id_card, identity, born, plate, bank, language, keep_until)
    for field in drop or ():
        if field not in FIELDS or field == "name":
            known = ", ".join(f for f in FIELDS if f != "name")
            raise Refusal(
                say("{option}: {value} is not known", option="--drop", value=repr(field)),
                hint=say("one of: {known}", known=known),
            )
        values[field] = None if field not in ("phones", "plates") else ()
    desk = here.desk(by)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        after = put(recorder, here.people, here.resident(resident_id, "ID"), values, now, desk)
        recorder.commit(standing.subject(after, ["changed"]), desk)
    _stands(after)
    return 0


def consent(resident_id: Id, to: ConsentTo, text: options.Text = None, by: By = None) -> int:
    return _consent(resident_id, "consented", to, text, by)


def withdraw(resident_id: Id, to: ConsentTo, text: options.Text = None, by: By = None) -> int:
    return _consent(resident_id, "withdrawn", to, text, by)


def _consent(resident_id: str, step: str, to: list[str], text: str | None, by: str | None) -> int:
    from propcli.kinds.catalog import RESIDENT
    from propcli.kinds.resident.model import CONSENT

    standing.take(
        RESIDENT, session().resident(resident_id, "ID"), by, (step, {"to": codes(CONSENT, to, "--to"), "text": text})
    )
    return 0


def note(resident_id: Id, text: Annotated[str, typer.Option("--text", help=_("In words."))], by: By = None) -> int:
    from propcli.kinds.catalog import RESIDENT

    standing.take(RESIDENT, session().resident(resident_id, "ID"), by, ("noted", {"text": text}))
    return 0


def list_(
    all_: Annotated[
        bool, typer.Option("--all", help=_("Also those who were forgotten or have no home any more."))
    ] = False,
    reveal: options.Reveal = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.reading import Office
    from propcli.desk.views import word
    from propcli.engine.table import Column, Table
    from propcli.kinds.catalog import RESIDENT, UNIT
    from propcli.kinds.resident.model import PERSON, RESIDENT_STATUS
    from propcli.output.privacy import mask_name, mask_phone, masked

    form = options.form(format)
    here = session()
    office = Office()
    homes: dict[str, list[str]] = {}
    for unit in office.records(UNIT):
        for tie in unit.ties_on(here.today):
            homes.setdefault(tie.resident, []).append(unit.id)
    rows: list[dict[str, Any]] = []
    for resident in office.records(RESIDENT):
        if not all_ and (resident.status != "active" or resident.id not in homes):
            continue
        face = here.people.add(resident)
        rows.append(
            {
                "id": face.id,
                "name": masked(face.called, mask_name, reveal),
                "type": word(PERSON, face.type),
                "phones": [masked(phone, mask_phone, reveal) for phone in face.phones],
                "units": homes.get(face.id, []),
                "state": word(RESIDENT_STATUS, face.status),
            }
        )
    columns = [
        Column("id", say("resident")),
        Column("name", say("name"), wide=True),
        Column("type", say("type")),
        Column("phones", say("phones"), wide=True),
        Column("units", say("units"), wide=True),
        Column("state", say("state")),
    ]
    options.revealed(reveal, "resident list")
    show_table(Table("residents", None, columns, rows, say("No residents.")), form)
    return office.finish()


def show_one(resident_id: Id, reveal: options.Reveal = False, format: options.Format = "table") -> int:

    return show_resident(session().resident(resident_id, "ID"), options.form(format), reveal)


def show_resident(resident_id: str, form: str, reveal: bool = False, whole: bool = False) -> int:
    """One resident. Name and phones stand in full, for whoever looks somebody up has to call him; identity numbers and
    accounts only with `reveal`."""
    from propcli.commands.reading import Office
    from propcli.commands.telling import event_line
    from propcli.kinds.catalog import UNIT
    from propcli.kinds.resident.model import CONSENT, RESIDENT_EVENT, Resident
    from propcli.kinds.ticket.life import OPEN
    from propcli.kinds.unit.model import TIE

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
    show(words(standing.headline(resident)).rstrip())
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
        show("  " + words(standing.headline(ticket)))
    show("")
    for event in resident.events:
        said = [words(FIELDS.get(f, Text("{f}", {"f": f}))) for f in event.fields]
        said += [words(CONSENT.word(c)) for c in event.to] + [t for t in (event.reason, event.text) if t]
        show(event_line(event, RESIDENT_EVENT.word(event.event), office.names, said))
    return office.finish()


def _opened(resident: "Resident", reveal: bool) -> dict[str, Any]:
    """The fields of a record with the sealed ones opened, where the key is here: numbers as `_details` shows them."""
    from propcli.output.privacy import mask_number

    face = session().people.add(resident)
    plain = resident.plain()
    if face.hidden or not face.sealed:
        return plain
    mask = str if reveal else mask_number
    inside: dict[str, Any] = {name: getattr(face, name) for name in face.sealed}
    if face.identity:
        inside["identity"] = {**face.identity, "number": mask(face.identity["number"])}
    if face.bank:
        inside["bank"] = mask(face.bank)
    whole = {**plain, **inside}
    order = dict.fromkeys(("id", "status", "type", *inside, *plain))
    return {name: whole[name] for name in order if name not in ("key", "sealed")}


def _details(face: "Face", reveal: bool) -> None:
    from propcli.kinds.resident.model import IDENTITY
    from propcli.output.privacy import mask_number

    details: list[tuple[str, Any]] = [
        ("name", face.name),
        ("phones", list(face.phones)),
        ("plates", list(face.plates)),
        ("born", face.born),
        ("bank", face.bank if reveal or face.bank is None else mask_number(face.bank)),
    ]
    if face.identity:
        number = face.identity["number"]
        shown = number if reveal else mask_number(number)
        details.insert(4, ("identity", f"{words(IDENTITY.word(face.identity['kind']))} {shown}"))
    for field, value in details:
        if value not in (None, []):
            sealed = say(" (sealed)") if field in face.sealed else ""
            show(Text("  {label}: {value}{sealed}", {"label": FIELDS[field], "value": cell(value), "sealed": sealed}))


def seal(by: By = None) -> int:
    from propcli.records.household import seal_callers
    from propcli.records.recording import Recorder
    from propcli.records.residents import seal_all
    from propcli.store.transaction import operation

    here = session()
    now = here.happened()
    desk = here.desk(by)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        done = seal_all(recorder, here.people, now, desk)
        callers = seal_callers(recorder, here.people, now, desk)
        recorder.commit(words(say("{n} residents sealed", n=len(done) + len(callers))), desk)
    if callers:
        show(say("{n} tickets point at their callers now.", n=len(callers)))
    show(say("{n} residents sealed; what older commits have in clear stays there.", n=len(done)))
    return 0


def forget(
    resident_id: Id,
    reason: Annotated[str, typer.Option("--reason", help=_("Why: who asked for it, on what ground."))],
    though_tied: Annotated[
        bool, typer.Option("--though-tied", help=_("Although there are ties to a unit still."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask: it cannot be undone."))] = False,
    by: By = None,
) -> int:
    """[T12] First the tombstone is committed, then the key is destroyed: interrupted before that, the command finishes
    when it is run again."""
    from propcli.kinds.resident import forgetting
    from propcli.kinds.resident.model import Resident, ResidentEvent
    from propcli.records.recording import Recorder
    from propcli.records.residents import forget as bury
    from propcli.store.transaction import operation

    here = session()
    now = here.happened()
    reason = options.typed(ResidentEvent, {"reason": reason})["reason"]
    found = here.resident(resident_id, "ID")
    with operation(here.estate.root) as op:  # what an interrupted command left is settled before anything is read
        past = forgetting.past(here.estate, op.history, here.keys, found)
    resident = here.estate.one(Resident, found)
    assert resident is not None
    if resident.status == "forgotten":
        return _finish(found, past)
    face = here.people.add(resident)
    _refuse_tied(found, though_tied)
    if not yes:
        if not sys.stdin.isatty():
            raise Refusal(say("forgetting cannot be undone"), hint=say("give --yes"))
        question = _("{who} is forgotten for good: the key of the sealed fields is destroyed. Go on")
        typer.confirm(question.format(who=f"{words(face.called)} ({found})"), abort=True)
    desk = here.desk(by)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        after = bury(recorder, found, reason, now, desk)
        recorder.commit(standing.subject(after, ["forgotten"]), desk, f"Reason: {' '.join(reason.split())}")
        gone = [here.keys.destroy(key) for key in past.keys]
        remains = forgetting.remains(op.history, found, past)
        present = forgetting.present(here.estate, past)
    standing.show_standing(after)
    if not all(gone):
        show(say("  the key was not here: if it is kept somewhere else, destroy it there"))
    _tell(after, face, remains, present)
    return 0


def _refuse_tied(resident_id: str, though_tied: bool) -> None:
    from propcli.kinds.renovation.model import Renovation
    from propcli.kinds.renovation.words import OPEN as OPEN_FILINGS
    from propcli.kinds.unit.model import TIE, Unit
    from propcli.records.residents import tied_to

    here = session()
    reading = here.estate.read(Unit)
    if reading.problems:
        raise Refusal(say("put the records right first"), code=3, problems=tuple(reading.problems))
    filings = here.estate.read(Renovation)
    tied = tied_to(resident_id, reading.records, here.today)
    applied = [f for f in filings.records if f.resident == resident_id and f.status in OPEN_FILINGS]
    if (tied or applied) and not though_tied:
        reasons = [say("still {tie} of {unit}", tie=TIE.word(tie), unit=unit) for unit, tie in tied]
        reasons += [say("applicant of {id}, which is open", id=filing.id) for filing in applied]
        raise Refusal(
            *reasons,
            title=say("{record}: refused", record=resident_id),
            hint=say("end the ties first, or give --though-tied"),
        )


def _finish(resident_id: str, past: "Past") -> int:
    """Somebody forgotten before: a key that is still here (an interruption, a backup brought back) goes now."""
    gone = [session().keys.destroy(key) for key in past.keys]
    if any(gone):
        show(say("{id} was forgotten before; the key was still here and is destroyed now.", id=resident_id))
    else:
        show(say("{id} was forgotten before.", id=resident_id))
    return 0


SHOWN = 5


def _tell(after: "Resident", face: "Face", remains: dict[str, list[str]], present: list[str]) -> None:
    """Say honestly what is gone and what is not."""
    if face.sealed:
        names = [FIELDS[f] for f in face.sealed]
        show(say("  unreadable from now on, in every old commit too: {fields}", fields=names))
    for field, files in remains.items():
        some = files[:SHOWN]
        more = len(files) - len(some)
        values = {"field": FIELDS[field], "files": some, "more": more}
        show(
            say("  still readable in the history: {field}, in {files} and {more} more", **values)
            if more
            else say("  still readable in the history: {field}, in {files}", **values)
        )
    if present:
        some = present[:SHOWN]
        files = [*some, "…"] if present[SHOWN:] else some
        show(say("  still readable in the records of today: {files}", files=files))
        say_note(say("somebody else of that name may be meant there: look, and put them right with propcli edit"))
    words_of = [event for event in after.events if event.text]
    if words_of:
        show(say("  still readable in the record: {n} notes", n=len(words_of)))
    if remains:
        say_note(say("what stands in clear in old commits goes only by rewriting the history (git filter-repo)"))
    say_note(say("backups of the keys, and clones with work not yet pushed, have to be dealt with by hand"))
