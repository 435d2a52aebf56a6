"""How the tests of parking speak with the program: spaces, passes and cars on record, and what is refused of them."""

import shlex
from collections.abc import Callable
from pathlib import Path

SPACE, OTHER = "B1-001", "B1-002"
CARD, NEXT_CARD = "A-2026-0001", "A-2026-0002"
STAY = "S-20261014-001"
CAR, SECOND = "粤B12345", "粤B54321"
SPELLINGS = [CAR, "粤b12345", "粤b·123 45", "粤Ｂ１２３４５"]
JOINED = [plate.replace(" ", "") for plate in SPELLINGS]  # where a space is between two
UNSEEN = {"PROPCLI_KEYS": "../no-keys"}
MAP = "system: old\ncolumns: {id: 车位, place: 位置, status: 状态, unit: 房号, until: 到期, fee: 月租, cars: 车牌}\n"


def do(desk, typed: str, at: str | None = None, **environment: str) -> str:
    return desk.ok(*shlex.split(typed), at=at, **environment)


def command(noun: str, record_id: str, step: str) -> str:
    """A step of a record as it is typed: `sell --unit 3-2-0501` of B1-001."""
    verb, _, options = step.partition(" ")
    return f"{noun} {verb} {record_id} {options}"


def refused(desk, typed: str, *said: str, at: str | None = None, code: int = 2) -> None:
    """A command is refused with these words, and leaves no trace."""
    error = desk.refused(*shlex.split(typed), at=at, code=code)
    for words in said:
        assert words in error


def wrong(desk) -> str:
    """What `validate` finds wrong; that it finds something."""
    result = desk.run("validate")
    assert result.code == 3, result.all
    return str(result.out)


def space(desk, step: str = "", space_id: str = SPACE, at: str | None = None) -> str:
    """A space on record, and perhaps a step of it; its id."""
    do(desk, f"parking add {space_id} --place 地库", at)
    if step:
        do(desk, command("parking", space_id, step))
    return space_id


def issue(desk, options: str = f"--type car --plate {CAR}", until: str = "2026-12-20", at: str | None = None) -> str:
    """A pass for 3-2-0501; its id."""
    return do(desk, f"access issue --unit 3-2-0501 --until {until} {options}", at).split()[0]


def table(desk, *rows: str) -> list[str]:
    """A table of spaces; the command that imports it."""
    desk.write("../spaces.csv", "\n".join(["车位,位置,状态,房号,到期,月租,车牌", *rows, ""]))
    desk.write("../map.yaml", MAP)
    return ["import", "parking", "../spaces.csv", "--map", "../map.yaml"]


def twin(desk, record_id: str, new_id: str, change: Callable[[str], str] = str) -> str:
    """A record written a second time by hand, under another id; its file."""
    (file,) = desk.root.rglob(f"{record_id}.yaml")
    path: Path = file.with_name(f"{new_id}.yaml").relative_to(desk.root)
    desk.write(str(path), change(file.read_text("utf-8").replace(record_id, new_id)))
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "By hand")
    return str(path)
