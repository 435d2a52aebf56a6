"""What the commands on renovation filings share: one step of a filing in one commit, and what it lacks then."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import standing
from propcli.commands.session import session, show
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import RENOVATION
from propcli.output.language import _, parse, words

if TYPE_CHECKING:
    from decimal import Decimal

    from propcli.desk.recording import Recorder
    from propcli.kinds.renovation import Renovation
    from propcli.kinds.renovation_file import File

Id = Annotated[str, typer.Argument(metavar="ID", help=_("The filing's id, or any unambiguous ending of it."))]
Words = Annotated[str, typer.Option("--text", help=_("In words."))]
Reason = Annotated[str, typer.Option("--reason", help=_("Why."))]
Signer = Annotated[str, typer.Option("--who", metavar="NAME", help=_("Who: a resident's name or id, or anybody."))]
Step = tuple[str, dict[str, Any]]
ALL = ("all", "全部")

# the command that records an event
COMMAND_OF = {
    "item_added": "add-item",
    "item_dropped": "drop-item",
    "papers_received": "paper",
    "approved": "review --approve",
    "returned": "review --return",
    "refused": "review --refuse",
    "resubmitted": "resubmit",
    "signed": "sign",
    "paid": "pay",
    "permitted": "permit",
    "certified": "certificate",
    "told": "told",
    "worker_added": "worker add",
    "worker_dropped": "worker drop",
    "pass_issued": "pass issue",
    "pass_renewed": "pass renew",
    "pass_returned": "pass return",
    "pass_lost": "pass lost",
    "inspected": "inspect",
    "violated": "violation",
    "rectified": "rectified",
    "charged": "charge",
    "extended": "extend",
    "warned": "warn",
    "test_began": "water-test --begin",
    "tested": "water-test",
    "completed": "complete",
    "works_checked": "check-works",
    "occupied": "lived-in",
    "neighbour_signed": "neighbour-sign",
    "refunded": "refund",
    "closed": "close",
    "cancelled": "cancel",
    "noted": "note",
}


def commands(group: typer.Typer, *rows: tuple[str, Callable[..., int], str]) -> None:
    """Commands of a group: name, function, help."""
    for name, function, help_text in rows:
        group.command(name, help=help_text)(function)


def take(typed: str, by: str | None, *steps: Step) -> "Renovation":
    """Steps that need nothing of what the filing has come to."""
    return change(typed, by, lambda _recorder, _filing, _file: steps)


def change(
    typed: str,
    by: str | None,
    steps: "Callable[[Recorder, Renovation, File], Iterable[Step]]",
    notes: Sequence[Text] = (),
) -> "Renovation":
    """Let steps happen to a filing, all or none, in one commit; print how it stands then and what it lacks. `steps`
    finds them from the filing as it is under the lock, and may change other records with it; `notes` may be filled
    meanwhile."""
    from propcli.desk.recording import Recorder
    from propcli.desk.renovations import file
    from propcli.store.transaction import operation

    here = session()
    record_id = here.record_id(RENOVATION, typed)
    here.happened()
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        before: Renovation = recorder.record(RENOVATION, record_id)
        chosen = list(steps(recorder, before, file(before)))
        after: Renovation = standing.record(recorder, RENOVATION, record_id, by, *chosen)
        why = next((" ".join(str(f["reason"]).split()) for _name, f in chosen if f.get("reason")), None)
        subject = standing.subject(after, [name for name, _fields in chosen])
        recorder.commit(subject, after.events[-1].by, *([f"Reason: {why}"] if why else []))
    standing.show_standing(after, notes)
    show_missing(after)
    return after


def show_missing(filing: "Renovation") -> bool:
    """What a filing lacks for its next step, a line each rule and reason; whether anything."""
    from propcli.desk.renovations import NEXT_STEP, file, grouped, missing

    here = session()
    step, lacks = missing(filing, here.estate, here.now)
    if step is None:
        return False
    if filing.status == "returned":
        reason = next(event.reason for event in reversed(filing.events) if event.event == "returned")
        show(say("  returned: {reason} (once it is put right: resubmit)", reason=reason))
        if not lacks:
            return False
    found = file(filing).to_rectify if filing.status in ("working", "stopped") else None
    if found is not None:
        show(say("  the check found, to be put right by {day} [N11]: {what}", day=found[1], what=found[0]))
    if not lacks:
        show(say("  nothing is missing for {step}: {command}", step=NEXT_STEP.word(step), command=COMMAND_OF[step]))
        return False
    show(say("  missing for {step}:", step=NEXT_STEP.word(step)))
    for line in grouped(lacks):
        show(Text("    {line}", {"line": line}))
    return True


def parts(typed: Iterable[str]) -> list[str]:
    """What repeated options name, each perhaps several with commas, of full width too, or as the program lists them."""
    return [part for text in typed for part in re.split(r"\s*[,，、]\s*", text.strip()) if part]


def chosen(vocabulary: Vocabulary, asked: Iterable[str], typed: Sequence[str], option: str) -> tuple[str, ...]:
    """Codes among those that are asked for, from an option; `all` means every one."""
    asked = tuple(asked)
    found: dict[str, None] = {}
    for part in parts(typed):
        if part in ALL:
            found.update(dict.fromkeys(asked))
            continue
        code = part if part in asked else parse(vocabulary, part)
        if code not in asked:
            raise Refusal(
                say("{option}: {value} is not known", option=option, value=repr(part))
                if code is None
                else say("{option}: {value} is not asked for here", option=option, value=part),
                hint=say("one of: {known}", known=known(vocabulary, asked)),
            )
        found[code or ""] = None
    return tuple(found)


def known(vocabulary: Vocabulary, codes: Iterable[str]) -> str:
    """Codes to choose from, with their words where these say more."""
    said = ((code, words(vocabulary.word(code))) for code in codes)
    return ", ".join(code if word == code else f"{code} {word}" for code, word in said) or "–"


def yuan(typed: str | None, option: str) -> "Decimal | None":
    """An amount of money from an option, exact to the fen."""
    from pydantic import TypeAdapter, ValidationError

    from propcli.engine.record import Money

    try:
        return None if typed is None else TypeAdapter(Money).validate_python(typed.strip())
    except ValidationError as error:
        raise Refusal(say("{option}: {what}", option=option, what=error.errors()[0]["ctx"]["text"])) from None


def workers(record: "Renovation", typed: Iterable[str]) -> list[str]:
    """The workers named by number or name, each once. Refuses whom there is not, or not only one of."""
    from propcli.desk.people import same_name
    from propcli.desk.renovations import names_of

    names = names_of(record, session().keys)
    found: dict[str, None] = {}
    for part in typed:
        meant = [n for n, name in names.items() if isinstance(name, str) and same_name(name, part)]
        meant = [number(part) or ""] if part.isdigit() else meant
        if len(meant) != 1 or meant[0] not in names:
            known = ", ".join(f"{n} {words(name) if isinstance(name, Text) else name}" for n, name in names.items())
            raise Refusal(
                say("--worker: there is no one worker {value}", value=part), hint=say("known: {ids}", ids=known or "–")
            )
        found[meant[0]] = None
    return list(found)


def number(typed: str | None) -> str | None:
    """A number within the filing, as it is written: 02 is 2."""
    return typed.lstrip("0") or "0" if typed is not None and typed.isdigit() else typed
