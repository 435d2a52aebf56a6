"""The steps of a renovation filing while works go on: workers and their passes [N8], inspections and violations [N10],
extensions [N9], water tests [N3]. Each function is called before the step it is named for, with what was typed."""

from datetime import datetime
from decimal import Decimal

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RENOVATION
from propcli.kinds.renovation.apply import identity_number
from propcli.kinds.renovation.file import File
from propcli.kinds.renovation.filings import names_of, number_after, plain_number, workers_meant
from propcli.kinds.renovation.model import Renovation, RenovationEvent
from propcli.kinds.renovation.words import FILING_PAPER, known, yuan
from propcli.records.changing import Change, Fields, Taken
from propcli.records.choosing import EVERY, chosen, money, parts
from propcli.records.hidden import concealed
from propcli.store.sealing import Keys


def worker_added(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    """A worker, perhaps with papers that are in order; what the estate seals of the name stands sealed in the event."""
    its, number = File.of(filing), number_after(File.of(filing).workers_given)
    papers = chosen(FILING_PAPER, its.terms.worker_papers, fields.pop("checked", None), "--checked")
    if (id_card := fields.pop("id_card", None)) is not None:
        fields["identity"] = identity_number(id_card, "--id-card")
    change.notes.append(say("  worker {n}: {name}", n=number, name=fields["name"]))
    given = concealed(RenovationEvent, fields, change.recorder, change.here.keys, filing.key)
    key = given.pop("key", None)
    if key not in (None, filing.key):
        change.recorder.step(RENOVATION, filing.id, [], {"key": key})
    found: list[Taken] = [("worker_added", {"worker": number, **given})]
    if papers:
        found.append(("papers_received", {"papers": papers, "worker": number}))
        found.append(("papers_checked", {"papers": papers, "worker": number, "ok": True}))
    return found


def worker_dropped(change: Change, filing: Renovation, fields: Fields) -> None:
    [fields["worker"]] = workers_meant(filing, [fields["worker"]], change.here.keys)


def pass_issued(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    """A pass for each worker named, by default for as long as the permit."""
    its, keys = File.of(filing), change.here.keys
    until = fields.setdefault("until", its.until or change.here.today)  # no permit: told with the step itself
    found: list[Taken] = []
    for card, worker in enumerate(_workers(filing, its, fields["worker"], keys), int(number_after(its.cards))):
        found.append(("pass_issued", {**fields, "card": str(card), "worker": worker}))
        who = names_of(filing, keys).get(worker)
        named = Text("{n} {name}", {"n": worker, "name": who}) if who else worker
        change.notes.append(say("  pass {card} for worker {n}, until {until}", card=card, n=named, until=until))
    return found


def _workers(filing: Renovation, its: File, typed: list[str], keys: Keys) -> list[str]:
    """The workers named by number or name; `all` are those without a pass."""
    named = parts(typed)
    found = [n for n, worker in its.workers.items() if worker.card is None] if {*named} & {*EVERY} else []
    found += [n for n in workers_meant(filing, (p for p in named if p not in EVERY), keys) if n not in found]
    if not found:
        raise Refusal(say("every worker has a pass") if its.workers else say("no worker is on file"))
    return found


def _cards(filing: Renovation, typed: list[str], keys: Keys) -> list[str]:
    """Passes named by number or by the worker; `all` are those that are out. Whether they may is said by the filing's
    life."""
    its = File.of(filing)
    found: dict[str, None] = {}
    for part in parts(typed):
        if part in EVERY:
            found.update(dict.fromkeys(n for n, card in its.cards.items() if card.state == "out"))
        elif part.isdigit():
            found[plain_number(part)] = None
        else:
            [worker] = workers_meant(filing, [part], keys)
            card = its.workers[worker].card
            if card is None:
                raise Refusal(say("--pass: {value} has none", value=part))
            found[card] = None
    if not found:
        raise Refusal(say("no pass is out"))
    return list(found)


def _each_pass(change: Change, filing: Renovation, step: str, fields: Fields) -> list[Taken]:
    cards = _cards(filing, fields["card"], change.here.keys)
    return [(step, {**fields, "card": card}) for card in cards]


def pass_renewed(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    return _each_pass(change, filing, "pass_renewed", {"until": File.of(filing).until, **fields})


def pass_returned(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    return _each_pass(change, filing, "pass_returned", fields)


def pass_lost(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    return _each_pass(change, filing, "pass_lost", fields)


def inspected(_change: Change, _filing: Renovation, fields: Fields) -> None:
    fields.setdefault("ok", False)
    if fields["ok"] == ("finding" in fields):
        raise Refusal(say("give either {one} or {other}", one="--ok", other="--finding TEXT"))


def violated(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    """A violation with the next number, perhaps charged at once."""
    its, text = File.of(filing), fields["text"]
    number, amount = number_after(its.violations), money(fields.pop("charge", None), "--charge")
    if "item" in fields:
        fields["item"] = plain_number(fields["item"])
    found: list[Taken] = [("violated", {"stop": False, **fields, "violation": number})]
    if amount is not None:
        change.notes.append(_said_of_charge(its, number, text, amount))
        found.append(("charged", {"violation": number, "amount": amount, "reason": text}))
    return found


def _said_of_charge(its: File, violation: str, text: str, amount: Decimal) -> Text:
    """What is taken for which violation, and what is left of the deposit."""
    values = {"n": violation, "text": text, "amount": yuan(amount), "held": yuan(its.held - amount)}
    return say("  violation {n} {text}: {amount} yuan, {held} left", **values)


def _which(its: File, typed: str | None, open_only: bool) -> str:
    """The violation meant: the one named, or the only one (not put right)."""
    if typed is not None:
        return plain_number(typed)
    possible = [n for n, v in its.violations.items() if not open_only or v.rectified is None]
    if len(possible) == 1:
        return possible[0]
    if not possible:
        raise Refusal(say("there is no violation [N10]"), hint=say("what a check found is put right before complete"))
    raise Refusal(say("say which violation"), hint=say("give --violation; known: {ids}", ids=", ".join(possible)))


def rectified(_change: Change, filing: Renovation, fields: Fields) -> None:
    fields["violation"] = _which(File.of(filing), fields.get("violation"), True)


def charged(change: Change, filing: Renovation, fields: Fields) -> None:
    its = File.of(filing)
    which = fields["violation"] = _which(its, fields.get("violation"), False)
    if which in its.violations:
        change.notes.append(_said_of_charge(its, which, its.violations[which].text, fields["amount"]))


def extended(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    """The permit goes on, and with it the passes it is written on now [N9]."""
    its, until, cards = File.of(filing), fields["until"], fields.pop("passes", None)
    renewed = _cards(filing, cards, change.here.keys) if cards else []
    left = [n for n, card in its.cards.items() if card.state == "out" and n not in renewed]
    if its.until is not None and its.until < change.here.today:
        change.notes.append(say("  the permit had ended on {day}", day=its.until))
    change.notes.append(say("  permit until {day}", day=until))
    if left:
        change.notes.append(say("  not written on passes yet: {cards} (pass renew)", cards=left))
    return [("extended", fields), *(("pass_renewed", {"card": n, "until": until}) for n in renewed)]


def warned(_change: Change, _filing: Renovation, fields: Fields) -> None:
    if "card" in fields:
        fields["card"] = plain_number(fields["card"])


def tested(_change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    """A water test is begun, or looked at once water has stood long enough [N3]."""
    if sum(bool(fields.get(name)) for name in ("begin", "tight", "leaking")) != 1:
        raise Refusal(say("give one of --begin, --tight and --leaking"))
    its = File.of(filing)
    item = _tested_item(its, fields.get("item"))
    if fields.get("begin"):
        return [("test_began", {"item": item, "text": fields.get("text")})]
    fields.pop("leaking", None)
    started = _started(its, item, fields.get("started"))
    return [("tested", {"tight": False, **fields, "item": item, "started": started})]


def _tested_item(its: File, typed: str | None) -> str:
    """The item named, or the only one that needs a water test."""
    if typed is not None:
        return plain_number(typed)
    items = [n for n, works in its.works.items() if works.test]
    if len(items) != 1:
        raise Refusal(say("the option {option} is missing", option="--item"), hint=known(items or its.works))
    return items[0]


def _started(its: File, item: str, typed: datetime | None) -> datetime:
    """Since when water has stood: as recorded, or as said."""
    works = its.works.get(item)
    begun = works.testing if works is not None else None
    if begun is not None and typed is not None and typed != begun:
        raise Refusal(say("--since: water stands there since {at}", at=begun), hint=say("leave it out"))
    started = begun or typed
    if started is None:
        raise Refusal(
            say("since when water has stood is not on record [N3]"), hint=say("record --begin first, or give --since")
        )
    return started
