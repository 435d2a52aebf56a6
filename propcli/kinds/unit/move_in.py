"""`propcli unit move-in ID`: walks the desk through a move-in [U3, U4, U5], with options or, at a terminal, by asking.
What is recorded stays; called again it goes on where it stopped."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from propcli.commands import options, standing
from propcli.commands.options import By, Id, code
from propcli.commands.session import session, show
from propcli.engine.policy import MoveIn as Rules
from propcli.engine.problem import Refusal
from propcli.engine.record import Amount
from propcli.engine.text import N_, Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import UNIT
from propcli.kinds.unit.homes import defects, under_way
from propcli.kinds.unit.kind import MOVE_IN
from propcli.kinds.unit.life import MoveIn
from propcli.kinds.unit.model import Unit
from propcli.kinds.unit.show import missing
from propcli.kinds.unit.words import CASE, ITEM, METER, OWNERS, PAPER, STATE, UNIT_EVENT
from propcli.output.language import _, listing, parse, words
from propcli.records import changing

# what is received, signed and handed over: the step that says so, its option, and how it is asked for
GOT = {
    "papers": ("papers_received", "--paper", N_("{what} seen and copied")),
    "forms": ("forms_signed", "--signed", N_("{what} signed")),
    "things": ("issued", "--handed", N_("{what} handed over")),
}
YES, NO = ("y", "yes", "ok", "是", "好", "正常"), ("n", "no", "否", "不")


def move_in(
    unit_id: Id,
    case: Annotated[
        str | None, typer.Option(help=_("Begins it: in_person, agent or company; it decides on the papers [U3]."))
    ] = None,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=_("The owner who moves in."))] = None,
    paper: Annotated[
        list[str] | None, typer.Option(metavar="WHAT", help=_("A paper seen and copied: id_card, … or all [U3]."))
    ] = None,
    signed: Annotated[
        list[str] | None, typer.Option(metavar="WHAT", help=_("A form signed: service_agreement, … or all [U4]."))
    ] = None,
    handed: Annotated[
        list[str] | None, typer.Option(metavar="WHAT", help=_("A thing handed over: keys, … or all [U4]."))
    ] = None,
    water: Annotated[str | None, typer.Option(metavar="M3", help=_("The water meter's reading."))] = None,
    electricity: Annotated[str | None, typer.Option(metavar="KWH", help=_("The electricity meter's reading."))] = None,
    gas: Annotated[str | None, typer.Option(metavar="M3", help=_("The gas meter's reading."))] = None,
    confirmed_by: Annotated[
        str | None, typer.Option(metavar="NAME", help=_("Who confirmed the readings with us; else who moves in [U5]."))
    ] = None,
    ok: Annotated[
        list[str] | None,
        typer.Option(metavar="ITEM", help=_("An item inspected and in order, or all the others [U5].")),
    ] = None,
    defect: Annotated[
        list[str] | None,
        typer.Option(metavar="ITEM=TEXT", help=_("An item with a defect; it becomes a repair [U5]. Several times.")),
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help=_("Complete it; refused while anything is missing."))
    ] = False,
    then: Annotated[
        str | None,
        typer.Option(
            "--then", metavar="STATE", help=_("Its state afterwards; owner_occupied unless said (a let one stays let).")
        ),
    ] = None,
    text: options.Text = None,
    by: By = None,
) -> int:
    here = session()
    found = here.record_id(UNIT, unit_id)
    unit = here.estate.one(Unit, found)
    assert unit is not None
    walk = _Walk(found, by)
    walk.begin(unit, case, who, text)
    for kind, given in (("papers", paper), ("forms", signed), ("things", handed)):
        walk.got(kind, given)
    walk.readings({"water": water, "electricity": electricity, "gas": gas}, confirmed_by)
    walk.items(ok, defect)
    if then is not None and not complete:
        raise Refusal(say("{option} goes with {other}", option="--then", other="--complete"))
    if walk.steps or walk.defects or complete:
        walk.record(complete, then)
        return 0
    if sys.stdin.isatty() and sys.stdout.isatty():
        return _ask(unit, by)
    _stands(unit)
    return 0


@dataclass
class _Walk:
    """The steps that one command line asks for, put on record together."""

    unit_id: str
    by: str | None
    state: MoveIn | None = None
    steps: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    defects: list[tuple[str, str]] = field(default_factory=list)  # item, what is wrong

    def begin(self, unit: Unit, case: str | None, who: str | None, text: str | None) -> None:
        """Begin it, unless it is under way: what it asks for is written down as policy has it today."""
        here = session()
        self.state = under_way(unit)
        if case is None:
            for option, value in (("--who", who), ("--text", text)):
                if value is not None:
                    raise Refusal(say("{option} goes with {other}", option=option, other="--case"))
            return
        chosen = code(CASE, case, "--case")
        rules = _rules()
        papers = rules.papers.get(chosen or "")
        if papers is None:
            raise Refusal(
                say("policy.yaml names no papers for {case}", case=CASE.word(chosen or "")),
                hint=say("add it under move_in, papers"),
            )
        owners = [t.resident for t in unit.ties_on(here.today) if t.tie in OWNERS]
        if not owners:
            raise Refusal(
                say("nobody owns {unit} yet [U3]", unit=unit.id),
                hint=say(
                    "record the sale first: unit transfer {unit} --manner first_sale --to NAME,PHONE", unit=unit.id
                ),
            )
        chief = who if who in owners else here.people.known_as(who, owners) if who else owners[0]
        if chief not in owners:
            raise Refusal(
                say("--who: {value} does not own {unit}", value=who, unit=unit.id),
                hint=say("known: {ids}", ids=here.people.listed(owners)),
            )
        fields: dict[str, Any] = {
            "case": chosen,
            "who": chief,
            "papers": papers,
            "forms": rules.forms,
            "things": rules.things,
            # where there is no gas, nothing of gas is asked
            "items": tuple(i for i, category in rules.items.items() if category != "gas" or unit.gas is not False),
            "meters": tuple(m for m in rules.meters if m != "gas" or unit.gas is not False),
            "text": text,
        }
        self.steps.append(("move_in_began", fields))
        wanted = {n: tuple(fields[n]) for n in MOVE_IN}
        again = self.state.again if self.state else MoveIn
        self.state = again(chosen or "", chief, wanted)

    def got(self, kind: str, given: list[str] | None) -> None:
        """Papers received, forms signed, things handed over."""
        if not given:
            return
        step, option, _question = GOT[kind]
        codes = self._codes(given, kind, option)
        if codes:
            self.steps.append((step, {kind: codes}))

    def readings(self, given: dict[str, str | None], confirmed_by: str | None) -> None:
        if any(value is not None for value in given.values()):
            self._begun()
            who = confirmed_by or (self.state.who if self.state else None)
            self.steps.append(("meters_read", {**given, "who": who}))
        elif confirmed_by is not None:
            raise Refusal(say("--confirmed-by goes with a meter's reading"))

    def items(self, ok: list[str] | None, defect: list[str] | None) -> None:
        """Items inspected, in order or with a defect."""
        bad: dict[str, list[str]] = {}
        for part in defect or ():
            item, sign, what = part.partition("=")
            if not sign or not what.strip():
                raise Refusal(
                    say("--defect: {value} does not say at which item", value=repr(part)),
                    hint=say("write ITEM=TEXT, like walls=客厅墙面开裂"),
                )
            (chosen,) = self._codes([item], "items", "--defect")
            bad.setdefault(chosen, []).append(what.strip())
        fine = [item for item in self._codes(ok or [], "items", "--ok") if item not in bad]
        self.steps += [("inspected", {"item": item, "ok": True}) for item in fine]
        self.defects += [(item, what) for item, found in bad.items() for what in found]

    def _begun(self) -> MoveIn:
        if self.state is None:
            raise Refusal(
                say("no move-in has begun [U3]"), hint=say("begin it with --case in_person, agent or company")
            )
        return self.state

    def _codes(self, typed: Iterable[str], kind: str, option: str) -> tuple[str, ...]:
        """Codes of what the move-in asks for; `all` means everything still missing."""
        typed = options.parts(typed)
        if not typed:
            return ()
        state = self._begun()
        vocabulary: Vocabulary = ITEM if kind == "items" else PAPER
        still = [code for code in state.wanted[kind] if code not in state.have[kind]]
        return options.chosen(vocabulary, state.wanted[kind], typed, option, still)

    def record(self, complete: bool = False, then: str | None = None, brief: bool = False) -> Unit:
        """Put the steps on record, with a repair for every defect, in one commit. `brief`: say only that."""
        here = session()
        asked = here.estate.policy.move_in
        state = code(STATE, then, "--then")
        resident = self.state.who if self.state else None
        with changing.changing(here, self.by) as change:
            before: Unit = change.recorder.record(UNIT, self.unit_id)
            for item, what in self.defects:
                category = asked.items.get(item, "other") if asked else "other"
                (made,) = defects(change, before, [(what, category)], "move_in", resident, ITEM.word(item))
                change.notes.append(standing.repair(made))
                found = {"item": item, "ok": False, "finding": what, "tickets": [made.id]}
                self.steps.append(("inspected", found))
            if complete:
                handed_over = None if before.handed_over else here.today
                becomes = state or ("let" if before.status == "let" else "owner_occupied")
                self.steps.append(("moved_in", {"state": becomes, "handed_over": handed_over}))
            after: Unit = change.take(UNIT, self.unit_id, self.by, *self.steps)
            names = [name for name, _fields in self.steps]
            change.recorder.commit(changing.subject(after, names), change.desk)
        if brief:
            what = listing(words(UNIT_EVENT.word(name)) for name in dict.fromkeys(names))
            show(say("  on record: {what}", what=what))
            for note in change.notes:
                show(note)
            return after
        standing.show_standing(after, change.notes)
        missing(after)
        return after


def _rules() -> Rules:
    rules = session().estate.policy.move_in
    if rules is None:
        raise Refusal(
            say("policy.yaml does not say what a move-in asks for"),
            hint=say("take the section move_in over from a new estate (propcli init)"),
            code=3,
        )
    return rules


def _stands(unit: Unit) -> None:
    state = under_way(unit)
    if state is None:
        show(say("No move-in is under way in {unit}; --case in_person, agent or company begins one.", unit=unit.id))
        return
    who = session().people.called(state.who)
    show(say("Move-in of {who} into {unit}, {case}:", who=who, unit=unit.id, case=CASE.word(state.case)))
    missing(unit)


def _ask(unit: Unit, by: str | None) -> int:
    """Ask for one part after the other; each is on record before the next is asked."""
    here = session()
    estate = here.estate
    if under_way(unit) is None:
        cases = _rules().papers
        picked = _picked(_("Who comes"), {case: CASE.word(case) for case in cases}, lambda typed: parse(CASE, typed))
        walk = _Walk(unit.id, by)
        walk.begin(unit, picked, _owner(unit), None)
        walk.record(brief=True)
    state = under_way(estate.one(Unit, unit.id) or unit)
    assert state is not None
    for kind, (_step, _option, question) in GOT.items():
        walk = _Walk(unit.id, by, state)
        still = [c for c in state.wanted[kind] if c not in state.have[kind]]
        # whoever only presses Enter has seen nothing and signed nothing
        there = [c for c in still if typer.confirm(_(question).format(what=words(PAPER.word(c))), default=False)]
        walk.got(kind, there)
        if walk.steps:
            walk.record(brief=True)
    walk = _Walk(unit.id, by, state)
    given: dict[str, str | None] = {}
    for meter in (m for m in state.wanted["meters"] if m not in state.read):
        given[meter] = _reading(words(METER.word(meter)))
    walk.readings(given, None)
    if walk.steps:
        walk.record(brief=True)
    for item in (i for i in state.wanted["items"] if i not in state.have["items"]):
        walk = _Walk(unit.id, by, state)
        question = _("{item}: in order (Enter), or what is wrong (several with ;), or - for later")
        typed = "n"
        while typed.lower() in NO or typed.isdigit():  # an answer, but not what is wrong
            asked = typer.prompt(question.format(item=words(ITEM.word(item))), default="", show_default=False)
            typed = str(asked).strip()
        if typed == "-":
            continue
        typed = "" if typed.lower() in YES else typed
        wrong = [part.strip() for part in typed.replace("；", ";").split(";") if part.strip()]
        walk.items(None if wrong else [item], [f"{item}={what}" for what in wrong])
        walk.record(brief=True)
    now = estate.one(Unit, unit.id)
    assert now is not None
    rest = under_way(now)
    if (
        rest is not None
        and not list(rest.missing())
        and typer.confirm(_("Everything is there. Complete it"), default=True)
    ):
        _Walk(unit.id, by, rest).record(True)
        return 0
    standing.show_standing(now)
    missing(now)
    return 0


def _owner(unit: Unit) -> str | None:
    """Which owner moves in, where there are several."""
    here = session()
    owners = [t.resident for t in unit.ties_on(here.today) if t.tie in OWNERS]
    if len(owners) < 2:
        return None
    called = {owner: here.people.called(owner) for owner in owners}
    return _picked(_("Which owner moves in"), called, lambda typed: here.people.known_as(typed, owners))


def _picked(question: str, known: Mapping[str, Text | str], read: Callable[[str], str | None]) -> str:
    """One of several, by its number or, read, in words; asked for until it is one."""
    codes = list(known)
    show("  ".join(f"{n} {words(what)}" for n, what in enumerate(known.values(), 1)))
    while True:
        typed = str(typer.prompt(question, default="1")).strip()
        by_number = typed.isdigit() and 0 < int(typed) <= len(codes)
        picked = codes[int(typed) - 1] if by_number else read(typed)
        if picked is not None and picked in known:
            return picked


def _reading(meter: str) -> str | None:
    """A meter's reading, asked for until it is one; None for later."""
    while True:
        question = _("{meter}: the meter's reading, confirmed by both (Enter for later)")
        typed = str(typer.prompt(question.format(meter=meter), default="", show_default=False)).strip()
        if not typed:
            return None
        try:
            options.amount(Amount, typed, "")
        except Refusal as refusal:
            show(refusal.reasons[0].values["what"])
            continue
        return typed
