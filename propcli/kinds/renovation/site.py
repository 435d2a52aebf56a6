"""`propcli renovation`, while works go on: workers and their passes [N8], inspections and violations [N10], extensions
[N9], water tests [N3]."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.options import EVERY, By, How, Text
from propcli.commands.session import session
from propcli.commands.standing import Step
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.kinds.catalog import RENOVATION
from propcli.kinds.renovation import steps as filing
from propcli.kinds.renovation.steps import Id, Reason, Words, number
from propcli.output.language import _

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from propcli.engine.text import Text as Message
    from propcli.kinds.renovation.file import File
    from propcli.kinds.renovation.model import Renovation
    from propcli.records.recording import Recorder

ItemNumber = Annotated[str, typer.Option("--item", metavar="N", help=_("Which work item."))]
Violation = Annotated[
    str | None, typer.Option("--violation", metavar="N", help=_("Which violation, where there are several."))
]
Card = Annotated[
    list[str], typer.Option("--pass", metavar="N|NAME", help=_("By its number or the worker's name; or all."))
]
Until = Annotated[str, typer.Option("--until", metavar="DAY", help=_("The last day from now on."))]
RectifyBy = Annotated[str, typer.Option("--rectify-by", metavar="DAY", help=_("The day by which it is put right."))]


def register(group: typer.Typer) -> None:
    workers = typer.Typer(no_args_is_help=True, help=_("The workers on the site [N8]."))
    workers.command("add", help=_("A worker, with name, trade and papers."))(worker_add)
    workers.command("drop", help=_("A worker who does not come, or no longer; without a pass."))(worker_drop)
    group.add_typer(workers, name="worker")
    passes = typer.Typer(no_args_is_help=True, help=_("The workers' passes, for the permit's term [N8]."))
    options.commands(
        passes,
        ("issue", pass_issue, _("A pass for a named worker.")),
        ("renew", pass_renew, _("The extension is written on passes [N9].")),
        ("return", pass_return, _("Passes are back.")),
        ("lost", pass_lost, _("A pass is lost and good no longer.")),
    )
    group.add_typer(passes, name="pass")
    options.commands(
        group,
        ("inspect", inspect, _("The site was inspected [N10].")),
        ("violation", violation, _("A violation: stopped or not, to be put right by a day, perhaps charged [N10].")),
        ("rectified", rectified, _("A violation was put right [N10].")),
        ("charge", charge, _("Something for a violation is taken from the deposit [N10].")),
        ("extend", extend, _("The permit goes on for at most the extension [N9].")),
        ("warn", warn, _("The owner was told that the permit, or a pass, is about to end [N9].")),
        ("water-test", water_test, _("Water is let in, or has stood long enough and was looked at [N3].")),
    )


# --- workers and passes


def worker_add(
    filing_id: Id,
    name: Annotated[str, typer.Option("--name", help=_("The worker's name."))],
    trade: Annotated[str | None, typer.Option(help=_("The worker's trade."))] = None,
    phone: Annotated[str | None, typer.Option(help=_("The worker's phone."))] = None,
    id_card: Annotated[
        str | None, typer.Option(metavar="NUMBER", help=_("The worker's ID number, sealed; - asks for it unseen."))
    ] = None,
    checked: Annotated[
        list[str] | None, typer.Option(metavar="WHAT", help=_("Papers seen and in order: id_card, photo or all."))
    ] = None,
    by: By = None,
) -> int:
    from propcli.kinds.renovation.apply import identity_number
    from propcli.kinds.renovation.model import FILING_PAPER, RenovationEvent
    from propcli.records.hidden import concealed

    here = session()
    fields = options.typed(RenovationEvent, {"name": name, "trade": trade, "phone": options.phone(phone, "--phone")})
    if id_card is not None:
        fields["identity"] = identity_number(id_card, "--id-card")
    notes: list[Message] = []

    def steps(recorder: "Recorder", record: "Renovation", file: "File") -> list[Step]:
        from propcli.kinds.renovation.filings import number_after

        made = number_after(file.workers_given)
        given = concealed(RenovationEvent, fields, recorder, here.keys, record.key)
        key = given.pop("key", None)
        if key != record.key and key is not None:
            recorder.step(RENOVATION, record.id, [], {"key": key})
        found: list[Step] = [("worker_added", {"worker": made, **given})]
        papers = options.chosen(FILING_PAPER, file.terms.worker_papers, checked or [], "--checked")
        if papers:
            found.append(("papers_received", {"papers": papers, "worker": made}))
            found.append(("papers_checked", {"papers": papers, "worker": made, "ok": True}))
        notes.append(say("  worker {n}: {name}", n=made, name=fields["name"]))
        return found

    filing.change(filing_id, by, steps, notes)
    return 0


def worker_drop(
    filing_id: Id,
    worker: Annotated[str, typer.Option("--worker", metavar="N|NAME", help=_("Which worker."))],
    text: Text = None,
    by: By = None,
) -> int:
    filing.change(
        filing_id,
        by,
        lambda _recorder, record, _file: [
            ("worker_dropped", {"worker": filing.workers(record, [worker])[0], "text": text})
        ],
    )
    return 0


def pass_issue(
    filing_id: Id,
    worker: Annotated[
        list[str], typer.Option("--worker", metavar="N|NAME", help=_("For which worker; or all without one."))
    ],
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help=_("The last day; else the permit's last day."))
    ] = None,
    by: By = None,
) -> int:
    notes: list[Message] = []

    def steps(_recorder: "Recorder", record: "Renovation", file: "File") -> list[Step]:
        from propcli.kinds.renovation.filings import number_after

        last = options.day(until, "--until") or file.until or session().today  # no permit: told with the step itself
        found: list[Step] = []
        for one in _workers(record, file, worker):
            card = str(int(number_after(file.cards)) + len(found))
            found.append(("pass_issued", {"card": card, "worker": one, "until": last}))
            notes.append(
                say("  pass {card} for worker {n}, until {until}", card=card, n=_named(record, one), until=last)
            )
        return found

    filing.change(filing_id, by, steps, notes)
    return 0


def _workers(record: "Renovation", file: "File", typed: list[str]) -> list[str]:
    """The workers named by number or name; `all` are those without a pass."""
    named = options.parts(typed)
    found = [n for n, worker in file.workers.items() if worker.card is None] if {*named} & {*EVERY} else []
    found += [n for n in filing.workers(record, (p for p in named if p not in EVERY)) if n not in found]
    if not found:
        raise Refusal(say("every worker has a pass") if file.workers else say("no worker is on file"))
    return found


def _named(record: "Renovation", worker: str) -> "Message | str":
    from propcli.engine.text import Text as Message
    from propcli.kinds.renovation.filings import names_of

    name = names_of(record, session().keys).get(worker)
    return Message("{n} {name}", {"n": worker, "name": name}) if name else worker


def _cards(record: "Renovation", file: "File", typed: list[str]) -> list[str]:
    """Passes named by number or by the worker; `all` are those that are out. Whether they may is said by the filing's
    life."""
    found: dict[str, None] = {}
    for part in options.parts(typed):
        if part in EVERY:
            found.update(dict.fromkeys(n for n, card in file.cards.items() if card.state == "out"))
        elif part.isdigit():
            found[number(part) or ""] = None
        else:
            [worker] = filing.workers(record, [part])
            card = file.workers[worker].card
            if card is None:
                raise Refusal(say("--pass: {value} has none", value=part))
            found[card] = None
    if not found:
        raise Refusal(say("no pass is out"))
    return list(found)


def _each_pass(filing_id: str, by: str | None, step: str, typed: list[str], fields: dict[str, Any]) -> int:
    filing.change(
        filing_id,
        by,
        lambda _recorder, record, file: [(step, {"card": n, **fields}) for n in _cards(record, file, typed)],
    )
    return 0


def pass_renew(
    filing_id: Id,
    cards: Card,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help=_("The last day; else the permit's last day."))
    ] = None,
    by: By = None,
) -> int:
    def steps(_recorder: "Recorder", record: "Renovation", file: "File") -> list[Step]:
        last = options.day(until, "--until") or file.until
        return [("pass_renewed", {"card": n, "until": last}) for n in _cards(record, file, cards)]

    filing.change(filing_id, by, steps)
    return 0


def pass_return(filing_id: Id, cards: Card, text: Text = None, by: By = None) -> int:
    return _each_pass(filing_id, by, "pass_returned", cards, {"text": text})


def pass_lost(filing_id: Id, cards: Card, text: Text = None, by: By = None) -> int:
    return _each_pass(filing_id, by, "pass_lost", cards, {"text": text})


# --- looking after the site


def inspect(
    filing_id: Id,
    ok: Annotated[bool, typer.Option("--ok", help=_("Everything is in order."))] = False,
    finding: Annotated[str | None, typer.Option(help=_("What is not in order."))] = None,
    text: Text = None,
    by: By = None,
) -> int:
    if ok == (finding is not None):
        raise Refusal(say("give either {one} or {other}", one="--ok", other="--finding TEXT"))
    filing.take(filing_id, by, ("inspected", {"ok": ok, "finding": finding, "text": text}))
    return 0


def violation(
    filing_id: Id,
    text: Words,
    rectify_by: RectifyBy,
    stop: Annotated[bool, typer.Option("--stop", help=_("The works are stopped until it is put right."))] = False,
    charge: Annotated[
        str | None, typer.Option("--charge", metavar="YUAN", help=_("What is taken from the deposit for it."))
    ] = None,
    item: Annotated[str | None, typer.Option("--item", metavar="N", help=_("Of this work item."))] = None,
    by: By = None,
) -> int:
    taken = options.money(charge, "--charge")
    notes: list[Message] = []

    def steps(_recorder: "Recorder", _record: "Renovation", file: "File") -> list[Step]:
        from propcli.kinds.renovation.filings import number_after

        made = number_after(file.violations)
        fields = {
            "violation": made,
            "text": text,
            "stop": stop,
            "rectify_by": options.day(rectify_by, "--rectify-by"),
            "item": number(item),
        }
        charged: Step = ("charged", {"violation": made, "amount": taken, "reason": text})
        if taken is not None:
            notes.append(_charged(file, made, text, taken))
        return [("violated", fields), *([charged] if taken is not None else [])]

    filing.change(filing_id, by, steps, notes)
    return 0


def _charged(file: "File", violation: str, text: str, amount: "Decimal") -> "Message":
    """What is taken for which violation, and what is left of the deposit."""
    values = {"n": violation, "text": text, "amount": f"{amount:,.2f}", "held": f"{file.held - amount:,.2f}"}
    return say("  violation {n} {text}: {amount} yuan, {held} left", **values)


def _which(file: "File", typed: str | None, open_only: bool) -> str:
    """The violation meant: the one named, or the only one (not put right)."""
    if typed is not None:
        return number(typed) or ""
    known = [n for n, v in file.violations.items() if not open_only or v.rectified is None]
    if len(known) == 1:
        return known[0]
    if not known:
        raise Refusal(say("there is no violation [N10]"), hint=say("what a check found is put right before complete"))
    raise Refusal(say("say which violation"), hint=say("give --violation; known: {ids}", ids=", ".join(known)))


def rectified(filing_id: Id, violation: Violation = None, text: Text = None, by: By = None) -> int:
    filing.change(
        filing_id,
        by,
        lambda _recorder, _record, file: [("rectified", {"violation": _which(file, violation, True), "text": text})],
    )
    return 0


def charge(
    filing_id: Id,
    amount: Annotated[str, typer.Option("--amount", metavar="YUAN", help=_("What is taken from the deposit."))],
    reason: Reason,
    violation: Violation = None,
    by: By = None,
) -> int:
    taken = options.money(amount, "--amount")
    notes: list[Message] = []

    def steps(_recorder: "Recorder", _record: "Renovation", file: "File") -> list[Step]:
        which = _which(file, violation, False)
        if which in file.violations and taken is not None:
            notes.append(_charged(file, which, file.violations[which].text, taken))
        return [("charged", {"violation": which, "amount": taken, "reason": reason})]

    filing.change(filing_id, by, steps, notes)
    return 0


def extend(
    filing_id: Id,
    until: Until,
    reason: Reason,
    cards: Annotated[
        list[str] | None,
        typer.Option("--passes", metavar="N", help=_("Passes it is written on now, by number; or all.")),
    ] = None,
    by: By = None,
) -> int:
    notes: list[Message] = []

    def steps(_recorder: "Recorder", record: "Renovation", file: "File") -> list[Step]:
        last = options.day(until, "--until")
        found: list[Step] = [("extended", {"until": last, "reason": reason})]
        renewed = _cards(record, file, cards) if cards else []
        left = [n for n, card in file.cards.items() if card.state == "out" and n not in renewed]
        if file.until is not None and file.until < session().today:
            notes.append(say("  the permit had ended on {day}", day=file.until))
        notes.append(say("  permit until {day}", day=last))
        if left:
            notes.append(say("  not written on passes yet: {cards} (pass renew)", cards=left))
        return [*found, *(("pass_renewed", {"card": n, "until": last}) for n in renewed)]

    filing.change(filing_id, by, steps, notes)
    return 0


def warn(
    filing_id: Id,
    card: Annotated[
        str | None, typer.Option("--pass", metavar="N", help=_("Only of this pass; else of the permit and its passes."))
    ] = None,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=_("Who was told."))] = None,
    how: How = None,
    text: Text = None,
    by: By = None,
) -> int:
    from propcli.kinds.ticket.model import CHANNEL

    fields = {"card": number(card), "who": who, "how": options.code(CHANNEL, how, "--how"), "text": text}
    filing.take(filing_id, by, ("warned", fields))
    return 0


def water_test(
    filing_id: Id,
    item: Annotated[
        str | None, typer.Option("--item", metavar="N", help=_("Which work item, where several need a test."))
    ] = None,
    begin: Annotated[bool, typer.Option("--begin", help=_("Water is let in now."))] = False,
    tight: Annotated[bool, typer.Option("--tight", help=_("It has stood, and nothing leaks."))] = False,
    leaking: Annotated[bool, typer.Option("--leaking", help=_("It has stood, and it leaks."))] = False,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("Since when water stood, where --begin was not recorded."))
    ] = None,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=_("Who of below looked with us."))] = None,
    text: Text = None,
    by: By = None,
) -> int:
    if begin + tight + leaking != 1:
        raise Refusal(say("give one of --begin, --tight and --leaking"))
    began = session().time(since, "--since")

    def steps(_recorder: "Recorder", _record: "Renovation", file: "File") -> list[Step]:
        tested = [n for n, works in file.works.items() if works.test]
        if item is None and len(tested) != 1:
            known = ", ".join(tested or file.works) or "–"
            raise Refusal(say("the option {option} is missing", option="--item"), hint=say("known: {ids}", ids=known))
        which = number(item) or tested[0]
        if begin:
            return [("test_began", {"item": which, "text": text})]
        return [
            (
                "tested",
                {"item": which, "started": _started(file, which, began), "tight": tight, "who": who, "text": text},
            )
        ]

    filing.change(filing_id, by, steps)
    return 0


def _started(file: "File", item: str, typed: "datetime | None") -> "datetime":
    """Since when water has stood: as recorded, or as said."""
    works = file.works.get(item)
    known = works.testing if works is not None else None
    if known is not None and typed is not None and typed != known:
        raise Refusal(say("--since: water stands there since {at}", at=known), hint=say("leave it out"))
    started = known or typed
    if started is None:
        raise Refusal(
            say("since when water has stood is not on record [N3]"), hint=say("record --begin first, or give --since")
        )
    return started
