"""What the commands on renovation filings share: one step of a filing in one commit, and what it lacks then."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from propcli.commands import standing
from propcli.commands.session import session, show
from propcli.commands.standing import Step
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RENOVATION
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.kinds.renovation.file import File
    from propcli.kinds.renovation.model import Renovation
    from propcli.records.recording import Recorder

Id = Annotated[str, typer.Argument(metavar="ID", help=_("The filing's id, or any unambiguous ending of it."))]
Words = Annotated[str, typer.Option("--text", help=_("In words."))]
Reason = Annotated[str, typer.Option("--reason", help=_("Why."))]
Signer = Annotated[str, typer.Option("--who", metavar="NAME", help=_("Who: a resident's name or id, or anybody."))]

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


def take(typed: str, by: str | None, *steps: Step) -> "Renovation":
    """Steps that need nothing of what the filing has come to."""
    return change(typed, by, lambda _recorder, _filing, _file: steps)


def change(
    typed: str,
    by: str | None,
    steps: "Callable[[Recorder, Renovation, File], Iterable[Step]]",
    notes: Sequence[Text] = (),
) -> "Renovation":
    """Let steps happen to a filing, in one commit; print how it stands then and what it lacks. `steps` finds them from
    the filing and what it has come to; `notes` may be filled meanwhile."""
    from propcli.kinds.renovation.filings import file

    after: Renovation = standing.change(
        RENOVATION, typed, by, lambda recorder, before: steps(recorder, before, file(before))
    )
    standing.show_standing(after, notes)
    show_missing(after)
    return after


def show_missing(filing: "Renovation") -> bool:
    """What a filing lacks for its next step, a line each rule and reason; whether anything."""
    from propcli.kinds.renovation.filings import NEXT_STEP, file, grouped, missing

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


def workers(record: "Renovation", typed: Iterable[str]) -> list[str]:
    """The workers named by number or name, each once. Refuses whom there is not, or not only one of."""
    from propcli.kinds.renovation.filings import names_of
    from propcli.records.people import same_name

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
