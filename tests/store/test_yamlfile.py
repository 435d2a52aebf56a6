"""Reading, writing and changing one YAML file, held to properties rather than examples."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from propcli.store import yamlfile

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), min_size=1, max_size=40)
AWKWARD = st.sampled_from(
    r"""no|yes|0501|0o17|12:30|1e3|3.10|~|null|2026-11-21|*x|&x|!x|- a|a: b|# c|'|"|\U0001F600|𬀩|{|[|>|%|@|`"""
    """| lead|trail |a\n|\na|=|<<|on|0x1F|+1|-|?|:""".split("|")
)
VALUES = TEXTS | AWKWARD
NAMES = st.text(st.characters(codec="ascii", categories=("Ll",)), min_size=1, max_size=8)


@given(st.dictionaries(NAMES, VALUES | st.lists(VALUES, min_size=1, max_size=3), min_size=1, max_size=6))
def test_what_is_written_reads_back(data: dict[str, object]) -> None:
    """Every text survives being written and read, whatever YAML makes of it."""
    assert yamlfile.read(yamlfile.dump(data).encode(), "x") == (data, [])


@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
@given(value=AWKWARD)
def test_other_readers_agree_that_a_text_is_a_text(version: tuple[int, int], value: str) -> None:
    """YAML 1.1 and 1.2 readers, which guess types, must see the same text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    assert yaml.load(yamlfile.dump({"v": value}))["v"] == value


COMMENTS = st.sampled_from(["", "  # kept", "\n# a line of its own\n"])


@given(
    fields=st.dictionaries(NAMES.filter(lambda n: n not in ("status", "team")), TEXTS, max_size=4),
    comment=COMMENTS,
    indent=st.sampled_from(["", "  ", "    "]),
    notes=st.lists(VALUES, min_size=1, max_size=3),
    end=st.sampled_from(["", "\n", "\n\n# the end\n"]),
    new=VALUES,
)
def test_an_edit_leaves_every_other_line_as_it_was(
    fields: dict[str, str], comment: str, indent: str, notes: list[str], end: str, new: str
) -> None:
    """Comments, quoting, order and blank lines of the administrator survive a command."""
    fields.pop("events", None)
    # without a line end at its own end, a last text that ends in one would be another text
    assume(end or not notes[-1].endswith("\n"))
    body = yamlfile.dump(fields) if fields else ""
    events = yamlfile.dump([{"text": note} for note in notes])
    text = body + "status: waiting" + (comment or "  # why") + "\nevents:\n"
    text += "".join(indent + line for line in events.splitlines(keepends=True)).rstrip("\n") + end
    added = {"at": datetime(2026, 10, 14, 10, tzinfo=timezone(timedelta(hours=8))), "text": new}

    result = yamlfile.edit(text, {"status": "done", "team": new}, [added], ["status", "team", "events"])

    data, problems = yamlfile.read(result.encode(), "x")
    assert not problems
    assert data is not None
    assert data["status"] == "done"
    assert data["team"] == new
    assert [e["text"] for e in data["events"]] == [*notes, new]
    kept = [line for line in text.split("\n") if line.strip() and not line.startswith("status:")]
    lines = iter(result.split("\n"))
    assert all(line in lines for line in kept), "an untouched line is gone, changed or moved"


def test_an_edit_keeps_windows_line_ends() -> None:
    """A file edited on Windows is not turned inside out by one change."""
    text = "id: x\r\nstatus: a\r\nevents:\r\n- k: '1'\r\n"
    assert yamlfile.edit(text, {"status": "b"}, [{"k": "2"}], []) == text.replace("a\r\nev", "b\r\nev") + "- k: '2'\r\n"


def test_a_field_is_removed_with_its_lines() -> None:
    """A value that is gone leaves nothing behind, its neighbours' comments stay."""
    text = "a: 1 # one\nb:\n- x\n- y # two\n# three\nc: 3\n"
    assert yamlfile.edit(text, {"b": None}, [], ["a", "b", "c"]) == "a: 1 # one\n# three\nc: 3\n"


def test_a_file_in_flow_style_is_changed_all_the_same() -> None:
    """Somebody may have written {…}; it still reads back as meant."""
    result = yamlfile.edit("{id: x, events: [{n: '1'}]} # c\n", {"status": "b"}, [{"n": "2"}], [])
    assert yamlfile.read(result.encode(), "x")[0] == {"id": "x", "events": [{"n": "1"}, {"n": "2"}], "status": "b"}
    assert "# c" in result


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange_to_be_told_about(raw: bytes) -> None:
    """Whatever is in a file: a mapping, or problems with a place, never an exception."""
    data, problems = yamlfile.read(raw, "x")
    assert data is not None or problems
    assert all(p.line >= 0 and str(p.what) for p in problems)


@given(st.text(st.sampled_from("ab:-[]{}#&*!|>'\"%@` \n\t,?"), max_size=60))
def test_no_punctuation_is_too_strange_either(text: str) -> None:
    """The same with what YAML gives meaning to."""
    data, problems = yamlfile.read(text.encode(), "x")
    assert data is not None or problems
