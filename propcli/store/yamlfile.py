"""One YAML file: read as text, written block style, changed without touching the lines that stay.

Reading uses libyaml's events (through ruamel.yaml's C extension) and takes every scalar as text; what a value
means is decided by the model of the record. What plain YAML allows but a record file has no use for (aliases,
tags, several documents, duplicate keys) is a named problem with its place.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from propcli.engine.problem import Problem
from propcli.engine.record import quoted
from propcli.engine.text import Text, say

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 12
MOST = 100  # problems of one file that are told

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value stands: character offsets of the value in the text, line and column from 1."""

    line: int
    column: int
    start: int
    end: int
    key_start: int
    style: str | None  # of a scalar: None plain, ' " | >; of a collection: "block" or "flow"


class _Bad(Exception):
    def __init__(self, line: int, column: int, what: Text, hint: Text | None = None):
        self.line, self.column, self.what, self.hint = line, column, what, hint


def read(raw: bytes, path: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The top-level mapping of a file with every scalar as `str`, and what is wrong with it as YAML."""
    found: list[_Bad] = []
    try:
        data = _build(decode(raw), found, None)
    except _Bad as bad:
        data = None
        found.append(bad)
    problems = [Problem(path, bad.line, bad.column, bad.what, bad.hint) for bad in found[:MOST]]
    return data, [*problems, too_many(path)] if found[MOST:] else problems


def places(text: str) -> dict[Path, Mark]:
    """Where each value of a well-formed file stands, by its path (`("events", 2, "at")`)."""
    marks: dict[Path, Mark] = {}
    _build(text, [], marks)
    return marks


def too_many(path: str) -> Problem:
    what = say("more than {n} problems; the others are told when these are put right", n=MOST)
    return Problem(path, 0, 0, what)


def too_large(size: int, path: str) -> Problem:
    return Problem(
        path,
        0,
        0,
        say("the file has {size} bytes; a record has at most {most}", size=size, most=MAX_BYTES),
        say("move what is no record out of this folder; shorten one that has grown: the history keeps its texts"),
    )


# libyaml refuses these without saying where
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONFLICT = re.compile(r"^(<{7}( |$)|={7}$|>{7}( |$))", re.M)


def decode(raw: bytes) -> str:
    """UTF-8 without a byte order mark, or the place where it stops being that."""
    if len(raw) > MAX_BYTES:
        problem = too_large(len(raw), "")
        raise _Bad(0, 0, problem.what, problem.hint)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Bad(1, 1, say("the file is UTF-16"), say("save it as UTF-8"))
    if raw.startswith(b"\xef\xbb\xbf"):
        raise _Bad(1, 1, say("the file begins with a byte order mark (BOM)"), say("save it as UTF-8 without BOM"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        try:
            raw.decode("gb18030")
        except UnicodeDecodeError:
            hint = say("save it as UTF-8")
        else:
            hint = say("it reads as GBK: convert it with iconv -f GB18030 -t UTF-8")
        raise _Bad(line, column, say("the file is not UTF-8"), hint) from None
    control = _CONTROL.search(text)
    if control:
        raise _Bad(
            text.count("\n", 0, control.start()) + 1,
            control.start() - text.rfind("\n", 0, control.start()),
            say("not readable as YAML: {what}", what="control characters are not allowed"),
            say("remove the control character"),
        )
    if "<<<<<<<" in text or ">>>>>>>" in text:
        found = _CONFLICT.search(text)
        if found:
            raise _Bad(
                text.count("\n", 0, found.start()) + 1,
                1,
                say("a merge conflict was left in the file"),
                say(
                    "git merge --abort and propcli sync merge it anew; or write what is true of both sides, and delete "
                    "the lines with <<<<<<<, ======= and >>>>>>>"
                ),
            )
    return text


def readable(raw: bytes) -> str | None:
    """The text of a file; None where `read` has a problem to tell before it comes to YAML."""
    try:
        return decode(raw)
    except _Bad:
        return None


def _build(text: str, found: list[_Bad], marks: dict[Path, Mark] | None) -> dict[str, Any]:
    """Turn parser events into dicts, lists and strings in one pass, without recursion.

    What is wrong but leaves the rest readable goes to `found`; what does not is raised."""
    from ruamel.yaml.error import YAMLError

    builder = _Builder(found, marks)
    try:
        builder.read(text)
    except YAMLError as error:
        raise _syntax(error, text) from None
    if builder.documents == 0:
        raise _Bad(0, 0, say("the file is empty"), say("restore it from git or delete it"))
    root: Any = builder.root
    if type(root) is not dict:
        raise _at(builder.root_event, say("the file is not a list of `field: value` lines"), None)
    return root


class _Builder:
    """The containers that are open while a file is read, and the key of the innermost that waits for its value."""

    __slots__ = ("documents", "found", "key", "key_event", "marks", "root", "root_event", "stack")

    def __init__(self, found: list[_Bad], marks: dict[Path, Mark] | None) -> None:
        self.found = found
        self.marks = marks
        self.root: Any = None
        self.root_event: Any = None
        self.documents = 0
        self.stack: list[tuple[Any, Path]] = []  # container, its path
        self.key: str | None = None
        self.key_event: Any = None

    def read(self, text: str) -> None:
        from _ruamel_yaml import CParser
        from ruamel.yaml import events as ev

        on = {
            ev.ScalarEvent: self.scalar,
            ev.MappingStartEvent: self.begin,
            ev.SequenceStartEvent: self.begin,
            ev.MappingEndEvent: self.end,
            ev.SequenceEndEvent: self.end,
            ev.AliasEvent: self.alias,
            ev.DocumentStartEvent: self.document,
        }
        parser = CParser(text)
        while (event := parser.get_event()) is not None:
            handle = on.get(type(event))
            if handle is not None:
                handle(event)

    def scalar(self, event: Any) -> None:
        """A text: a key, the value of one, or an entry of a list."""
        if event.anchor is not None or event.tag is not None:
            self.found.append(_extra(event))
        if not self.stack:
            self.root, self.root_event = event.value, event
            return
        container, path = self.stack[-1]
        if type(container) is not dict:
            if event.value == "" and not event.style:
                self.found.append(_at(event, say("an empty entry in a list"), say("write it or delete the line")))
            if self.marks is not None:
                self.marks[(*path, len(container))] = _mark(event, event, event, event.style)
            container.append(event.value)
        elif self.key is None:
            if event.value in container:
                what = say("{key} is written twice", key=quoted(event.value))
                self.found.append(_at(event, what, say("keep one of them")))
            self.key, self.key_event = event.value, event
        else:
            if event.value == "" and not event.style:
                what = say("{key} has no value", key=quoted(self.key))
                self.found.append(_at(event, what, say("write one or delete the line")))
            container[self.key] = event.value
            if self.marks is not None:
                self.marks[(*path, self.key)] = _mark(event, event, self.key_event, event.style)
            self.key = None

    def begin(self, event: Any) -> None:
        """A mapping or a list begins."""
        if event.anchor is not None or event.tag is not None:
            self.found.append(_extra(event))
        new: Any = {} if type(event).__name__ == "MappingStartEvent" else []
        path: Path = ()
        if not self.stack:
            self.root, self.root_event = new, event
        else:
            container, above = self.stack[-1]
            if type(container) is not dict:
                path = (*above, len(container))
                container.append(new)
            elif self.key is None:
                raise _at(event, say("a key must be a single word"), None)
            else:
                path = (*above, self.key)
                container[self.key] = new
        if len(self.stack) >= MAX_DEPTH:
            raise _at(event, say("more than {most} levels inside one another", most=MAX_DEPTH), None)
        if self.marks is not None:
            key = self.key_event if self.key is not None else event
            self.marks[path] = _mark(event, event, key, "flow" if event.flow_style else "block")
        self.stack.append((new, path))
        self.key = None

    def end(self, event: Any) -> None:
        _container, path = self.stack.pop()
        if self.marks is not None:
            old = self.marks[path]
            self.marks[path] = Mark(old.line, old.column, old.start, event.end_mark.index, old.key_start, old.style)
        self.key = None

    def alias(self, event: Any) -> None:
        what = say("an alias (*{name}) stands for another value", name=event.anchor)
        raise _at(event, what, say("write the value out; a text that begins with * goes in quotes"))

    def document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            what = say("a second document begins here")
            raise _at(event, what, say("one file holds one record: remove the --- line or split the file"))


def _mark(start: Any, end: Any, key: Any, style: str | None) -> Mark:
    at = start.start_mark
    return Mark(at.line + 1, at.column + 1, at.index, end.end_mark.index, key.start_mark.index, style)


def _at(event: Any, what: Text, hint: Text | None) -> _Bad:
    return _Bad(event.start_mark.line + 1, event.start_mark.column + 1, what, hint)


def _extra(event: Any) -> _Bad:
    if event.anchor is not None:
        return _at(
            event,
            say("an anchor (&{name}) marks a value for reuse", name=event.anchor),
            say("remove it; a text that begins with & goes in quotes"),
        )
    return _at(
        event,
        say("a tag ({tag}) gives a type to a value", tag=str(event.tag).replace("tag:yaml.org,2002:", "!!")),
        say("remove it; a text that begins with ! goes in quotes"),
    )


def _syntax(error: Any, text: str) -> _Bad:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if "unexpected end of stream" in str(getattr(error, "problem", "")):
        mark = getattr(error, "context_mark", None) or mark  # where it began, not where the file ends
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    what = str(getattr(error, "problem", None) or error).split("\n")[0]
    lines = text.split("\n")
    here = lines[line - 1] if line <= len(lines) else ""
    hint = say("check quotes, indentation and the colon after the field name")
    if "\t" in here[: max(column, len(here) - len(here.lstrip()))]:
        hint = say("indent with spaces, not with a tab")
    elif "mapping values are not allowed" in what:
        hint = say("check the indentation, or put a text that contains ': ' in quotes")
    elif here[column - 1 : column] in ("@", "`", "%") or "alphabetic or numeric character" in what:
        sign = here[column - 1 : column] if here[column - 1 : column] in ("@", "`", "%") else _sign_before(here, column)
        hint = say("put a text that begins with {sign} in quotes", sign=sign)
    elif "found unexpected ':'" in what:
        hint = say("within {brackets} put a value that contains : in quotes", brackets="{ }" if "{" in here else "[ ]")
    return _Bad(line, column, say("not readable as YAML: {what}", what=what), hint)


def _sign_before(line: str, column: int) -> str:
    """The * or & that libyaml took for the beginning of an alias or anchor."""
    return next((c for c in reversed(line[:column]) if c in "*&"), "*")


# --- writing -------------------------------------------------------------------------------------------------

# What some YAML reader, 1.1 or 1.2, takes for something other than text: numbers in any base, sexagesimals,
# booleans, null, dates. Such a text is written in quotes so that every reader agrees it is text.
_AMBIGUOUS = re.compile(
    r"""(?ix)
    [-+]?[0-9][0-9_,.:eE+-]* | [-+]?\.[0-9][0-9_eE+-]* | 0[xob][0-9a-f_]+ | [-+]?\.(inf|nan)
    | y | n | yes | no | true | false | on | off | null | ~ | = | <<
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt\s].*)?
    """
)


@cache
def _dumper() -> Any:
    from ruamel.yaml.cyaml import CSafeDumper

    class Dumper(CSafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, value: str) -> Any:
        style = None
        if "\\U" in value:
            style = '"'  # so that _ESCAPED can tell a written backslash from libyaml's escapes
        elif "\n" in value:
            style = "|" if _literal(value) else '"'
        elif _AMBIGUOUS.fullmatch(value):
            style = "'"
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    def typed(tag: str, write: Any) -> Any:
        return lambda dumper, value: dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", write(value))

    def mapping(dumper: Any, value: Mapping[str, Any]) -> Any:
        # pairs, not a mapping: a mapping would be sorted
        return dumper.represent_mapping("tag:yaml.org,2002:map", list(value.items()))

    Dumper.add_representer(str, text)
    Dumper.add_representer(dict, mapping)
    Dumper.add_representer(datetime, typed("timestamp", moment))
    Dumper.add_representer(date, typed("timestamp", date.isoformat))
    Dumper.add_representer(Decimal, typed("float", lambda d: f"{d:.2f}"))
    return Dumper


def _literal(value: str) -> bool:
    """Whether `|` can hold the text as it is: no blanks at line ends, no indented first line, no controls."""
    lines = value.split("\n")
    return not value[0].isspace() and all(line == line.rstrip() and line.isprintable() for line in lines)


def moment(value: datetime) -> str:
    """A time as records write it: seconds, and the offset as +08:00."""
    return value.replace(microsecond=0).isoformat()


def dump(plain: Mapping[str, Any] | Sequence[Any]) -> str:
    """Block-style YAML of plain values (dict, list, str, bool, int, date, datetime, Decimal)."""
    out = io.StringIO()
    dumper = _dumper()(out, default_flow_style=False, allow_unicode=True, width=1_000_000, indent=2, encoding=None)
    try:
        dumper._serializer.open()
        dumper._representer.represent(plain)
        dumper._serializer.close()
    finally:
        if hasattr(dumper, "dispose"):
            dumper.dispose()
    return _ESCAPED.sub(lambda m: m[1] + chr(int(m[2], 16)), out.getvalue())


# libyaml escapes what lies beyond the basic plane; rare characters of Chinese names must stay greppable.
_ESCAPED = re.compile(r"((?<!\\)(?:\\\\)*)\\U([0-9A-F]{8})")


def edit(text: str, changes: Mapping[str, Any], append: Sequence[Mapping[str, Any]], order: Sequence[str]) -> str:
    """The file with top-level fields set (or removed, where the value is None) and events appended.

    Every line that does not change stays byte for byte: comments, quoting, order and line ends. `order` is the
    model's order of fields, for the place of a new one. Raises ValueError if the result would not read back as
    meant, which leaves the file to its owner's editor."""
    newline = "\r\n" if "\r\n" in text else "\n"
    before = _build(text, [], None)
    result = _splice(text, before, changes, append, order, newline)
    wanted = {k: v for k, v in {**before, **changes}.items() if v is not None}
    plain = {k: v for k, v in changes.items() if v is not None}
    wanted.update(_build(dump(plain), [], None) if plain else {})
    if append:
        wanted["events"] = [
            *before.get("events", []),
            *_build(dump({"events": list(append)}), [], None)["events"],
        ]
    if len(result.encode()) > MAX_BYTES:
        return result  # whoever writes it refuses it for that
    data, problems = read(result.encode(), "")
    if problems or data != wanted:
        raise ValueError("the edited file does not read back as meant")
    return result


def _splice(
    text: str,
    before: Mapping[str, Any],
    changes: Mapping[str, Any],
    append: Sequence[Mapping[str, Any]],
    order: Sequence[str],
    newline: str,
) -> str:
    marks = places(text)
    cuts: list[tuple[int, int, str]] = []
    if marks[()].style == "flow" or (append and "events" in before and marks[("events",)].style == "flow"):
        return _round_trip(text, changes, append)
    for name, value in changes.items():
        old = marks.get((name,))
        lines = "" if value is None else dump({name: value})
        if old is None:
            if value is not None:
                at = _place_for(name, marks, order, text)
                cuts.append((at, at, lines))
        elif (
            isinstance(value, (str, bool, int, Decimal, datetime))
            and old.style in ("", "'", '"')
            and lines.count("\n") == 1
        ):
            cuts.append((old.start, old.end, lines.split(": ", 1)[1].rstrip("\n")))
        else:
            cuts.append((line_start(text, old.key_start), end_of(text, (name,), marks), lines))
    if append:
        rendered = dump(list(append))
        if "events" in before:
            at = end_of(text, ("events",), marks)
            indent = " " * (marks[("events",)].column - 1)
            rendered = "".join(indent + line for line in rendered.splitlines(keepends=True))
        else:
            at = len(text)
            rendered = "events:\n" + rendered
        cuts.append((at, at, rendered))
    # From the end, so that offsets stay true; of several new fields at one place the last goes in first.
    for _, (start, end, new) in sorted(enumerate(cuts), key=lambda c: (*c[1][:2], c[0]), reverse=True):
        if new.endswith("\n") and start > 0 and text[start - 1] != "\n":
            new = "\n" + new
        text = text[:start] + new.replace("\n", newline) + text[end:]
    return text


def line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def end_of(text: str, path: Path, marks: Mapping[Path, Mark]) -> int:
    """The offset after the last line that belongs to a value: comments and blank lines below it do not."""
    leaf = max((m for p, m in marks.items() if p[: len(path)] == path and m.style != "block"), key=lambda m: m.end)
    if leaf.style in ("|", ">"):
        body = text[leaf.start : leaf.end].split("\n")
        indent = next((len(line) - len(line.lstrip()) for line in body[1:] if line.strip()), 0)
        while len(body) > 1 and (not body[-1].strip() or len(body[-1]) - len(body[-1].lstrip()) < indent):
            body.pop()
        end = leaf.start + len("\n".join(body))
    else:
        end = leaf.end
    line_end = text.find("\n", end)
    return len(text) if line_end < 0 else line_end + 1


def _place_for(name: str, marks: Mapping[Path, Mark], order: Sequence[str], text: str) -> int:
    later = order[order.index(name) + 1 :] if name in order else ()
    for other in later:
        if (other,) in marks:
            return line_start(text, marks[(other,)].key_start)
    return len(text)


def _round_trip(text: str, changes: Mapping[str, Any], append: Sequence[Mapping[str, Any]]) -> str:
    """For a file somebody wrote in flow style (`{...}`): ruamel's own round trip, which keeps comments."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    data = yaml.load(text)
    for name, value in changes.items():
        if value is None:
            data.pop(name, None)
        else:
            data[name] = yaml.load(dump({"v": value}))["v"]
    data.setdefault("events", []).extend(yaml.load(dump(list(append))) if append else [])
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()
