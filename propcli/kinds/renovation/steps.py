"""The steps of a renovation filing, from application to refund [N1-N13], with the commands that record them."""

from collections.abc import Mapping

from propcli.engine.lifecycle import Ask, Step, called, table
from propcli.kinds.renovation.words import ALL, BEFORE, OPEN, PERMITTED, RUNNING, SITE

_WORKERS_COME = OPEN - {"passed", "refunded"}
_ITEMS = Ask(
    metavar="TOUCHES=TEXT",
    help="A work item and what it touches. Several times.",
    needed=False,
    raw=True,
    several=True,
)
_WHICH = Ask(metavar="N", needed=False, raw=True)
_OF_ITEM = Ask(option="--item", metavar="N", help="Of this work item.", raw=True)
_PASSES = Ask(option="--pass", metavar="N|NAME", raw=True, several=True)
_OPTIONAL = Ask(needed=False)

# fmt: off
STEPS: Mapping[str, Step] = table(
    Step(
        "applied", frozenset(), "applied", ("terms",), ("text",), rule="N1", verb="apply",
        help="An owner, or a tenant with the owner's consent, applies [N1].", fills=("terms", "text"),
        extra={
            "item": _ITEMS, "own_work": Ask(help="There is no contractor."),
            "none_below": Ask(help="Nobody lives below: nobody has to sign."),
            "in_charge_id": Ask(
                metavar="NUMBER", help="That person's ID number, sealed; - asks for it unseen.", secret="ID card number"
            )
        }
    ),
    Step(
        "item_added", BEFORE, None, ("item", "text"), ("touches", "needs", "test"), rule="N2", verb="add-item",
        called="work item added",
        help="One more work item; what it touches decides on what it needs [N2, N3, N4].", asks={"item": _ITEMS},
        extra={"on_file": Ask(help="Keep on file that it was asked for and refused [N4].")},
        fills=("text", "touches", "needs", "test")
    ),
    Step(
        "item_dropped", BEFORE, None, ("item", "reason"), rule="N2", verb="drop-item", help="A work item is given up.",
        called="work item dropped", asks={"item": Ask(metavar="N", raw=True)}
    ),
    Step("item_refused", BEFORE, None, ("rule", "touches", "text"), rule="N4", called="work item refused"),
    Step(
        "papers_received", OPEN, None, ("papers",), ("item", "worker", "text"), rule="N1", verb="paper",
        help="Papers received, checked, or not in order [N1].",
        asks={
            "papers": Ask(
                option="--received", metavar="WHAT", help="Papers that are here: application, … or all.", needed=False,
                raw=True
            ),
            "item": _OF_ITEM, "worker": Ask(metavar="N|NAME", help="Of this worker.", raw=True)
        },
        extra={
            "checked": Ask(metavar="WHAT", help="Papers that are here, checked and in order.", several=True),
            "wrong": Ask(metavar="WHAT", help="Papers that are not in order, with --reason.", several=True),
            "reason": Ask(metavar="TEXT", help="What is not in order.")
        },
        fills=("text",)
    ),
    Step("papers_checked", OPEN, None, ("papers", "ok"), ("item", "worker", "reason", "text"), rule="N1"),
    Step(
        "approved", frozenset({"applied"}), "approved", takes=("text",), rule="N1", verb="review --approve",
        help="Approve it, return it with reasons, or refuse it.",
        extra={
            "approve": Ask(help="Everything is in order."),
            "return_": Ask(option="--return", help="Back to the applicant, with --reason."),
            "refuse": Ask(help="For good, with --reason."),
            "refund": Ask(metavar="YUAN", help="The deposit that goes back, if it was paid."),
            "reason": Ask(metavar="TEXT", help="Why.")
        }
    ),
    Step("returned", frozenset({"applied", "approved"}), "returned", ("reason",), rule="N1", verb="review --return"),
    Step(
        "resubmitted", frozenset({"returned"}), "applied", takes=("terms", "text"), rule="N1", verb="resubmit",
        help="What was returned is here again.", fills=("terms",)
    ),
    Step("refused", BEFORE, "refused", ("reason",), ("rule", "amount"), rule="N2", verb="review --refuse"),
    Step(
        "signed", frozenset({"approved"}), None, ("copies",), ("who", "text"), rule="N5", verb="sign",
        called="agreement signed", help="Copies of the agreement signed: contractor, owner, centre [N5].",
        asks={
            "copies": Ask(metavar="WHOSE", help="contractor, owner, centre or all.", raw=True),
            "who": Ask(help="Who signed.")
        }
    ),
    Step(
        "paid", RUNNING | {"approved"}, None, ("payment", "amount"), ("receipt", "who", "text"), rule="N6", verb="pay",
        help="Deposit and rubbish-removal fee paid [N6].",
        asks={
            "payment": Ask(
                option="--paid", metavar="WHAT=YUAN", help="deposit=2000, rubbish_fee=300. Several times.", raw=True,
                several=True
            ),
            "receipt": Ask(metavar="NUMBER"), "who": Ask(help="Who paid.")
        },
        fills=("amount",)
    ),
    Step(
        "permitted", frozenset({"approved"}), "working", ("start", "until"), ("text",), rule="N9", verb="permit",
        called="permit issued", help="The permit: works may begin, for at most the term [N7, N9].",
        asks={
            "start": Ask(option="--from", needed=False),
            "until": Ask(help="The last day; else the longest term.", needed=False)
        },
        extra={
            "certificate": Ask(metavar="COPY", help="Copies given out now: passes, door, owner or all.", several=True),
            "told": Ask(metavar="TEAM", help="Teams told now: engineering, security or all.", several=True)
        }
    ),
    Step(
        "certified", PERMITTED, None, ("copies",), ("text",), rule="N7", verb="certificate",
        called="certificate given out", help="Copies of the certificate given out: passes, door, owner [N7].",
        asks={"copies": Ask(metavar="COPY", help="passes, door, owner or all.", raw=True)}
    ),
    Step(
        "told", PERMITTED, None, ("teams",), ("text",), rule="N10", verb="told", called="teams told",
        help="Maintenance and security were told of the permit [N10].",
        asks={"teams": Ask(help="engineering, security or all.", raw=True)}
    ),
    Step(
        "worker_added", _WORKERS_COME, None, ("worker",), ("name", "trade", "phone", "sealed", "text"), rule="N8",
        verb="worker add", help="A worker, with name, trade and papers.", asks={"name": Ask(needed=True)},
        extra={
            "id_card": Ask(
                metavar="NUMBER", help="The worker's ID number, sealed; - asks for it unseen.", secret="ID card number"
            ),
            "checked": Ask(metavar="WHAT", help="Papers seen and in order: id_card, photo or all.", several=True)
        },
        fills=("worker", "sealed")
    ),
    Step(
        "worker_dropped", _WORKERS_COME, None, ("worker",), ("text",), rule="N8", verb="worker drop",
        help="A worker who does not come, or no longer; without a pass.",
        asks={"worker": Ask(metavar="N|NAME", raw=True)}
    ),
    Step(
        "pass_issued", SITE, None, ("card", "worker", "until"), ("text",), rule="N8", verb="pass issue",
        help="A pass for a named worker.",
        asks={
            "worker": Ask(metavar="N|NAME", help="For which worker; or all without one.", raw=True, several=True),
            "until": _OPTIONAL
        },
        fills=("card",)
    ),
    Step(
        "pass_renewed", RUNNING, None, ("card", "until"), ("text",), rule="N9", verb="pass renew",
        help="The extension is written on passes [N9].", asks={"card": _PASSES, "until": _OPTIONAL}
    ),
    Step(
        "pass_returned", PERMITTED, None, ("card",), ("text",), rule="N8", verb="pass return", help="Passes are back.",
        asks={"card": _PASSES}
    ),
    Step(
        "pass_lost", PERMITTED, None, ("card",), ("text",), rule="N8", verb="pass lost",
        help="A pass is lost and good no longer.", asks={"card": _PASSES}
    ),
    Step(
        "inspected", RUNNING, None, ("ok",), ("finding", "text"), rule="N10", verb="inspect",
        help="The site was inspected [N10].", asks={"ok": Ask(option="--ok", needed=False)}
    ),
    Step(
        "violated", RUNNING, None, ("violation", "text", "stop", "rectify_by"), ("item",), rule="N10", verb="violation",
        called="violation found", help="A violation: stopped or not, to be put right by a day, perhaps charged [N10].",
        asks={"stop": Ask(option="--stop", needed=False), "item": _OF_ITEM},
        extra={"charge": Ask(metavar="YUAN", help="What is taken from the deposit for it.")}, fills=("violation",)
    ),
    Step(
        "rectified", PERMITTED, None, ("violation",), ("text",), rule="N10", verb="rectified",
        called="violation put right", help="A violation was put right [N10].", asks={"violation": _WHICH}
    ),
    Step(
        "charged", PERMITTED, None, ("violation", "amount", "reason"), rule="N10", verb="charge",
        called="charged against the deposit", help="Something for a violation is taken from the deposit [N10].",
        asks={"violation": _WHICH, "amount": Ask(help="What is taken from the deposit.")}
    ),
    Step(
        "extended", SITE, None, ("until", "reason"), rule="N9", verb="extend",
        help="The permit goes on for at most the extension [N9].",
        asks={"until": Ask(help="The last day from now on.")},
        extra={"passes": Ask(metavar="N", help="Passes it is written on now, by number; or all.", several=True)}
    ),
    Step(
        "warned", SITE, None, takes=("card", "who", "how", "text"), rule="N9", verb="warn",
        called="told that the term ends", help="The owner was told that the permit, or a pass, is about to end [N9].",
        asks={
            "card": Ask(
                option="--pass", metavar="N", help="Only of this pass; else of the permit and its passes.", raw=True
            ),
            "who": Ask(help="Who was told."), "how": Ask(metavar="CHANNEL")
        }
    ),
    Step(
        "test_began", SITE, None, ("item",), ("text",), rule="N3", verb="water-test --begin", called="water test began"
    ),
    Step(
        "tested", SITE, None, ("item", "started", "tight"), ("who", "text"), rule="N3", verb="water-test",
        called="water test", help="Water is let in, or has stood long enough and was looked at [N3].",
        asks={
            "item": Ask(metavar="N", help="Which work item, where several need a test.", needed=False, raw=True),
            "started": Ask(option="--since", needed=False), "tight": Ask(option="--tight", needed=False),
            "who": Ask(help="Who of below looked with us.")
        },
        extra={"begin": Ask(help="Water is let in now."), "leaking": Ask(help="It has stood, and it leaks.")}
    ),
    Step(
        "completed", SITE, "completed", takes=("who", "text"), rule="N11", verb="complete",
        called="completion applied for",
        help="The owner applies for the check: the works are done [N11].", asks={"who": Ask(help="Who applies for it.")}
    ),
    Step(
        "works_checked",
        frozenset({"completed"}),
        "passed",  # or back to work, where it is not
        ("passed",),
        ("finding", "rectify_by", "until", "on", "refund_from", "text"),
        rule="N11",
        verb="check-works", called="works checked",
        help="The site was checked against the plans [N11].",
        asks={
            "passed": Ask(option="--passed", needed=False),
            "finding": Ask(help="What is to be put right."),
            "on": Ask(option="--lived-in-since"),
        },
        extra={"then": Ask(metavar="STATE", help="The unit's state afterwards; as before the works unless said.")},
        fills=("until", "refund_from"),
    ),
    Step(
        "occupied", PERMITTED, None, ("on",), ("refund_from", "text"), rule="N12", verb="lived-in", called="lived in",
        help="Since when the home is lived in; the refund counts from there [N12].",
        asks={"on": Ask(option="--since", help="The first day.")}, fills=("refund_from",)
    ),
    Step(
        "neighbour_signed", frozenset({"passed"}), None, ("unit", "who", "tight"), ("text",), rule="N12",
        verb="neighbour-sign", help="The unit below signed that nothing leaks [N12].", called="unit below signed",
        asks={"unit": Ask(metavar="UNIT", needed=False)}, extra={"leaks": Ask(help="They say that it leaks.")},
        fills=("tight",)
    ),
    Step(
        "refunded", frozenset({"passed"}), "refunded", ("amount",), ("shown", "who", "receipt", "text"), rule="N12",
        verb="refund", help="The deposit goes back, whole or what is left of it [N12].", called="deposit refunded",
        asks={
            "shown": Ask(metavar="WHAT", needed=True, raw=True),
            "amount": Ask(help="What goes back; else everything that is held.", needed=False),
            "who": Ask(help="Who received it."),
            "receipt": Ask(metavar="NUMBER", help="The number of the receipt for it.")
        }
    ),
    Step(
        "closed", frozenset({"refunded"}), "closed", takes=("text",), rule="N13", verb="close",
        help="Everything is done; the file goes on the shelf [N13]."
    ),
    Step(
        "cancelled", BEFORE | {"approved"}, "cancelled", ("reason",), ("amount",), rule="N6", verb="cancel",
        help="It is withdrawn before works began.", asks={"amount": Ask(option="--refund")}
    ),
    Step("noted", ALL, None, ("text",), verb="note", help="Write something down."),
    Step("imported", frozenset(), "applied", (), ("terms", "text"), "import"),
    Step(
        "permit_imported", frozenset({"applied"}), "working", ("start",), ("until", "text"), "import",
        called="permit taken over"
    ),
    Step(
        "settled", frozenset({"applied", "working"}), "closed", (), ("text",), "import",
        called="settled before it came here"
    ),
)
# fmt: on
FILING_EVENT = called("filing event", STEPS)
