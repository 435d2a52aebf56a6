"""Every command with something going wrong at every moment: nothing is lost, nothing doubled, what was answered is
true, and nothing is left for a person to put right.

A sample in every run; all moments with `make prove`, which writes the table (`faults.txt`)."""

import shlex
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Desk

from .world import COUNT, FAULTS, KILL, Done, Player, compiled, flaws, playing

CARD = "11010519491231002X"
ADD = "ticket add --kind repair --category water --unit 3-2-0501 --name 王丽 --summary 灯不亮"
TICKET = "tickets/2026/10/T-20261014-001.yaml"


@dataclass(frozen=True)
class Command:
    """A command to be tried. `again`: what doing it twice comes to is no doubling (who looks twice has looked twice);
    `by_hand`: a ticket has been edited and not committed."""

    line: str
    again: bool = False
    by_hand: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(shlex.split(self.line))


COMMANDS = {
    "ticket add": Command(ADD),
    "ticket note": Command("ticket note 001 --text 已致电"),
    "ticket merge": Command("ticket merge 002 --into 001"),
    "note after a hand edit": Command("ticket note 001 --text 已致电", by_hand=True),
    "dispatch --apply": Command("dispatch --apply"),
    "dispatch --one-commit": Command("dispatch --apply --one-commit"),
    "ticket add --from": Command("ticket add --from ../in.yaml"),
    "resident add": Command("resident add --name 孙建平 --phone 13700003333"),
    "resident forget": Command("resident forget 00001 --reason 本人要求 --yes"),
    "edit": Command("edit 001"),
    "list --reveal": Command("ticket list --reveal", again=True),
}
SAMPLED = ("ticket add", "ticket merge", "resident forget")
State = tuple[dict[str, bytes], tuple[str, ...], tuple[str, ...]]


def by_hand(desk: Desk) -> None:
    file = desk.root / TICKET
    file.write_text(file.read_text("utf-8").replace("水管漏水", "厨房水管漏水"), "utf-8")


class World:
    """An estate with two tickets and a resident whose card is sealed, and copies of it to try things on."""

    def __init__(self, folder: Path, template: Path, player: Player) -> None:
        self.player = player
        self.prepared = folder / "prepared"
        self.below = folder / "below"
        shutil.copytree(template, self.prepared / "estate")
        shutil.rmtree(self.prepared / "estate" / ".git" / "hooks", ignore_errors=True)
        rows = "".join(
            f"- {{kind: repair, category: water, unit: 3-2-0501, caller: {{name: 王丽}}, summary: 漏水{number}}}\n"
            for number in range(3)
        )
        (self.prepared / "in.yaml").write_text("tickets:\n" + rows, "utf-8")
        desk = Desk(self.prepared / "estate")
        keys = str(self.prepared / "keys")
        desk.add("--summary", "水管漏水")
        desk.add("--summary", "还是漏水")
        desk.ok("resident", "add", "--name", "欧阳文", "--phone", "13700001111", "--id-card", CARD, PROPCLI_KEYS=keys)
        self.base = len(desk.git("log", "--format=%s").splitlines())

    def fresh(self, command: Command) -> Desk:
        place = self.below / "case"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.prepared, place)
        desk = Desk(place / "estate")
        if command.by_hand:
            by_hand(desk)
        return desk

    def run(self, desk: Desk, command: tuple[str, ...], how: int = COUNT, at: int = 0, out: str = "") -> Done:
        keys = str(desk.root.parent / "keys")
        done = self.player.run(
            desk,
            command,
            how,
            at,
            out,
            PROPCLI_KEYS=keys,
            EDITOR="sed -i 's/summary: 水管漏水/summary: 浴室水管漏水/'",
            TMPDIR=str(self.below.parent),
        )
        assert "Traceback" not in done.err, done.err
        return done

    def state(self, desk: Desk) -> State:
        """The files as they are, what has been recorded since the beginning, and the keys that are there."""
        names = desk.git("ls-files", "-z").split("\0")[:-1]
        files = {name: (desk.root / name).read_bytes() for name in names if (desk.root / name).exists()}
        subjects = desk.git("log", "--format=%s").splitlines()
        keys = tuple(sorted(key.name for key in (desk.root.parent / "keys").iterdir()))
        return files, tuple(subjects[: len(subjects) - self.base]), keys


@pytest.fixture(scope="module")
def world(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("faults")
    library = compiled(folder)
    if library is None:
        pytest.skip("there is no C compiler here (or no Linux): faults cannot be injected")
    with playing(folder, library) as player:
        yield World(folder, template, player)


@dataclass
class Whole:
    """A command without a fault: how many moments it has for each fault, and the states on its way."""

    moments: dict[str, int]
    before: State
    after: State


def whole(world: World, command: Command) -> Whole:
    moments = {}
    for name, fault in FAULTS.items():
        desk = world.fresh(command)
        before = world.state(desk)
        done = world.run(desk, command.arguments, fault)
        assert done.code == 0, done.err
        assert flaws(desk) == []
        moments[name] = done.count
    return Whole(moments, before, world.state(desk))


def check(world: World, command: Command, its: Whole, how: int, at: int) -> str:
    """One fault at one moment, and what has to hold after the next command; how it ended."""
    desk = world.fresh(command)
    done = world.run(desk, command.arguments, how, at)
    if not done.hit:
        assert world.state(desk) == its.after
        return "no fault"
    if how == KILL:
        assert done.code == -9
    told = {0: "recorded", -9: None}.get(done.code, "not recorded")
    staged = desk.git("diff", "--cached", "--name-only")
    assert told != "not recorded" or not staged or "on record" in done.err, (done, staged)
    if told == "not recorded" and not command.line.startswith("dispatch --apply"):
        assert ("nothing was recorded" in done.err) or done.code == 3, done
    # the next command: one that is refused for what it is, or the same once more
    again = at % 2 == 0
    refused = ("ticket", "close", "001")
    following = world.run(desk, command.arguments if again and told != "recorded" else refused)
    if again and command.line.startswith("dispatch --apply"):  # which has nothing to write where all is dispatched
        world.run(desk, refused)
    left = world.state(desk)
    wrong = [flaw for flaw in flaws(desk) if not (command.by_hand and left[1] == () and "not clean" in flaw)]
    assert not wrong, (done, following, wrong)
    if told == "recorded":
        assert left == its.after, ("lost", done, following)
        return "recorded, and so answered"
    if again:
        assert its.after in (left, _one_number_back(left)) or (command.again and left[:1] == its.after[:1]), (
            "lost or doubled",
            done,
            following,
            left[1],
        )
        return "killed or refused, right when typed again"
    if command.line.startswith("dispatch --apply"):
        assert left[1] == its.after[1][len(its.after[1]) - len(left[1]) :], (done, following, left[1])
    elif command.by_hand and left[1] != its.after[1]:
        assert left[1] in ((), its.after[1][1:]), (done, following, left[1])
    else:
        assert left in (its.before, its.after), ("neither old nor new", done, following, left[1])
    if told == "not recorded":
        assert left[1] != its.after[1] or "on record" in done.err, ("false answer", done, following)
        return "refused, and nothing recorded"
    return "killed; old, or finished by the next" if left == its.after else "killed; old"


def _one_number_back(state: State) -> State:
    """The state with the last ticket's number one less: a number that a commit had which came to nothing (git wrote it
    into its log and died) is not given again."""
    files, subjects, keys = state
    last, before = max((n for n in files if "/T-" in n), default=""), "T-20261014-003"
    new = last.rpartition("/")[2].removesuffix(".yaml")
    said = {n.replace(new, before): content.replace(new.encode(), before.encode()) for n, content in files.items()}
    return said if new else files, tuple(s.replace(new, before) if new else s for s in subjects), keys


def tried(world: World, name: str, fault: str, most: int | None) -> tuple[Counter[str], list[str]]:
    """A command with a fault at each of its moments, or `most` of them: how often it ended how, and what is wrong."""
    command = COMMANDS[name]
    its = whole(world, command)
    count = its.moments[fault]
    step = 1 if most is None else max(1, count // most)
    # the first moments differ from the later ones by turns: old or typed again
    ended: Counter[str] = Counter()
    wrong = []
    for at in range(1 + (step > 1), count + 1, step | 1):
        try:
            ended[check(world, command, its, FAULTS[fault], at)] += 1
        except AssertionError as error:
            wrong.append(f"{name}, {fault} at {at} of {count}: {error}")
    return ended, wrong


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", SAMPLED)
def test_a_sample_of_the_faults(world: World, name: str, fault: str) -> None:
    ended, wrong = tried(world, name, fault, most=5)
    assert ended and not wrong, "\n\n".join(wrong)


@pytest.mark.prove
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_fault_at_every_moment(world: World, name: str, fault: str) -> None:
    ended, wrong = tried(world, name, fault, most=None)
    with Path("faults.txt").open("a", encoding="utf-8") as table:
        for how, times in sorted(ended.items()):
            table.write(f"{name:24} {fault:12} {times:5}  {how}\n")
        for what in wrong:
            table.write(f"{name:24} {fault:12}     1  WRONG {' '.join(what.split())[:1500]}\n")
    assert not wrong, "\n\n".join(wrong[:5])


@pytest.mark.parametrize("name", ["ticket add", "ticket merge", "edit"])
def test_where_the_answer_cannot_be_printed_the_exit_code_says_that_it_is_recorded(world: World, name: str) -> None:
    command = COMMANDS[name]
    desk = world.fresh(command)
    done = world.run(desk, command.arguments, out="/dev/full")
    assert done.code == 0, done
    assert "on record" in done.err and "No space left" in done.err
    assert world.state(desk) == whole(world, command).after
