"""Two desks, each with a repository of its own, and the one they share: what git, the disk and the network decide."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Desk, Result

from propcli.store.driver import COMMAND, LINE
from tests.conftest import HOMES

DAY = "tickets/2026/10"


@pytest.fixture
def west(desk: Desk, tmp_path: Path) -> Desk:
    """A desk whose records are shared."""
    for path, content in HOMES.items():
        desk.write(path, content)
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "Homes")
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(tmp_path / "shared.git")], check=True)
    desk.git("remote", "add", "origin", "../shared.git")
    desk.git("push", "--quiet", "-u", "origin", "main")
    return desk


@pytest.fixture
def east(west: Desk, tmp_path: Path) -> Iterator[Desk]:
    """The other one."""
    west.git("clone", "--quiet", "../shared.git", "../east")
    desk = Desk(tmp_path / "east")
    yield desk
    desk.end()


def twice(west: Desk, east: Desk) -> Result:
    """Both desks take in a ticket with the same number; ours has another that points to it. The west is faster."""
    west.add("--summary", "西边漏水")
    east.add("--summary", "东边漏水")
    east.add("--summary", "东边又漏水")
    east.ok("ticket", "merge", "002", "--into", "001")
    west.ok("sync")
    return east.run("sync")


def whole(desk: Desk) -> None:
    """Good records, nothing left lying about."""
    assert desk.ok("validate").endswith("no problems\n")
    assert desk.git("status", "--porcelain") == ""
    assert not (desk.root / ".git" / "propcli" / "landing").exists()


class TestNumbersGivenTwice:
    def test_ours_gets_another_and_what_points_to_it_follows(self, west: Desk, east: Desk) -> None:
        result = twice(west, east)
        assert result.code == 0 and "T-20261014-001 is T-20261014-003 now: 东边漏水" in result.out
        west.ok("sync")
        for desk in (west, east):
            assert "西边漏水" in (desk.root / DAY / "T-20261014-001.yaml").read_text()
            assert "duplicate_of: T-20261014-003" in (desk.root / DAY / "T-20261014-002.yaml").read_text()
            assert "this was T-20261014-001" in (desk.root / DAY / "T-20261014-003.yaml").read_text()
            whole(desk)
        assert west.git("rev-parse", "HEAD") == east.git("rev-parse", "HEAD")

    def test_both_sides_commits_stay(self, west: Desk, east: Desk) -> None:
        twice(west, east)
        subjects = east.git("log", "--format=%s")
        for summary in ("西边漏水", "东边漏水", "东边又漏水"):
            assert f"accepted: {summary}" in subjects
        trailers = east.git("log", "--format=%B", "--grep=Renumbered")
        assert "Renumbered: T-20261014-001 T-20261014-003" in trailers and "Record: T-20261014-002" in trailers
        assert "By: zhou.min" in trailers

    def test_a_home_gets_the_right_owner(self, west: Desk, east: Desk) -> None:
        """A new resident of each desk has the same number, and each moves into another home."""
        west.ok("unit", "join", "3-2-0501", "--who", "王一,13900000001", "--of", "R-00001")
        east.ok("unit", "join", "3-2-0502", "--who", "李二,13900000002", "--of", "R-00003")
        west.ok("sync")
        out = east.ok("sync")
        assert "R-00005 is R-00006 now" in out and "changed with it: 3-2-0502" in out
        assert "R-00006" in (east.root / "units/3/3-2-0502.yaml").read_text()
        assert "R-00005" not in (east.root / "units/3/3-2-0502.yaml").read_text()
        assert "王一" in (east.root / "residents/R-00005.yaml").read_text()
        assert "李二" in (east.root / "residents/R-00006.yaml").read_text()
        whole(east)

    def test_a_number_once_given_and_deleted_is_not_given_again(self, west: Desk, east: Desk) -> None:
        for _ in range(2):
            west.add()
        west.git("rm", "--quiet", f"{DAY}/T-20261014-002.yaml")
        west.git("commit", "--quiet", "-m", "Mistake")
        west.ok("sync")
        east.add("--summary", "东边")
        assert "T-20261014-001 is T-20261014-003 now" in east.ok("sync")

    def test_texts_that_name_the_old_number_are_told(self, west: Desk, east: Desk) -> None:
        west.add()
        west.ok("sync")
        east.add("--summary", "东边")
        east.add("--summary", "同T-20261014-001")
        assert "the old number stands in texts of T-20261014-002" in east.ok("sync")


class TestNothingIsSwept:
    def test_hand_edits_in_the_way_are_named_and_nothing_changes(self, west: Desk, east: Desk) -> None:
        west.add()
        west.ok("sync")
        east.ok("sync")
        west.ok("ticket", "note", "001", "--text", "一")
        west.ok("sync")
        path = east.root / DAY / "T-20261014-001.yaml"
        path.write_text("# 我的\n" + path.read_text())
        said = east.refused("sync", code=3)
        assert f"changed by hand and not committed: {DAY}/T-20261014-001.yaml" in said and "git stash" in said

    def test_a_file_git_does_not_know_is_in_the_way_too(self, west: Desk, east: Desk) -> None:
        west.add()
        west.ok("sync")
        east.write(f"{DAY}/T-20261014-001.yaml", "mine")
        assert f"{DAY}/T-20261014-001.yaml" in east.refused("sync", code=3)

    def test_edits_elsewhere_stay_as_they_are(self, west: Desk, east: Desk) -> None:
        west.add()
        west.ok("sync")
        east.add("--summary", "东边")
        east.write("staff/zhang.wei.yaml", east.root.joinpath("staff/zhang.wei.yaml").read_text() + "# 我的\n")
        east.write("staff/li.qiang.yaml", east.root.joinpath("staff/li.qiang.yaml").read_text() + "# 已登记\n")
        east.git("add", "staff/li.qiang.yaml")
        result = east.run("sync")
        assert result.code == 0 and "not committed: staff/li.qiang.yaml, staff/zhang.wei.yaml" in result.err
        assert east.git("status", "--porcelain") == "M  staff/li.qiang.yaml\n M staff/zhang.wei.yaml\n"
        assert "我的" not in east.git("log", "-p", "--format=%s")

    def test_a_hand_edit_that_names_what_is_renumbered(self, west: Desk, east: Desk) -> None:
        west.add()
        west.ok("sync")
        east.add("--summary", "东边")
        east.write(
            "staff/zhang.wei.yaml", east.root.joinpath("staff/zhang.wei.yaml").read_text() + "# T-20261014-001\n"
        )
        assert "staff/zhang.wei.yaml" in east.refused("sync", code=3)


class TestTheOtherEnd:
    def test_offline(self, west: Desk) -> None:
        west.add()
        west.git("remote", "set-url", "origin", "../nowhere.git")
        assert "nothing came from origin: fatal: '../nowhere.git'" in west.refused("sync", code=3)

    def test_no_remote_and_several(self, desk: Desk) -> None:
        assert "git remote add origin ADDRESS" in desk.refused("sync", code=3)
        desk.git("remote", "add", "one", "../one.git")
        desk.git("remote", "add", "two", "../two.git")
        assert "which remote is meant" in desk.refused("sync", code=3)

    def test_an_empty_one_gets_everything(self, desk: Desk, tmp_path: Path) -> None:
        subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(tmp_path / "new.git")], check=True)
        desk.git("remote", "add", "origin", "../new.git")
        assert "out to origin" in desk.ok("sync")
        assert desk.git("rev-parse", "HEAD") == desk.git("ls-remote", "origin", "refs/heads/main").split("\t")[0] + "\n"
        assert desk.git("rev-parse", "--abbrev-ref", "main@{upstream}") == "origin/main\n"

    def test_another_estate(self, west: Desk, east: Desk) -> None:
        east.git("checkout", "--quiet", "--orphan", "fresh")
        east.git("commit", "--quiet", "-m", "Anew")
        east.git("branch", "-M", "main")
        east.git("branch", "--set-upstream-to=origin/main")
        assert "no commit in common" in east.refused("sync", code=3)

    def test_a_hook_there_refuses(self, west: Desk, east: Desk, tmp_path: Path) -> None:
        hook = tmp_path / "shared.git/hooks/pre-receive"
        hook.write_text("#!/bin/sh\necho 夜间不收 >&2\nexit 1\n", encoding="utf-8")
        hook.chmod(0o755)
        west.add()
        said = west.refused("sync", code=3)
        assert "夜间不收" in said and "nothing went to origin" in said

    def test_somebody_is_faster(self, west: Desk, east: Desk, tmp_path: Path) -> None:
        """Between fetching and pushing the other desk pushes: once more, and both are there."""
        west.add("--summary", "西边漏水")
        east.add("--summary", "东边漏水")
        hook = east.root / ".git/hooks/pre-push"
        hook.write_text(
            f"#!/bin/sh\nrm -f {hook}\ncd {west.root} && env -u GIT_DIR git push --quiet origin main\n",
            encoding="utf-8",
        )
        hook.chmod(0o755)
        out = east.ok("sync")
        assert "T-20261014-001 is T-20261014-002 now" in out and not hook.exists()
        assert "西边漏水" in east.git("show", f"origin/main:{DAY}/T-20261014-001.yaml")
        assert "东边漏水" in east.git("show", f"origin/main:{DAY}/T-20261014-002.yaml")

    def test_somebody_is_always_faster(self, west: Desk, east: Desk) -> None:
        """It gives up after some tries, and what was brought together here stays."""
        east.add()
        hook = east.root / ".git/hooks/pre-push"
        commit = "commit --quiet --allow-empty -m faster"
        hook.write_text(f"#!/bin/sh\ncd {west.root} && unset GIT_DIR && git {commit} && git push --quiet origin main\n")
        hook.chmod(0o755)
        result = east.run("sync")
        assert result.code == 3 and "again and again" in result.err
        hook.unlink()
        assert "out to origin" in east.ok("sync")
        whole(east)

    def test_what_others_called_their_commits_does_not_act_on_the_screen(self, west: Desk, east: Desk) -> None:
        west.git("commit", "--quiet", "--allow-empty", "-m", "a\x1b[2Jb\u202ec")
        west.ok("sync")
        assert "a\\x1b[2Jb\\u202ec" in east.ok("sync")


class TestDecisions:
    def both(self, west: Desk, east: Desk) -> None:
        west.add()
        west.ok("sync")
        east.ok("sync")
        west.ok("ticket", "cancel", "001", "--reason", "不修了", at="10:10")
        west.ok("sync")
        east.ok("ticket", "pause", "001", "--for", "parts", "--reason", "缺件", at="10:20")

    def test_nothing_changes_before_somebody_decides(self, west: Desk, east: Desk) -> None:
        self.both(west, east)
        before = east.snapshot()
        result = east.run("sync")
        assert result.code == 3 and "propcli sync --here T-20261014-001" in result.err
        assert "here:  2026-10-14 10:20 paused" in result.out and "there: 2026-10-14 10:10 cancelled" in result.out
        assert east.snapshot() == before
        east.ok("ticket", "note", "001", "--text", "照常办公")

    @pytest.mark.parametrize(("option", "status"), [("--here", "paused"), ("--there", "cancelled")])
    def test_somebody_decides(self, west: Desk, east: Desk, option: str, status: str) -> None:
        self.both(west, east)
        east.ok("sync", option, "001")
        west.ok("sync")
        for desk in (west, east):
            desk.now = east.now
            assert f"T-20261014-001  {status}" in desk.ok("ticket", "show", "001")
            whole(desk)
        assert f"Decided: T-20261014-001 {option[2:]}" in west.git("log", "-1", "--format=%B")

    def test_deleted_here_and_changed_there(self, west: Desk, east: Desk) -> None:
        west.add()
        west.ok("sync")
        east.ok("sync")
        east.git("rm", "--quiet", f"{DAY}/T-20261014-001.yaml")
        east.git("commit", "--quiet", "-m", "Gone")
        west.ok("ticket", "note", "001", "--text", "一")
        west.ok("sync")
        result = east.run("sync")
        assert result.code == 3 and "here:  deleted" in result.out and "there: changed" in result.out
        east.ok("sync", "--there", "001")
        assert (east.root / DAY / "T-20261014-001.yaml").exists()

    def test_settings_line_by_line(self, west: Desk, east: Desk) -> None:
        def replace(desk: Desk, old: str, new: str) -> None:
            path = desk.root / "propcli.yaml"
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
            desk.git("commit", "--quiet", "-am", "Settings")

        replace(west, "name: 测试苑", "name: 西苑")
        replace(east, "occupied_units: 200", "occupied_units: 201")
        west.ok("sync")
        east.ok("sync")
        text = (east.root / "propcli.yaml").read_text(encoding="utf-8")
        assert "西苑" in text and "201" in text
        replace(west, "西苑", "南苑")
        replace(east, "西苑", "东苑")
        west.ok("sync")
        assert "both sides changed the same lines" in east.run("sync").out
        east.ok("sync", "--here", "propcli.yaml")
        assert "东苑" in (east.root / "propcli.yaml").read_text(encoding="utf-8")


class TestContradictions:
    """Each record is good; together they cannot be true. `validate` says so."""

    @pytest.mark.rule("U9")
    def test_one_card_out_twice(self, west: Desk, east: Desk) -> None:
        for desk, home in ((west, "3-2-0501"), (east, "3-2-0502")):
            desk.ok("visitor", "enter", "--unit", home, "--name", "客人", "--card", "12")
        west.ok("sync")
        result = east.run("sync")
        assert result.code == 3 and "out to origin" in result.out and "card 12 is still out" in result.err
        assert "card 12 is still out" in east.run("validate").out

    @pytest.mark.rule("T12")
    def test_a_forgotten_resident_joined_to_a_home(self, west: Desk, east: Desk) -> None:
        west.ok("resident", "forget", "R-00004", "--reason", "本人要求", "--yes", "--though-tied")
        assert west.run("validate").code == 0  # that home was known of
        east.ok("unit", "join", "3-2-0502", "--who", "R-00004", "--of", "R-00003")
        west.ok("sync")
        result = east.run("sync")
        assert result.code == 3 and "units/3/3-2-0502.yaml" in result.err
        assert "R-00004 was forgotten on 2026-10-14 [T12]" in result.err
        assert "units/3/3-2-0501.yaml" not in result.err

    @pytest.mark.rule("T12")
    def test_a_ticket_of_somebody_forgotten_before(self, west: Desk, east: Desk) -> None:
        west.ok("resident", "forget", "R-00004", "--reason", "本人要求", "--yes", "--though-tied")
        east.ok(
            *("ticket add --kind repair --category water --unit 3-2-0501 --summary 漏水 --resident R-00004").split(),
            at="10:30",
        )
        west.ok("sync")
        assert "R-00004 was forgotten" in east.run("sync").err

    @pytest.mark.rule("T11")
    def test_two_tickets_merged_into_one_another(self, west: Desk, east: Desk) -> None:
        west.add()
        west.add()
        west.ok("sync")
        east.ok("sync")
        west.ok("ticket", "merge", "001", "--into", "002")
        east.ok("ticket", "merge", "002", "--into", "001")
        west.ok("sync")
        assert "merged in a circle" in east.run("sync").err


class TestBrokenOff:
    def test_killed_while_files_were_written(self, west: Desk, east: Desk) -> None:
        """Some files are those of the merge already, the branch is not: the next sync goes on as if nothing was."""
        west.add()
        west.ok("sync")
        east.ok("sync")
        west.ok("ticket", "note", "001", "--text", "一")
        west.add("--summary", "新的")
        west.ok("sync")
        east.git("fetch", "--quiet")
        before, after = east.git("rev-parse", "HEAD").strip(), east.git("rev-parse", "origin/main").strip()
        for name in ("T-20261014-001", "T-20261014-002"):
            east.write(f"{DAY}/{name}.yaml", east.git("show", f"origin/main:{DAY}/{name}.yaml"))
        (east.root / ".git/propcli").mkdir(exist_ok=True)
        (east.root / ".git/propcli/landing").write_text(f"{before} {after}", encoding="ascii")
        east.write("staff/zhang.wei.yaml", east.root.joinpath("staff/zhang.wei.yaml").read_text() + "# 我的\n")
        east.ok("sync")
        assert east.git("rev-parse", "HEAD").strip() == after
        assert east.git("status", "--porcelain") == " M staff/zhang.wei.yaml\n"

    def test_killed_between_the_index_and_the_branch(self, west: Desk, east: Desk) -> None:
        west.add()
        west.ok("sync")
        east.git("fetch", "--quiet")
        before, after = east.git("rev-parse", "HEAD").strip(), east.git("rev-parse", "origin/main").strip()
        east.git("read-tree", "-m", "-u", before, after)
        (east.root / ".git/propcli").mkdir(exist_ok=True)
        (east.root / ".git/propcli/landing").write_text(f"{before} {after}", encoding="ascii")
        east.ok("sync")
        whole(east)


class TestPull:
    """Plain git, with the driver."""

    @pytest.fixture
    def pulling(self, east: Desk) -> Desk:
        east.git("config", "pull.rebase", "false")
        east.ok("sync")  # installs the driver
        return east

    def test_init_installs_it(self, desk: Desk) -> None:
        assert desk.git("config", "merge.propcli.driver").strip() == COMMAND
        assert LINE in (desk.root / ".gitattributes").read_text().splitlines()
        assert "propcli" in desk.git("check-attr", "merge", f"{DAY}/x.yaml")

    def test_init_keeps_what_stands_in_gitattributes(self, tmp_path: Path) -> None:
        root = tmp_path / "made"
        root.mkdir()
        desk = Desk(root)
        desk.git("init", "--quiet", "-b", "main")
        desk.write(".gitattributes", "*.png binary")
        desk.ok("init", ".")
        assert (root / ".gitattributes").read_text() == f"*.png binary\n{LINE}\n"

    def test_events_of_both(self, west: Desk, pulling: Desk) -> None:
        west.add()
        west.ok("sync")
        pulling.ok("sync")
        west.ok("ticket", "note", "001", "--text", "西边", at="10:20")
        west.ok("sync")
        pulling.ok("ticket", "note", "001", "--text", "东边", at="10:10")
        pulling.git("pull", "--quiet", "--no-edit")
        text = (pulling.root / DAY / "T-20261014-001.yaml").read_text()
        assert text.index("东边") < text.index("西边")
        whole(pulling)

    def test_two_records_with_one_number(self, west: Desk, pulling: Desk) -> None:
        """The pull stops; `renumber` gives ours another number and what points to it follows."""
        west.add("--summary", "西边漏水")
        west.ok("sync")
        pulling.add("--summary", "东边漏水")
        pulling.add("--summary", "东边又漏水")
        pulling.ok("ticket", "merge", "002", "--into", "001")
        said = subprocess.run(
            ["git", "pull", "--no-edit"], cwd=pulling.root, env=pulling.environment(), capture_output=True, text=True
        )
        assert said.returncode and "two records with one number" in said.stderr
        assert "propcli renumber T-20261014-001" in said.stderr
        assert "a git merge is not finished" in pulling.run("sync").err
        out = pulling.ok("renumber", "T-20261014-001")
        assert "T-20261014-001 is T-20261014-003 now: 东边漏水" in out and "git commit" in out
        pulling.git("commit", "--quiet", "--no-edit")
        assert "西边漏水" in (pulling.root / DAY / "T-20261014-001.yaml").read_text()
        assert "东边漏水" in (pulling.root / DAY / "T-20261014-003.yaml").read_text()
        assert "duplicate_of: T-20261014-003" in (pulling.root / DAY / "T-20261014-002.yaml").read_text()
        assert "Renumbered: T-20261014-001 T-20261014-003" in pulling.git("log", "-1", "--format=%B")
        whole(pulling)
        pulling.ok("sync")

    @pytest.mark.parametrize("broken", ["exit 127", "exit 1", "kill -9 $$"])
    def test_without_propcli_git_merges_as_ever(self, west: Desk, pulling: Desk, tmp_path: Path, broken: str) -> None:
        """Not found, failing, killed: lines that do not touch are merged, and those that do are marked."""
        west.add()
        west.ok("sync")
        pulling.ok("sync")
        west.ok("ticket", "note", "001", "--text", "西边")
        west.ok("sync")
        pulling.ok("ticket", "note", "001", "--text", "东边")
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "propcli").write_text(f"#!/bin/sh\n{broken}\n")
        (folder / "propcli").chmod(0o755)
        env = {**pulling.environment(), "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(["git", "pull", "--no-edit"], cwd=pulling.root, env=env, capture_output=True, text=True)
        text = (pulling.root / DAY / "T-20261014-001.yaml").read_text()
        assert done.returncode and "<<<<<<< here" in text and "西边" in text and "东边" in text
        assert "conflict" in pulling.run("validate").out

    def test_the_driver_never_ends_with_a_traceback(self, desk: Desk, tmp_path: Path) -> None:
        """Whatever it is given: no files, no records, not even text."""
        path = f"{DAY}/T-20261014-001.yaml"
        for content in (b"", b"\xff\xfe\x00", b"id: [", b"a: 1\n"):
            names = []
            for name in "oab":
                (tmp_path / name).write_bytes(content + name.encode() * (name != "o"))
                names.append(str(tmp_path / name))
            for place in (path, "policy.yaml", "tickets"):
                result = desk.run("merge-file", *names, place)
                assert result.code in (40, 41) and "Traceback" not in result.all
        assert desk.run("merge-file", "no", "such", "file", path).code == 41


class TestRenumber:
    def test_by_hand(self, west: Desk) -> None:
        west.add()
        west.add()
        west.ok("ticket", "link", "002", "--to", "001")
        assert "T-20261014-001 is T-20261014-003 now" in west.ok("renumber", "001")
        assert not (west.root / DAY / "T-20261014-001.yaml").exists()
        assert "other: T-20261014-003" in (west.root / DAY / "T-20261014-002.yaml").read_text()
        whole(west)

    def test_what_others_have_keeps_its_number(self, west: Desk) -> None:
        west.add()
        west.ok("sync")
        assert "keeps its number" in west.refused("renumber", "001")
        assert "has no number" in west.refused("renumber", "3-2-0501")


def test_an_estate_in_a_folder_of_its_repository(west: Desk, tmp_path: Path) -> None:
    """Beside other things, which are merged line by line."""
    top = tmp_path / "office"
    top.mkdir()
    first = Desk(top)
    first.git("init", "--quiet", "-b", "main")
    shutil.copytree(west.root, top / "estate", ignore=shutil.ignore_patterns(".git"))
    first.write("README.md", "一\n\n\n\n二\n")
    first.git("add", "-A")
    first.git("commit", "--quiet", "-m", "All")
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(tmp_path / "office.git")], check=True)
    first.git("remote", "add", "origin", "../office.git")
    first.git("push", "--quiet", "-u", "origin", "main")
    first.git("clone", "--quiet", "../office.git", "../branch")
    here, there = Desk(top / "estate"), Desk(tmp_path / "branch" / "estate")
    for desk, summary, old in ((here, "此处", "一"), (there, "彼处", "二")):
        desk.add("--summary", summary)
        desk.write("../README.md", (desk.root.parent / "README.md").read_text().replace(old, f"{old}。"))
        desk.git("commit", "--quiet", "-am", "Readme")
    here.ok("sync")
    assert "T-20261014-001 is T-20261014-002 now: 彼处" in there.ok("sync")
    assert (there.root.parent / "README.md").read_text() == "一。\n\n\n\n二。\n"
    whole(there)
