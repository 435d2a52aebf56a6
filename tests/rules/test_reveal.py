"""Whoever sees personal data in full is on record, and lists mask it [T12]."""

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import HOMES, Desk
from hypothesis import example, given
from hypothesis import strategies as st

from propcli.output.privacy import mask_name, mask_number, mask_phone, mask_plate

from .leaks import id_card, leaks

pytestmark = pytest.mark.rule("T12")
FORMATS = ("table", "json", "csv", "markdown", "html")
CARD = id_card("11010519850101123")
BANK = "6222020200098765432"
REVEALING = {
    "ticket list": "ticket list",
    "resident list": "resident list",
    "unit list": "unit list",
    "pass list": "pass list",
    "visitor list": "visitor list",
    "resident show 00005": "resident show R-00005",
    "unit show 0501": "unit show 3-2-0501",
    "find 0501 欧阳": "find 3-2-0501 R-00005 T-20261014-001 P-20261014-001",
}
LISTS = (
    "ticket list --state all",
    "resident list --all",
    "unit list",
    "pass list --state all",
    "visitor list --state all",
    "find 欧阳",
    "find 0501",
    "find 1370000",
    "overdue --at 2026-10-28T10:00",
    "due --within 60d",
    "dispatch",
    "report daily",
    "report monthly",
    "report workload",
    "audit",
    "staff list",
)
WHOLE = (
    *("欧阳文静", "阳文", "静静", "马取货", "取货", "贾来访", "来访", "赵路人", "路人", "大明"),
    *("13700001111", "0000111", "13700002222", "0000222", "13800138002", "粤B98765", "B9876", "粤A54321", "A5432"),
    *(CARD, CARD[3:-2], BANK, BANK[3:-2]),
)


def do(desk, line: str, code: int = 0, **environment: str) -> str:
    done = desk.run(*shlex.split(line), **environment)
    assert done.code == code, (line, done.all)
    return done.all


@pytest.fixture(scope="module")
def full_once(template, tmp_path_factory) -> Path:
    """Homes with people, tickets, a pass and a visitor, late and not; one with everything there is to know."""
    desk = Desk(Path(shutil.copytree(template, tmp_path_factory.mktemp("full") / "estate")))
    for path, content in HOMES.items():
        desk.write(path, content)
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "Homes")
    do(
        desk,
        f"resident add --name 欧阳文静 --phone 13700001111 --plate 粤B98765 --id-card {CARD} --bank {BANK}",
    )
    do(desk, "unit join 3-2-0501 --who R-00005 --of 王丽")
    desk.add("--name", "欧阳文静", "--urgency", "urgent")
    desk.add("--name", "赵路人", "--phone", "13700002222")
    do(desk, "unit key-in 3-2-0501 K1 --place 柜一")
    do(desk, "unit key-lend 3-2-0501 K1 --who 赵路人 --until 18:00")
    do(desk, "pass issue --unit 3-2-0501 --items 冰箱 --who 欧阳文静 --carrier 马取货 --plate 粤A54321 --until +20d")
    do(desk, "visitor enter --unit 3-2-0501 --name 贾来访 --phone 13700002222 --plate 粤A54321 --card 7")
    return desk.root.parent


@pytest.fixture
def full(full_once, tmp_path):
    shutil.copytree(full_once, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path / "estate")


# --- masks


@pytest.mark.parametrize("line", LISTS)
def test_lists_and_reports_mask(full, line):
    """Names, phones, numbers and plates stand in no list and no report in full, nor the middle of them, in any
    format; and looking at a masked list leaves no trace."""
    before = full.snapshot()
    for form in FORMATS:
        printed = do(full, f"{line} --format {form}")
        assert printed.strip()
        assert [value for value in WHOLE if value in printed] == [], form
    assert full.snapshot() == before


def test_one_record_has_no_numbers_in_full(full):
    """Whoever looks somebody up sees name and phone, but never an identity number or an account without --reveal."""
    for form in ("", "--format json"):
        printed = do(full, f"resident show 00005 {form}")
        assert "欧阳文静" in printed and "13700001111" in printed
        assert CARD not in printed and BANK not in printed and f"{CARD[:3]}*" in printed and f"{BANK[:3]}*" in printed
        printed = do(full, f"resident show 00005 --reveal {form}")
        assert CARD in printed and BANK in printed
    assert CARD not in do(full, "show R-00005") and CARD not in do(full, "show R-00005 --format json")


TEXT = st.text(st.characters(exclude_characters="*", exclude_categories=("Cs", "Cc")), min_size=2)
NUMBER = st.text("0123456789", min_size=2, max_size=30)


@given(TEXT)
@example("王丽")
@example("Al")
def test_a_masked_name_is_its_beginning(name):
    """Of a name only the first character is kept."""
    masked = mask_name(name)
    assert masked != name
    assert masked.replace("*", "") == name.strip()[:1]


@given(NUMBER)
@example("65")
@example("110")
@example("1234567")
def test_a_masked_phone_has_its_ends(number):
    """Of a phone number at most three digits at the front and four at the end, and never all."""
    masked = mask_phone(number)
    assert masked != number and "*" in masked
    front, _, end = masked.replace("****", "*").replace("**", "*").partition("*")
    assert len(front) <= 3 and len(end.strip("*")) <= 4
    assert len(masked.replace("*", "")) < len(number)
    assert number.endswith(end.strip("*")) and (front == "" or front == number[-11:-8])


@given(TEXT)
def test_whatever_is_called_a_phone_is_masked(text):
    """Words or signs in its place are not shown."""
    masked = mask_phone(text)
    assert masked != text
    assert not any(c.isalpha() for c in masked)


@given(TEXT)
@example("E1234567")
@example("12345678")
def test_a_masked_number_keeps_nothing_of_the_middle(number):
    """Of an identity number or account three characters at the front, two at the end, and only of long ones."""
    masked = mask_number(number)
    assert masked != number and len(masked) == len(number)
    kept = [i for i, c in enumerate(masked) if c != "*"]
    assert set(kept) <= ({0, 1, 2, len(number) - 2, len(number) - 1} if len(number) >= 8 else set())


@given(TEXT)
@example("粤B12345")
@example("粤BD12345")
def test_a_masked_plate_keeps_nothing_of_the_middle(plate):
    """Of a number plate two characters at either end."""
    masked = mask_plate(plate)
    assert masked != plate and len(masked) == len(plate)
    kept = [i for i, c in enumerate(masked) if c != "*"]
    assert set(kept) <= ({0, 1, len(plate) - 2, len(plate) - 1} if len(plate) >= 5 else set())


# --- reveals


@pytest.mark.parametrize("line", REVEALING)
def test_a_reveal_is_one_commit_without_changes(full, line):
    """Each --reveal puts on record who looked at what, in any format, and changes nothing else."""
    what = REVEALING[line]
    for number, form in enumerate(("table", "json"), 1):
        head, tree = full.git("rev-parse", "HEAD"), full.git("rev-parse", "HEAD^{tree}")
        printed = do(full, f"{line} --reveal --format {form}")
        if line != "unit show 0501" or form == "table":  # as json, a unit names people by id
            assert any(value in printed for value in ("欧阳文静", "马取货", "贾来访", "陈大明"))
        assert full.git("rev-parse", "HEAD~1") == head and full.git("rev-parse", "HEAD^{tree}") == tree
        subject, _, *trailers = full.git("log", "-1", "--format=%B").strip().splitlines()
        assert subject == f"revealed: {what}"
        assert trailers == ["Event: revealed", f"Command: {what}", "By: zhou.min"]
        assert full.git("log", "--format=%H", "--grep=^Event: revealed$").count("\n") == number
    assert full.git("symbolic-ref", "HEAD").strip() == "refs/heads/main"
    assert full.git("status", "--porcelain") == ""
    do(full, f"{line} --format json")
    rows = json.loads(full.ok("audit", "--event", "revealed", "--format", "json"))
    assert [(row["by"], row["what"]) for row in rows] == [("zhou.min", f"revealed: {what}")] * 2


def test_who_looked_is_who_is_at_the_desk(full):
    do(full, "resident list --reveal", PROPCLI_BY="lin.yue")
    (row,) = json.loads(full.ok("audit", "--event", "revealed", "--format", "json"))
    assert row["by"] == "lin.yue" and "欧阳" not in json.dumps(row, ensure_ascii=False)


def test_a_reveal_names_nobody(full):
    """Neither what was looked for nor what was found stands in the commit."""
    do(full, "find 欧阳文静 --reveal")
    do(full, "ticket list --reveal --text 赵路人")
    do(full, "find 不存在的人 --reveal")  # nothing was shown, nothing is recorded
    assert len(json.loads(full.ok("audit", "--event", "revealed", "--format", "json"))) == 2
    assert not any(name in full.git("log", "--format=%B") for name in ("欧阳", "赵路人", "不存在"))
    assert leaks(full, ["不存在的人", CARD, BANK]) == []


def test_what_the_user_has_staged_stays_staged(full):
    """Staged, half staged, unstaged, untracked and removed files are after a reveal just what they were before."""
    full.write("notes.txt", "one\n")
    full.git("add", "notes.txt")
    full.write("notes.txt", "two\n")
    full.write("untracked.txt", "x\n")
    file = full.root / "propcli.yaml"
    file.write_text(file.read_text("utf-8") + "# mine\n", "utf-8")
    full.git("rm", "--quiet", "--cached", "staff/zhao.lei.yaml")
    (full.root / "staff/lin.yue.yaml").unlink()
    before = full.git("status", "--porcelain"), full.git("diff", "--cached"), full.git("diff")
    index = full.git("ls-files", "--stage")
    do(full, "resident list --reveal")
    assert (full.git("status", "--porcelain"), full.git("diff", "--cached"), full.git("diff")) == before
    assert full.git("ls-files", "--stage") == index
    assert full.git("diff", "HEAD~1", "HEAD") == ""
    assert before[0].count("\n") >= 5


def shown_nothing(desk, line: str, **environment: str) -> str:
    """A reveal that cannot be recorded shows nothing of anybody; what it said."""
    before = desk.snapshot()
    said = do(desk, line, 3, **environment)
    assert [value for value in (*WHOLE, "欧阳", "王丽", "137", "138") if value in said] == []
    assert desk.snapshot() == before
    return said


@pytest.mark.parametrize("line", REVEALING)
def test_nothing_is_shown_that_cannot_be_recorded(full, line):
    """Without an identity for git, on no branch, in the middle of a merge: nothing is shown."""
    full.git("config", "user.useConfigOnly", "true")
    nobody = {"GIT_AUTHOR_NAME": "", "GIT_AUTHOR_EMAIL": "", "GIT_COMMITTER_NAME": "", "GIT_COMMITTER_EMAIL": ""}
    assert "git does not know who you are" in shown_nothing(full, f"{line} --reveal", **nobody)
    (full.root / ".git" / "MERGE_HEAD").write_text(full.git("rev-parse", "HEAD"), "utf-8")
    assert "merge is not finished" in shown_nothing(full, f"{line} --reveal")
    (full.root / ".git" / "MERGE_HEAD").unlink()
    full.git("checkout", "--quiet", "--detach")
    assert "detached HEAD" in shown_nothing(full, f"{line} --reveal")


def test_outside_git_nothing_is_shown(full):
    """An estate without a history has nowhere to put it on record; masked it can be read."""
    shutil.rmtree(full.root / ".git")
    for line in REVEALING:
        done = full.run(*shlex.split(line), "--reveal")
        assert done.code == 3 and "not in a git work tree" in done.err and done.out == ""
        assert full.run(*shlex.split(line)).code == 0


def test_before_the_first_commit_nothing_is_shown(full):
    shutil.rmtree(full.root / ".git")
    full.git("init", "--quiet", "-b", "main")
    done = full.run("resident", "list", "--reveal")
    assert done.code == 3 and "there is no commit yet" in done.err and done.out == ""


def test_what_is_refused_anyway_is_no_reveal(full):
    """A wrong option or an unknown record is refused before anything is put on record."""
    for line in (
        "resident list --reveal --format nonsense",
        "resident show 00099 --reveal",
        "unit show 9-9-0999 --reveal",
        "ticket list --reveal --state nonsense",
        "unit list --reveal --state nonsense",
        "find 欧阳 --reveal --limit 0",
    ):
        full.refused(*shlex.split(line))
    done = full.run("resident", "list", "--reveal", PROPCLI_BY="nobody")
    assert done.code == 2 and done.out == ""
    assert full.git("log", "--format=%H", "--grep=^Event: revealed$") == ""


def test_help_says_that_it_is_recorded(full):
    """Who asks for help sees that looking leaves a trace."""
    for line in ("ticket list", "resident list", "resident show", "unit list", "unit show", "pass list", "find"):
        said = " ".join(do(full, f"{line} --help").split())
        assert "--reveal" in said and "put on record" in said


@pytest.mark.rule("T12")
def test_audit_knows_the_words_for_events(homes):
    """A code or a word in either language; a word that is none is refused, not answered with nothing."""
    homes.ok("unit", "use", "3-2-0501", "shop", "--reason", "开店")
    homes.ok("resident", "forget", "R-00003", "--reason", "本人要求", "--yes", "--though-tied")
    for typed in ("forgotten", "遗忘"):
        assert "R-00003" in homes.ok("audit", "--event", typed)
    assert "开店" in homes.ok("audit", "3-2-0501")
    assert "--event: 'forgoten' is not known" in homes.refused("audit", "--event", "forgoten")


@pytest.mark.rule("U1")
def test_nobody_is_put_on_record_twice(homes):
    """The same name with the same phone, however written, is on record already; with another it is somebody else."""
    said = homes.refused("resident", "add", "--name", "王 丽", "--phone", "+86 138 0013 8000")
    assert "on record already: R-00001" in said
    assert "R-00005" in homes.ok("resident", "add", "--name", "王丽", "--phone", "13800138099")


@pytest.mark.rule("T12")
def test_residents_are_called_by_name(homes):
    """Where only one has the name; a ticket's number goes before theirs."""
    assert "李娜" in homes.ok("resident", "show", "李娜")
    homes.ok("resident", "forget", "李娜", "--reason", "本人要求", "--yes", "--though-tied")
    assert "there is no resident 李娜" in homes.refused("resident", "show", "李娜")
    ticket = homes.add("--name", "王丽")
    assert ticket in homes.ok("explain", "001")


@pytest.mark.rule("T12")
@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="commits are signed with ssh-keygen here")
def test_where_commits_are_signed_a_reveal_is_signed_or_refused(full, tmp_path):
    key = tmp_path / "signing"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", str(key)), ("commit.gpgsign", "true")):
        full.git("config", name, value)
    do(full, "resident list --reveal")
    assert "\ngpgsig " in full.git("cat-file", "commit", "HEAD")
    key.unlink()
    shown_nothing(full, "resident list --reveal")
