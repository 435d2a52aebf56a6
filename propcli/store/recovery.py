"""What processes left that died on their way: it is finished where it can be, else undone, and said."""

from pathlib import Path

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store import leftover
from propcli.store.caller import caller
from propcli.store.carrying import content_of, digest, drop, end, go_on, move, put_back, ready, recorded
from propcli.store.history import History
from propcli.store.index import Busy
from propcli.store.journal import Journal, Plan, strangers


def left_behind(journal: Journal) -> bool:
    """Whether a process died here on its way."""
    return journal.phase is not None or leftover.noted(journal.private) is not None


def settle_all(history: History, journal: Journal) -> list[Plan]:
    """Finish or undo what processes that died have left, and say so; what of it is on record now."""
    private = journal.private
    who = leftover.noted(private)
    if who is None and journal.phase is None:
        return []
    if journal.phase != "answer":
        leftover.wait_for_orphan(history.places, private)
    if who is not None:
        _unlock(history, private, who)
        leftover.forget(private)
    here = history.root
    done = []
    try:
        while (phase := journal.phase) is not None:
            plan = journal.read(phase)
            history.root = (history.top / plan.estate).resolve()
            if _settle(history, journal, plan, phase):
                done.append(plan)
    finally:
        history.root = here
    return done


def _settle(history: History, journal: Journal, plan: Plan, phase: str) -> bool:
    """Finish or undo one change, from any state a dead process can have left it in; whether it is on record."""
    root = history.root
    if phase == "answer":
        journal.end()
        caller().say(say("note: an interrupted command had recorded this: {what}", what=plan.subject))
        return True
    _unlock(history, journal.private, plan.who)
    undone = say("note: undid what an interrupted command had begun: {what}", what=plan.subject)
    if phase == "prepare":
        drop(root, journal, plan)
    elif phase == "undo":
        put_back(root, journal, plan, fresh=False)
    elif recorded(history, plan):
        history.unstage(plan.paths, journal.private)
        _finished(journal, plan)
        return True
    elif _can(root, journal, plan, "new"):
        try:
            _go_on_dead(history, journal, plan)
            return True
        except Busy:  # git itself has to be freed first; the journal waits
            raise
        except Refusal as refusal:
            put_back(root, journal, plan, fresh=False)
            undone = say("{undone} ({why})", undone=undone, why=refusal.reasons[0])
    elif _can(root, journal, plan, "old"):
        put_back(root, journal, plan, fresh=False)
    else:
        raise _strangers(root, journal, plan, phase)
    caller().say(undone)
    return False


def _go_on_dead(history: History, journal: Journal, plan: Plan) -> None:
    """Finish the change of a dead process. Raises Refusal where it is not on record then."""
    try:
        go_on(history, journal, plan)
    except Refusal:
        if not recorded(history, plan):
            raise
        history.unstage(plan.paths, journal.private)
    _finished(journal, plan)


def _finished(journal: Journal, plan: Plan) -> None:
    recorded = caller().recorded
    count = len(recorded)
    end(journal, plan)
    del recorded[count:]  # nothing that this command was asked for
    caller().unanswered = None
    journal.end()
    caller().say(say("note: finished what an interrupted command had begun: {what}", what=plan.subject))


def _unlock(history: History, private: Path, who: dict[str, object]) -> None:
    gone = leftover.clear(history.places, private, who)
    if gone:
        caller().say(
            say("note: took away the locks of a git that was killed: {files}", files=[Path(lock).name for lock in gone])
        )


def _can(root: Path, journal: Journal, plan: Plan, age: str) -> bool:
    """Whether every file of a plan can be made what it was ("old") or is to be ("new")."""
    for number, entry in enumerate(plan.files):
        now = digest(content_of(root / entry.path, root))
        if now not in (entry.old, entry.new):
            return False
        if age == "new" and now != entry.new and ready(root, journal, plan, number) is None:
            return False
        kept = journal.stage / str(number)
        if (
            age == "old"
            and now != entry.old
            and entry.old is not None
            and digest(content_of(kept, kept.parent)) != entry.old
        ):
            return False
    return True


def _strangers(root: Path, journal: Journal, plan: Plan, phase: str) -> Refusal:
    """Files that somebody else has changed since. What was to be written is kept out of their way."""
    for number, entry in enumerate(plan.files):
        place = plan.beside(root, entry)
        if place.exists():
            move(place, journal.stage / f"{number}.new")
    found = [e.path for e in plan.files if digest(content_of(root / e.path, root)) not in (e.old, e.new)]
    return strangers(found or [entry.path for entry in plan.files], journal, phase)
