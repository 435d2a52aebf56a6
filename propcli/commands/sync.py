"""`propcli sync`: the work of other desks brought in, ours sent to them. `propcli renumber`: another number for a
record of ours, where two desks gave the same one."""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import complain, note, session, show
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.records.joining import Left
    from propcli.records.merging import Side
    from propcli.records.renumbering import Hand, Moved
    from propcli.records.sharing import Brought
    from propcli.store.remote import Remote

TRIES = 5
MOST = 20  # commits named, and problems told


def register(app: typer.Typer) -> None:
    app.command("sync", help=_("Bring in what other desks recorded, and send them what was recorded here."))(sync)
    app.command("renumber", help=_("Another number for a record of this desk, and for whatever points to it."))(
        renumber
    )


def sync(
    here: Annotated[
        list[str] | None,
        typer.Option("--here", metavar="ID", help=_("Where the two desks differ about it, this desk's words stand.")),
    ] = None,
    there: Annotated[
        list[str] | None,
        typer.Option("--there", metavar="ID", help=_("Where the two desks differ about it, the other desk's do.")),
    ] = None,
    by: options.By = None,
) -> int:
    from propcli.records.sharing import bring
    from propcli.store.driver import install
    from propcli.store.history import History
    from propcli.store.remote import remote
    from propcli.store.transaction import operation
    from propcli.store.trees import Trees

    root = session().estate.root
    history = History(root)
    history.check_state()
    other = remote(Trees(history))
    install(history)  # so that a plain git pull merges in the same way from now on
    chosen = _Chosen(here or [], there or [])
    came = False
    for _try in range(TRIES):
        tip = other.fetch()
        with operation(root) as op:
            op.history.check_ready()
            brought = bring(other.trees, tip, _hand(by), chosen.side, session().keys)
        if brought.joined.left:
            return _left_to_a_person(brought.joined.left, other)
        chosen.refuse_unused()
        _tell_in(brought, other)
        came = came or bool(brought.came)
        if _sent(other, brought.head, tip):
            _tell_uncommitted(other)
            return _told_problems() if came else 0
    raise Refusal(
        say("others sent their work again and again meanwhile; yours is not sent yet"),
        hint=say("run propcli sync again"),
        code=3,
    )


def _hand(by: str | None) -> "Callable[[], Hand]":
    """Who renumbers, asked for only where something is renumbered."""

    def hand() -> "Hand":
        from propcli.records.renumbering import Hand

        return Hand(session().desk(by), session().happened())

    return hand


class _Chosen:
    """Whose words stand, as a person has said it: for a record by its id or the end of it, for another file by its
    path."""

    def __init__(self, here: list[str], there: list[str]) -> None:
        self.given: dict[str, Side] = {
            **dict.fromkeys(options.parts(here), "ours"),
            **dict.fromkeys(options.parts(there), "theirs"),
        }
        self.used: set[str] = set()

    def side(self, path: PurePosixPath) -> "Side | None":
        for typed, side in self.given.items():
            if typed == str(path) or (path.suffix == ".yaml" and path.stem.endswith(typed)):
                self.used.add(typed)
                return side
        return None

    def refuse_unused(self) -> None:
        unused = [typed for typed in self.given if typed not in self.used]
        if unused:
            note(say("note: nothing was to be decided of {ids}", ids=unused))


# --- what is told


def _left_to_a_person(left: "list[Left]", other: "Remote") -> int:
    """What the two desks say otherwise, and what to do; nothing has changed yet."""
    from propcli.records.differing import lines

    show(
        say(
            "Not brought together yet: {n} to decide. Nothing has changed here or at {name}.",
            n=len(left),
            name=other.name,
        )
    )
    for one in left:
        show(str(one.path))
        for difference in one.differences:
            for line in lines(difference):
                show(line)
    example = left[0].path.stem if left[0].path.suffix == ".yaml" else str(left[0].path)
    note(say("this desk's words: propcli sync --here {id}; the other desk's: propcli sync --there {id}", id=example))
    note(say("what the other did is noted in the record then; or propcli edit yours until they agree, and sync again"))
    return 3


def _tell_in(brought: "Brought", other: "Remote") -> None:
    if brought.came:
        _commits(say("in from {name}:", name=other.name), brought.came)
    for moved in brought.joined.moved:
        tell_moved(moved)
    for path, side in brought.joined.decided.items():
        told = (
            say("{id}: this desk's words stand; what the other did is noted", id=path.stem)
            if side == "ours"
            else say("{id}: the other desk's words stand; what this one did is noted", id=path.stem)
        )
        show(told)


def tell_moved(moved: "Moved") -> None:
    """That a record has another number, and what went along."""
    show(say("{old} is {new} now: {title}", old=moved.old, new=moved.new, title=moved.title))
    if moved.changed:
        show(say("  changed with it: {ids}", ids=list(moved.changed)))
    if moved.named:
        show(say("  the old number stands in texts of {ids}: look which is meant", ids=list(moved.named)))
    show(say("  tell whoever was given the old number"))


def _commits(title: Text, subjects: list[str]) -> None:
    show(title)
    for subject in subjects[:MOST]:
        show(f"  {_harmless(subject)}")
    if subjects[MOST:]:
        show(say("  and {n} more (git log)", n=len(subjects) - MOST))


def _harmless(text: str) -> str:
    """What others wrote, without signs that act on the screen."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _sent(other: "Remote", head: str, tip: str) -> bool:
    """Send what is new here; whether it is there now."""
    if head == tip:
        if not tip:
            return True
        show(say("{name} has everything.", name=other.name))
        return True
    subjects = other.trees.subjects(tip, head)
    if not other.push(head, tip):
        return False
    _commits(say("out to {name}:", name=other.name), subjects)
    return True


def _tell_uncommitted(other: "Remote") -> None:
    """Hand edits stay where they are; nobody shall think that they were sent."""
    edits = sorted(str(path) for path in other.trees.hand_edits() if path.suffix == ".yaml")
    if edits:
        note(say("note: not sent, for it is not committed: {files}", files=edits))


def _told_problems() -> int:
    """What the records of both desks say against one another."""
    from propcli.records.validation import validate
    from propcli.store.estate import Estate

    here = session()
    _files, problems = validate(Estate(here.estate.root), None, here.today)  # the files have changed since
    _tell_keys_of_the_forgotten()
    if problems:
        show(say("What the records say does not go together ({n} problems):", n=len(problems)))
        complain(problems[:MOST])
        if problems[MOST:]:
            note(say("propcli validate shows them all"))
    return 3 if problems else 0


def _tell_keys_of_the_forgotten() -> None:
    """Whoever was forgotten at another desk: a key that is here still opens old commits [T12]."""
    from propcli.kinds.catalog import RESIDENT

    here = session()
    for path in here.estate.paths(RESIDENT)[0]:
        if b"status: forgotten" in here.estate.raw(path):
            record: Any = here.estate.load(RESIDENT.model, path, walked=True)[0]
            if record is not None and record.key is not None and here.keys.has(record.key):
                text = say(
                    "  {id} was forgotten, but the key is here: propcli resident forget {id} --reason … ends it",
                    id=record.id,
                )
                note(text)


# --- another number


def renumber(record_id: options.Id, by: options.By = None) -> int:
    from propcli.commands.session import show
    from propcli.records.sharing import give_number, settle_twice
    from propcli.store.history import History
    from propcli.store.remote import remote
    from propcli.store.transaction import operation
    from propcli.store.trees import Trees

    here = session()
    kind, found = here.find(record_id)
    if not kind.prefix:
        raise Refusal(say("{id}: a {kind} has no number", id=found, kind=kind.title))
    history = History(here.estate.root)
    trees = Trees(history)
    if (history.folder / "MERGE_HEAD").exists():
        moved = settle_twice(trees, kind.path(found), _hand(by)())
        tell_moved(moved)
        show(say("git status says what is left to settle; then: git commit"))
        return 0
    try:
        known = trees.commit_of(remote(trees).known)
    except Refusal:
        known = ""  # nobody else has anything yet
    with operation(here.estate.root) as op:
        op.history.check_ready()
        moved = give_number(trees, kind.path(found), known, _hand(by)())
    tell_moved(moved)
    return 0
