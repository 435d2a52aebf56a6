"""Residents put on record, changed, sealed, and forgotten [U1, T12]."""

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.options import By, Id, code, codes
from propcli.commands.session import note as say_note
from propcli.commands.session import session, show
from propcli.commands.standing import show_standing
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.resident import forgetting
from propcli.kinds.resident.forgetting import Past
from propcli.kinds.resident.model import Resident, ResidentEvent
from propcli.kinds.resident.words import CONSENT, FIELDS, IDENTITY
from propcli.kinds.unit.model import Unit
from propcli.kinds.unit.words import TIE
from propcli.output.language import _, words
from propcli.records import people, plates, residents
from propcli.records.changing import changing, subject
from propcli.records.household import seal_callers
from propcli.records.people import Face, same_name, same_phone
from propcli.records.residents import forget as bury
from propcli.records.residents import register, seal_all, tied_to
from propcli.store.drafts import kept
from propcli.store.history import History

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
    here = session()
    here.happened()
    values = _values(name, phone, id_card, identity, born, plate, bank, language, keep_until)
    values["type"] = "company" if company else "person"
    values["consent"] = codes(CONSENT, consent_to, "--consent")
    _refuse_twin(values)
    here.desk(by)
    with changing(here, by) as change:
        made = register(change.recorder, here.people, values, here.now, change.desk)
        change.recorder.commit(subject(made, ["registered"]), change.desk)
    _stands(made)
    return 0


def _refuse_twin(values: dict[str, Any]) -> None:
    """Nobody is put on record twice: of the same name with the same phone there is one."""
    here = session()
    for face in (here.people.add(r) for r in here.estate.read(Resident).records):
        same = any(same_phone(a, b) for a in face.phones for b in values.get("phones", ()))
        if same and face.name is not None and same_name(face.name, values["name"]):
            raise Refusal(
                say("{name} with this phone is on record already: {id}", name=values["name"], id=face.id),
                hint=say("propcli resident change {id} adds what is missing", id=face.id),
            )


OPTIONS = ("name", "phone", "id_card", "identity", "born", "plate", "bank", "language", "keep_until")


def _values(*options_given: Any) -> dict[str, Any]:
    """What the options say of a person, checked: numbers by their check digits, phones by their country's plan. What
    is wrong never shows the number itself."""
    here = session()
    region = here.estate.settings.region
    given: dict[str, Any] = {}
    wrong: list[Text] = []
    makes: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "name": ("name", _name),
        "phone": ("phones", lambda numbers: tuple(people.phone(number, region) for number in numbers)),
        "id_card": ("identity", lambda number: people.identity("id_card", options.secret(number, _("ID card number")))),
        "identity": ("identity", lambda paper: people.identity(paper[0], options.secret(paper[1], _("Number")))),
        "bank": ("bank", lambda account: options.secret(account, _("Bank account"))),
        "plate": ("plates", lambda texts: tuple(dict.fromkeys(map(plates.written, texts)))),
        "language": ("language", lambda text: text.lower()[:2]),
    }
    typed = {name: value for name, value in zip(OPTIONS, options_given, strict=True) if value is not None}
    if "id_card" in typed and typed.pop("identity", None) is not None:
        wrong.append(say("--id-card goes without --identity"))
    if "identity" in typed:
        typed["identity"] = _paper(typed["identity"])
    for name, (field, make) in makes.items():
        try:
            if name in typed:
                given[field] = make(typed[name])
        except Refusal as refusal:
            option = "--" + name.replace("_", "-")
            wrong += [say("{option}: {what}", option=option, what=reason) for reason in refusal.reasons]
    for name, option in (("born", "--born"), ("keep_until", "--keep-until")):
        if name in typed:
            given[name] = options.day(typed[name], option)
    if given.get("born") and given["born"] > here.today:
        wrong.append(say("{option}: {what}", option="--born", what=say("{day} has not come yet", day=given["born"])))
    if wrong:
        raise Refusal(*wrong)
    return given


def _name(text: str) -> str:
    if not text.strip():
        raise Refusal(say("empty"))
    return text.strip()


def _paper(text: str) -> tuple[str, str]:
    """KIND=NUMBER. What was typed may be the number itself: it is not shown."""
    kind, sign, number = text.partition("=")
    if not sign:
        raise Refusal(say("--identity does not say which paper it is"), hint=say("write KIND=NUMBER, like passport=…"))
    return code(IDENTITY, kind, "--identity") or "other", number


def _stands(resident: Resident) -> None:
    here = session()
    face = here.people.face(resident.id)
    names = [words(FIELDS[f]) for f in face.sealed] if face else []
    notes = [say("  sealed: {fields}", fields=names)] if names else []
    show_standing(resident, notes)


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
    here = session()
    here.happened()
    values = _values(name, phone, id_card, identity, born, plate, bank, language, keep_until)
    for field in drop or ():
        if field not in FIELDS or field == "name":
            raise options.unknown("--drop", field, ", ".join(f for f in FIELDS if f != "name"))
        values[field] = None if field not in ("phones", "plates") else ()
    here.desk(by)
    with changing(here, by) as under_way:
        found = here.resident(resident_id, "ID")
        after = residents.change(under_way.recorder, here.people, found, values, here.now, under_way.desk)
        under_way.recorder.commit(subject(after, ["changed"]), under_way.desk)
    _stands(after)
    return 0


def seal(by: By = None) -> int:
    here = session()
    with changing(here, by) as change:
        done = seal_all(change.recorder, here.people, here.now, change.desk)
        callers = seal_callers(change.recorder, here.people, here.now, change.desk)
        change.recorder.commit(words(say("{n} residents sealed", n=len(done) + len(callers))), change.desk)
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
    here = session()
    here.happened()
    reason = options.typed(ResidentEvent, {"reason": reason})["reason"]
    found = here.resident(resident_id, "ID")
    with changing(here) as change:  # what an interrupted command left is settled before anything is read
        past = forgetting.past(here.estate, change.recorder.operation.history, here.keys, found)
    resident = here.estate.one(Resident, found)
    assert resident is not None
    if resident.status == "forgotten":
        return _finish(found, past)
    face = here.people.add(resident)
    tied = _refuse_tied(found, though_tied)
    if not yes:
        if not sys.stdin.isatty():
            raise Refusal(say("forgetting cannot be undone"), hint=say("give --yes"))
        question = _("{who} is forgotten for good: the key of the sealed fields is destroyed. Go on")
        typer.confirm(question.format(who=f"{words(face.called)} ({found})"), abort=True)
    here.desk(by)
    with changing(here, by) as change:
        after = bury(change.recorder, found, reason, here.now, change.desk, tied)
        why = f"Reason: {' '.join(reason.split())}"
        files = [here.keys.file(key) for key in past.keys]
        there = [file.exists() for file in files]
        change.recorder.commit(subject(after, ["forgotten"]), change.desk, why, keys=files)
        for file in kept(here.keys.folder, found):  # versions of the record that could not be saved
            file.unlink()
        remains = _remains(change.recorder.operation.history, found, past)
        present = forgetting.present(here.estate, past)
        pointing = forgetting.pointing(here.estate, found, here.today)
    show_standing(after)
    if not all(there):
        show(say("  the key was not here: if it is kept somewhere else, destroy it there"))
    _tell(after, face, remains, present, pointing)
    return 0


def _remains(history: History, resident_id: str, past: Past) -> dict[str, list[str]]:
    """What is still readable in old commits. That they cannot be looked through is no reason against what is on record
    already."""
    try:
        return forgetting.remains(history, resident_id, past)
    except Refusal as refusal:
        say_note(say("what old commits still say could not be looked for: {why}", why=refusal.reasons[0]))
        return {}


def _refuse_tied(resident_id: str, though_tied: bool) -> list[str]:
    """The units somebody is tied to; refuses where there are any and nobody said that it is to be done all the same."""
    from propcli.kinds.renovation.model import Renovation
    from propcli.kinds.renovation.words import OPEN as OPEN_FILINGS

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
    return [unit for unit, _tie in tied]


def _finish(resident_id: str, past: Past) -> int:
    """Somebody forgotten before: a key that is still here (an interruption, a backup brought back) goes now."""
    gone = [session().keys.destroy(key) for key in past.keys]
    if any(gone):
        show(say("{id} was forgotten before; the key was still here and is destroyed now.", id=resident_id))
    else:
        show(say("{id} was forgotten before.", id=resident_id))
    return 0


SHOWN = 5


def _some(found: list[str]) -> list[str]:
    return [*found[:SHOWN], "…"] if found[SHOWN:] else found


def _tell(after: Resident, face: Face, remains: dict[str, list[str]], present: list[str], pointing: list[str]) -> None:
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
        show(say("  still readable in the records of today: {files}", files=_some(present)))
        say_note(say("somebody else of that name may be meant there: look, and put them right with propcli edit"))
    if pointing:
        show(say("  still pointed at by: {ids}", ids=_some(pointing)))
    words_of = [event for event in after.events if event.text]
    if words_of:
        show(say("  still readable in the record: {n} notes", n=len(words_of)))
    if remains:
        say_note(say("what stands in clear in old commits goes only by rewriting the history (git filter-repo)"))
    say_note(say("backups of the keys, and clones with work not yet pushed, have to be dealt with by hand"))
