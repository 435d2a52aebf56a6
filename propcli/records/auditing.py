"""The whole of a history verified: from the last point that was verified, against anchors kept elsewhere, with the
signatures that the estate demands, and what makes git tell another past than the one that is there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from propcli.engine.text import Text, say
from propcli.records.claims import claim
from propcli.records.standing import Finding
from propcli.records.verifying import Ledger, Verifier
from propcli.store.anchors import Anchor
from propcli.store.past import Deed, Past, Spoilt

NAMED = 50  # lost commits named one by one
GOOD = "G"


@dataclass(slots=True)
class Outcome:
    """`looked`: how many commits were looked at this time, of all that were `checked` so far; `looks`: how many of
    those put a look at personal data on record."""

    head: str
    branch: str
    findings: list[Finding] = field(default_factory=list)
    checked: int = 0
    looked: int = 0
    looks: int = 0

    @property
    def alarms(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.alarm]


@dataclass(frozen=True, slots=True)
class Asked:
    """`now`: the real time; `clock`: whether events are dated by it (not so in a rehearsal); `signatures`: demanded of
    every commit, whatever the settings say; `mark`: what an earlier verification left, as it was written; `judged`:
    what is to be said of a change of rules."""

    now: datetime
    clock: bool = True
    signatures: bool = False
    anchors: Sequence[Anchor] = ()
    mark: dict[str, Any] | None = None
    judged: Callable[[Finding], Text] = attrgetter("what")


def audit(past: Past, asked: Asked) -> tuple[Outcome, dict[str, Any] | None]:
    """Everything there is to say of the history up to HEAD, and the mark to go on from next time (None: do not)."""
    outcome = Outcome(past.head(), past.branch())
    if not outcome.head:
        outcome.findings += _anchors(past, outcome, asked)
        return outcome, None
    outcome.findings += _led_astray(past, asked.now)
    lost, since, ledger, earlier = _resumed(past, outcome, asked)
    verifier = Verifier(past.blob, asked.now, ledger, asked.clock)
    found: list[Finding] = []
    demanded: list[Deed] = []
    whole = True
    try:
        for deed in past.deeds(past.ids(outcome.head, [since] if since else [])):
            before = ledger.signed
            found += verifier.look(deed)
            outcome.looked += 1
            if before or ledger.signed or asked.signatures:
                demanded.append(deed)
    except Spoilt as error:
        whole = False
        outcome.findings.append(Finding("object_spoilt", error.id, asked.now, "", error.reasons[0], True))
    found = [replace(one, what=asked.judged(one)) if any(one.rules) else one for one in found]
    found = [*earlier, *found, *_signatures(past, demanded)]
    outcome.checked, outcome.looks = ledger.checked, ledger.looks
    every = [*outcome.findings, *lost, *found, *_anchors(past, outcome, asked)]
    outcome.findings = [*{(f.code, f.commit, f.record, str(f.what)): f for f in every}.values()]
    mark = {
        "branch": outcome.branch,
        "head": outcome.head,
        "how": [asked.clock, asked.signatures],
        "ledger": {name: sorted(v) if isinstance(v, set) else v for name, v in asdict(ledger).items()},
        "findings": [written(finding) for finding in found],
    }
    return outcome, mark if whole and not lost else None


def _resumed(past: Past, outcome: Outcome, asked: Asked) -> tuple[list[Finding], str, Ledger, list[Finding]]:
    """What was lost since the last time, the commit to go on from ('': the beginning), and what was known there."""
    mark = asked.mark
    if mark is None or mark.get("branch") != outcome.branch or mark.get("how") != [asked.clock, asked.signatures]:
        return [], "", Ledger(), []
    try:
        head = str(mark["head"])
        values: dict[str, Any] = {n: set(v) if isinstance(v, list) else v for n, v in mark["ledger"].items()}
        ledger, earlier = Ledger(**values), [read(one) for one in mark["findings"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        return [], "", Ledger(), []
    if past.id(head) and past.leads_to(head, outcome.head):
        return [], head, ledger, earlier
    what = say("was verified here before and is not in this history any more: it was rewritten")
    lost = [Finding("rewritten_since", head, asked.now, "", what, True), *_gone(past, head, outcome.head)]
    return lost, "", Ledger(), []


def _led_astray(past: Past, now: datetime) -> Iterator[Finding]:
    """What makes git show another past than the one that is there, and what of it is not here."""
    for id in past.replaced():
        yield Finding("replaced", id, now, "", say("git shows another in its place (refs/replace)"), True)
    for id in past.grafts():
        yield Finding("grafted", id, now, "", say("is said to have other parents (.git/info/grafts)"), True)
    hidden = past.hidden()
    for id in hidden:
        yield Finding(
            "history_hidden", id, now, "", say("what was before is hidden (.git/shallow), yet it is here"), True
        )
    for id in (id for id in past.cut() if id not in hidden):
        yield Finding(
            "told_cut", id, now, "", say("the history begins here: what was before is not in this clone"), False
        )


def _signatures(past: Past, deeds: Sequence[Deed]) -> Iterator[Finding]:
    """What is wrong with the signatures of commits that have to be signed."""
    for deed in deeds:
        if not deed.signed:
            yield Finding("unsigned", deed.id, deed.author.at, "", say("is not signed"), True)
    signed = {deed.id: deed for deed in deeds if deed.signed}
    for id, (good, signer) in past.signatures([*signed]).items():
        deed = signed[id]
        if good != GOOD:
            yield Finding("badly_signed", id, deed.author.at, "", SIGNED.get(good, SIGNED["E"]), True)
        elif "@" in signer and deed.committer.email not in signer:
            what = say("made by {author}, but signed by {signer}", author=deed.author.who, signer=signer)
            yield Finding("signer_other", id, deed.author.at, "", what, True)


SIGNED = {
    "B": say("its signature is wrong"),
    "U": say("is signed with a key that is not known here"),
    "X": say("its signature has run out"),
    "Y": say("is signed with a key that had run out"),
    "R": say("is signed with a key that was revoked"),
    "E": say("its signature cannot be checked here"),
}


# --- anchors


def _anchors(past: Past, outcome: Outcome, asked: Asked) -> Iterator[Finding]:
    for anchor in asked.anchors:
        if anchor.forged is not None:
            yield Finding("anchor_forged", anchor.head, asked.now, "", anchor.forged, True)
        if past.id(anchor.head):
            if outcome.head and past.leads_to(anchor.head, outcome.head):
                continue
            what = say("anchored {at} and not in this history: it was rewritten", at=anchor.at or "")
            yield Finding("anchor_lost", anchor.head, asked.now, "", what, True)
            yield from _gone(past, anchor.head, outcome.head)
            continue
        yield Finding("anchor_lost", anchor.head, asked.now, "", _missing(anchor, outcome), True)


def _missing(anchor: Anchor, outcome: Outcome) -> Text:
    """What can be said where even the commit that was anchored is not here."""
    if anchor.commits is None:
        return say("anchored, and git does not have it: the history was rewritten")
    return say(
        "anchored {at} with {commits} commits, {looks} of them looks at personal data, and git does not have it; "
        "here there are {now} and {seen}",
        at=anchor.at or "",
        commits=anchor.commits,
        looks=anchor.looks,
        now=outcome.checked,
        seen=outcome.looks,
    )


def _gone(past: Past, old: str, head: str) -> Iterator[Finding]:
    """The commits that were there up to one and are not up to another, each by what it was."""
    if not past.id(old):
        return
    ids = past.ids(old, [head] if head else [])
    for deed in past.deeds(ids[:NAMED]):
        said = claim(deed.message)
        record = ", ".join(said.records)
        if said.nature == "revealed":
            what, code = (
                say("a look at personal data is gone from the history: {subject}", subject=deed.subject),
                "look_gone",
            )
        else:
            what, code = say("gone from the history: {subject}", subject=deed.subject), "commit_gone"
        yield Finding(code, deed.id, deed.author.at, record, what, True)
    if len(ids) > NAMED:
        what = say("and {n} more commits are gone", n=len(ids) - NAMED)
        yield Finding("commit_gone", ids[NAMED], deed.author.at, "", what, True)


# --- what is kept for next time


def written(finding: Finding) -> dict[str, Any]:
    """A finding as json can hold it."""
    return {**asdict(finding), "at": finding.at.isoformat(), "what": _put(finding.what)}


def read(kept: dict[str, Any]) -> Finding:
    """A finding as it was written."""
    return Finding(
        **{**kept, "at": datetime.fromisoformat(kept["at"]), "what": _take(kept["what"]), "rules": tuple(kept["rules"])}
    )


def _put(value: Any) -> Any:
    if isinstance(value, Text):
        return {
            "text": value.pattern,
            "values": {n: _put(v) for n, v in value.values.items()},
            "context": value.context,
        }
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, list | tuple):
        return [_put(one) for one in value]
    return value if isinstance(value, int) else str(value)


def _take(value: Any) -> Any:
    if isinstance(value, dict):
        if "time" in value:
            return datetime.fromisoformat(value["time"])
        return Text(value["text"], {n: _take(v) for n, v in value["values"].items()}, value["context"])
    return [_take(one) for one in value] if isinstance(value, list) else value


def latest(findings: Iterable[Finding], since: datetime | None) -> list[Finding]:
    """The findings about commits made since a time."""
    return [finding for finding in findings if since is None or finding.at >= since]
