"""The tests' own estate and their way to run commands on it."""

import contextlib
import gettext
import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

from propcli import cli
from propcli.output import language

ROOT = Path(cli.__file__).parent.parent  # the program under test, installed or not
REALDATA = Path(__file__).parent.parent.parent / "shared" / "data"
LOCALES = {"en": "C.UTF-8", "zh": "zh_CN.UTF-8"}
IDENTITY = {
    "GIT_AUTHOR_NAME": "Desk",
    "GIT_AUTHOR_EMAIL": "desk@example.invalid",
    "GIT_COMMITTER_NAME": "Desk",
    "GIT_COMMITTER_EMAIL": "desk@example.invalid",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}

STAFF = {
    "zhou.min": "id: zhou.min\nname: 周敏\nrole: desk\nteam: service\nskills: [fees, activity, staff_conduct, other]\n"
    "shifts:\n- days: [all]\n  hours: 09:30-17:50\n",
    "lin.yue": "id: lin.yue\nname: 林月\nrole: desk\nteam: service\nskills: [fees, other]\n"
    "shifts:\n- days: [all]\n  hours: 17:50-09:30\n",
    "zhang.wei": "id: zhang.wei\nname: 张伟\nrole: technician\nteam: engineering\n"
    "skills: [water, electricity, leak, elevator, facility]\nshifts:\n- days: [all]\n  hours: 00:00-24:00\n",
    "li.qiang": "id: li.qiang\nname: 李强\nrole: technician\nteam: engineering\n"
    "skills: [water, electricity, leak]\nshifts:\n- days: [all]\n  hours: 08:00-17:30\n",
    "wang.gang": "id: wang.gang\nname: 王刚\nrole: supervisor\nteam: engineering\n",
    "chen.jing": "id: chen.jing\nname: 陈静\nrole: manager\n",
    "zhao.lei": "id: zhao.lei\nname: 赵磊\nrole: guard\nteam: security\n"
    "skills: [security, noise, parking, fire_safety]\nshifts:\n- days: [all]\n  hours: 00:00-24:00\n",
}
SETTINGS = """\
format: 1
name: 测试苑
timezone: Asia/Shanghai
manager: chen.jing
desk: zhou.min
teams:
  engineering: {name: 工程部, supervisor: wang.gang}
  security: {name: 秩序部}
  cleaning: {name: 保洁部}
  greening: {name: 绿化部}
  service: {name: 客服部}
occupied_units: 200
"""


# Four homes and who belongs to them; 王丽 has two.
HOMES = {
    "units/3/3-2-0501.yaml": """\
id: 3-2-0501
status: owner_occupied
use: residential
area: 89.50
layout: 三室两厅
completed: 2025-04-30
handed_over: 2025-06-01
gas: false
people:
- {resident: R-00001, tie: owner, from: 2025-06-01}
- {resident: R-00004, tie: family, of: R-00001, from: 2025-06-01}
events:
- at: 2025-06-01T10:00:00+08:00
  by: zhou.min
  event: registered
  state: owner_occupied
  use: residential
  handed_over: 2025-06-01
  ties:
  - {resident: R-00001, tie: owner, from: 2025-06-01}
  - {resident: R-00004, tie: family, of: R-00001, from: 2025-06-01}
""",
    "units/3/3-2-0502.yaml": """\
id: 3-2-0502
status: let
use: residential
handed_over: 2023-06-01
gas: false
people:
- {resident: R-00002, tie: owner, from: 2023-06-01}
- {resident: R-00003, tie: tenant, from: 2026-03-01}
lease_until: 2027-02-28
events:
- at: 2023-06-01T10:00:00+08:00
  by: zhou.min
  event: registered
  state: vacant
  use: residential
  handed_over: 2023-06-01
  ties:
  - {resident: R-00002, tie: owner, from: 2023-06-01}
- at: 2026-03-01T10:00:00+08:00
  by: zhou.min
  event: let
  ties:
  - {resident: R-00003, tie: tenant}
  until: 2027-02-28
""",
    "units/3/3-2-0601.yaml": """\
id: 3-2-0601
status: vacant
use: residential
handed_over: 2026-10-01
people:
- {resident: R-00001, tie: owner, from: 2026-10-01}
events:
- at: 2026-10-01T10:00:00+08:00
  by: zhou.min
  event: registered
  state: vacant
  use: residential
  handed_over: 2026-10-01
  ties:
  - {resident: R-00001, tie: owner, from: 2026-10-01}
""",
    "units/1/1-1-0101.yaml": """\
id: 1-1-0101
status: unsold
use: residential
events:
- at: 2026-10-01T10:00:00+08:00
  by: zhou.min
  event: registered
  state: unsold
  use: residential
""",
    **{
        f"residents/{resident}.yaml": f"id: {resident}\nstatus: active\ntype: person\nname: {name}\n"
        f"phones: ['{phone}']\nevents:\n- {{at: '2025-06-01T10:00:00+08:00', by: zhou.min, event: registered}}\n"
        for resident, name, phone in (
            ("R-00001", "王丽", "13800138000"),
            ("R-00002", "陈大明", "13800138002"),
            ("R-00003", "李娜", "13800138003"),
            ("R-00004", "王小明", "13800138004"),
        )
    },
}


@dataclass(frozen=True)
class Result:
    """What a command did: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


class Desk:
    """An estate in a git repository of its own, and commands run on it as at the shell."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = "2026-10-14T10:00:00+08:00"  # a Wednesday
        self.language = "en"
        self.begun: list[subprocess.Popen[bytes]] = []  # processes started in the background, see process.begin

    def end(self) -> None:
        """Leave nothing of it running or open: a test that gave up waiting must not make the next one fail too."""
        for process in self.begun:
            process.kill()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
            process.wait()

    def run(self, *arguments: str, at: str | None = None, stdin: str = "", **environment: str) -> Result:
        """Run `propcli …` at a time ("10:30" is today's, see `now`), in this process, in the estate's folder."""
        if at is not None:
            self.now = at if len(at) > 8 else self.now[:11] + (at + ":00" if len(at) == 5 else at) + self.now[19:]
        out, err = io.StringIO(), io.StringIO()
        env = self.environment(**environment)
        folder = Path.cwd()
        old_stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
        with speaking("en"), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            os.environ.clear()
            os.environ.update(env)
            os.chdir(self.root)
            try:
                code = cli.run(list(arguments))
            finally:
                sys.stdin = old_stdin
                os.chdir(folder)
        return Result(code, out.getvalue(), err.getvalue())

    def environment(self, **more: str) -> dict[str, str]:
        """What a shell at this desk knows, and nothing of where the tests run."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root.parent),
            "LANG": LOCALES[self.language],
            "PROPCLI_NOW": self.now,
            **IDENTITY,
            **more,
        }

    def ok(self, *arguments: str, at: str | None = None, **environment: str) -> str:
        """Run a command that has to succeed; what it printed."""
        result = self.run(*arguments, at=at, **environment)
        assert result.code == 0, result.all
        return result.out

    def refused(self, *arguments: str, at: str | None = None, code: int = 2) -> str:
        """Run a command that has to be refused, leaving every file and the history as they were; what it said."""
        before = self.snapshot()
        result = self.run(*arguments, at=at)
        assert result.code == code, result.all
        assert self.snapshot() == before
        assert "Traceback" not in result.all
        return result.err

    def git(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={"PATH": os.environ["PATH"], "HOME": str(self.root.parent), "LC_ALL": "C.UTF-8", **IDENTITY},
            capture_output=True,
            text=True,
            check=False,
        )
        if check:
            assert done.returncode == 0, done.stderr
        return done.stdout

    def snapshot(self) -> tuple[str, str, dict[str, bytes]]:
        """HEAD, git status, and every file of the work tree."""
        head = self.git("rev-parse", "--verify", "--quiet", "HEAD", check=False)
        status = self.git("status", "--porcelain", check=False)
        files = {
            str(p.relative_to(self.root)): p.read_bytes()
            for p in sorted(self.root.rglob("*"))
            if p.is_file() and not p.is_symlink() and ".git" not in p.parts
        }
        return head, status, files

    def write(self, path: str, content: str | bytes) -> Path:
        """Put a file into the estate, as an editor would: nothing is committed."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def add(self, *arguments: str, at: str | None = None) -> str:
        """Take in a ticket (a water repair unless told otherwise); its id."""
        given = dict.fromkeys(a for a in arguments if a.startswith("--"))
        defaults = {
            "--kind": "repair",
            "--category": "water",
            "--unit": "3-2-0501",
            "--summary": "水管漏水",
            "--name": "王丽",
        }
        filled = [part for option, value in defaults.items() if option not in given for part in (option, value)]
        return self.ok("ticket", "add", *filled, *arguments, at=at).split()[0]


@contextlib.contextmanager
def speaking(name: str) -> Iterator[None]:
    """The program's words in a language for a while. Choosing one changes the environment and gettext's own domain, for
    typer's words: left so, the next program a test starts would speak it too."""
    before = dict(os.environ)
    language.use(name)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        language.use("en")
        gettext.textdomain("messages")


def interrupt(screen: "pexpect.spawn[str]") -> None:
    """Press Ctrl-C at a question until it is heard. Between printing a question and reading the answer python only
    notes it, and acts on the next key: whoever sits there presses again, and on a busy machine so do the tests."""
    for _ in range(6):
        screen.sendintr()
        if screen.expect(["interrupted", pexpect.TIMEOUT], timeout=10) == 0:
            return
    raise AssertionError("Ctrl-C is not heard")


@pytest.fixture(scope="session", autouse=True)
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A `propcli` first on PATH that is the program under test: a shell must find this one, wherever the tests run and
    whatever else is installed."""
    folder = tmp_path_factory.mktemp("bin")
    python, root = shlex.quote(sys.executable), shlex.quote(str(ROOT))
    (folder / "propcli").write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {python} -m propcli "$@"\n', encoding="utf-8")
    (folder / "propcli").chmod(0o755)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{folder}{os.pathsep}{before}"
    yield folder / "propcli"
    os.environ["PATH"] = before


@pytest.fixture(scope="session", autouse=True)
def interrupts() -> Iterator[None]:
    """Started in the background of a script, or by nohup, the tests ignore Ctrl-C, and whatever they start would too.

    Being ignored is inherited, a handler is not: with one that does nothing the tests go on ignoring it and a program
    they start is interrupted as one at a shell."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: None)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An estate with policy, calendar and staff, committed once and copied for each test."""
    root = tmp_path_factory.mktemp("template") / "estate"
    root.mkdir()
    desk = Desk(root)
    desk.git("init", "--quiet", "-b", "main")
    desk.ok("init", ".", "--name", "测试苑")
    desk.write("propcli.yaml", SETTINGS)
    for staff_id, content in STAFF.items():
        desk.write(f"staff/{staff_id}.yaml", content)
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "Staff")
    return root


@pytest.fixture
def desk(template: Path, tmp_path: Path) -> Iterator[Desk]:
    """A fresh estate: Wednesday 2026-10-14, 10:00."""
    root = tmp_path / "estate"
    shutil.copytree(template, root)
    desk = Desk(root)
    yield desk
    desk.end()


@pytest.fixture
def homes(desk: Desk) -> Desk:
    """The fresh estate with four homes (HOMES), committed."""
    for path, content in HOMES.items():
        desk.write(path, content)
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "Homes")
    return desk


@pytest.fixture
def realdata() -> Iterator[Callable[[str], Path]]:
    """Find a file of public data that is not part of the project."""

    def find(name: str) -> Path:
        path = REALDATA / name
        if not path.exists():
            pytest.skip(f"{name} is not here: these public data sets are not part of the project")
        return path

    yield find
