"""A record of each kind as commands would write it, for tests that hold every kind to the same promises."""

from typing import Any

from propcli.kinds.catalog import KINDS

AT = "2026-10-13T09:00:00+08:00"


def begun(event: str, **fields: Any) -> list[dict[str, Any]]:
    return [{"at": AT, "by": "zhou.min", "event": event, **fields}]


# kind: a record just begun. Names, phones and plates in it are in no other record of the tests' estate.
SAMPLES: dict[str, dict[str, Any]] = {
    "ticket": {
        "id": "T-20261013-001",
        "kind": "repair",
        "category": "water",
        "urgency": "normal",
        "status": "waiting",
        "channel": "phone",
        "reported": AT,
        "unit": "3-2-0501",
        "summary": "水管漏水",
        "caller": {"name": "欧阳建国", "phone": "13912345678"},
        "acceptor": "zhou.min",
        "events": begun("accepted"),
    },
    "unit": {
        "id": "3-2-0701",
        "status": "vacant",
        "use": "residential",
        "people": [{"resident": "R-00001", "tie": "owner"}],
        "events": begun(
            "registered", state="vacant", use="residential", ties=[{"resident": "R-00001", "tie": "owner"}]
        ),
    },
    "resident": {
        "id": "R-00007",
        "status": "active",
        "type": "person",
        "name": "欧阳建国",
        "phones": ["13912345678"],
        "plates": ["粤B98765"],
        "events": begun("registered"),
    },
    "pass": {
        "id": "P-20261013-001",
        "status": "issued",
        "unit": "3-2-0501",
        "resident": "R-00001",
        "items": "冰箱1台",
        "carrier": "欧阳建国",
        "plate": "粤B98765",
        "until": "2026-10-20T23:59:59+08:00",
        "events": begun("issued", until="2026-10-20T23:59:59+08:00"),
    },
    "visitor": {
        "id": "V-20261013-001",
        "status": "inside",
        "unit": "3-2-0501",
        "name": "欧阳建国",
        "phone": "13912345678",
        "plate": "粤B98765",
        "until": "2026-10-20T23:59:59+08:00",
        "events": begun("entered"),
    },
    "renovation": {
        "id": "N-2026-0001",
        "status": "working",
        "unit": "3-2-0501",
        "works": "厨房翻新",
        "resident": "R-00001",
        "contractor": "安居装饰",
        "in_charge": "欧阳建国",
        "phone": "13912345678",
        "start": "2026-10-01",
        "source": {"system": "legacy", "id": "7"},
        "events": [
            *begun("imported", terms={"papers": ["application"]}),
            *begun("permit_imported", start="2026-10-01"),
        ],
    },
    "staff": {
        "id": "sun.hao",
        "name": "孙浩",
        "status": "working",
        "role": "technician",
        "team": "engineering",
        "skills": ["water"],
        "events": begun("joined", role="technician", team="engineering", skills=["water"]),
    },
    "parking": {
        "id": "B1-012",
        "status": "let",
        "place": "地库B1层A区",
        "unit": "3-2-0501",
        "until": "2026-12-31",
        "fee": 300,
        "cars": ["粤B98765"],
        "events": [*begun("registered"), *begun("let", unit="3-2-0501", until="2026-12-31", fee=300)],
    },
    "access": {
        "id": "A-2026-0001",
        "status": "valid",
        "type": "help",
        "unit": "3-2-0501",
        "name": "欧阳建国",
        "plate": "粤B98765",
        "until": "2026-12-31",
        "events": begun("issued", until="2026-12-31"),
    },
    "stay": {
        "id": "S-20261013-001",
        "status": "inside",
        "plate": "粤B98765",
        "unit": "3-2-0501",
        "purpose": "送货",
        "events": begun("entered"),
    },
}


def sample(kind: str) -> Any:
    """The sample of a kind as its model."""
    return KINDS[kind].model.model_validate(SAMPLES[kind])
