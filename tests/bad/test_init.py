"""`propcli init` where something stands in its way: what failed can be done again."""

from pathlib import Path

import pytest
from conftest import Desk
from process import run


@pytest.fixture
def place(tmp_path: Path) -> Desk:
    """An empty folder, in no repository."""
    root = tmp_path / "office"
    root.mkdir()
    return Desk(root)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--timezone", "Asia/Shanghia"), "there is no time zone 'Asia/Shanghia'"),
        (("--timezone", ""), "there is no time zone ''"),
        (("--timezone", "../../etc/passwd"), "there is no time zone"),
        (("--timezone", "Asia"), "there is no time zone"),
        (("--timezone", "亚洲/上海"), "there is no time zone"),
        (("--name", "苑" * 201), "longer than 200 characters"),
        (("--name", "一\n二"), "a line break"),
        (("--name", "a\x1b[31mb"), "control character"),
    ],
)
def test_settings_that_are_no_good_make_nothing(place: Desk, arguments: tuple[str, str], said: str) -> None:
    result = place.run("init", "estate", *arguments)
    assert result.code == 2, result.all
    assert said in result.err
    assert list(place.root.iterdir()) == []


@pytest.mark.parametrize("folder", ["a-file", "a-file/estate", "/dev/null/estate", "nowhere\n", "a" * 300])
def test_a_folder_that_cannot_be_made(place: Desk, folder: str) -> None:
    (place.root / "a-file").write_text("x")
    result = place.run("init", folder)
    if result.code == 0:
        assert (place.root / folder / "propcli.yaml").exists()
    else:
        assert result.code in (2, 3)
        assert result.err.startswith("propcli: ")
        assert (place.root / "a-file").read_text() == "x"


def test_without_an_identity_it_can_be_done_again(place: Desk) -> None:
    home = place.root.parent
    (home / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    nobody = dict.fromkeys(
        ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_CONFIG_GLOBAL")
    )
    done = run(place, "init", "estate", **nobody)
    assert done.code == 3
    assert "git config --global user.name" in done.err
    assert not (place.root / "estate" / "propcli.yaml").exists()
    assert run(place, "init", "estate").code == 0
    assert run(place, "validate", cwd=place.root / "estate").code == 0


def test_a_hook_that_refuses_leaves_the_folder_as_it_was(place: Desk) -> None:
    place.git("init", "--quiet", "-b", "main")
    hook = place.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    place.write("policy.yaml", "# mine\n")
    before = place.snapshot()
    assert place.run("init", ".").code == 3
    assert place.snapshot() == before
    hook.unlink()


def test_files_of_somebody_else_are_not_swept_in(place: Desk) -> None:
    place.git("init", "--quiet", "-b", "main")
    place.write("mine.txt", "mine\n")
    place.git("add", "mine.txt")
    place.ok("init", "estate")
    assert place.git("status", "--porcelain") == "A  mine.txt\n"
    assert "mine.txt" not in place.git("show", "--name-only", "--format=")


def test_a_policy_that_is_there_already_and_is_bad_is_told(place: Desk) -> None:
    place.write("estate/policy.yaml", "nonsense: [\n")
    result = place.run("init", "estate")
    assert "policy.yaml" in result.all
    assert "Traceback" not in result.all
