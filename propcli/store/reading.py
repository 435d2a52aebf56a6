"""From the bytes of a file to a record, or to every problem that keeps it from being one."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from propcli.engine.problem import Problem
from propcli.engine.record import KEY, Model, quoted
from propcli.engine.text import Text, say
from propcli.kinds.catalog import kind_of
from propcli.store import yamlfile

M = TypeVar("M", bound=Model)

ADD = say("add it")
MOST = yamlfile.MOST
Finding = tuple[yamlfile.Path, Text, Text | None]
"""Something wrong with a value, by its path in the record: what, and what to do."""


def load(model: type[M], raw: bytes, path: str) -> tuple[M | None, list[Problem]]:
    """The record in a file, or None and why not. Problems of YAML and of values come together."""
    data, problems = yamlfile.read(raw, path)
    if data is None:
        return None, problems
    try:
        record = model.model_validate(data)
    except ValidationError as error:
        findings = described(error, model)
        taken = {(p.line, p.column) for p in problems}
        problems += [p for p in locate(raw, path, findings) if (p.line, p.column) not in taken]
        assert problems, "a record that is not good has a problem to tell"
        return None, problems
    return (None if problems else record), problems


def locate(raw: bytes, path: str, findings: Iterable[Finding]) -> list[Problem]:
    """Give each finding its line and column; one about a missing value stands where it would belong. Of more than
    `MOST` the first are told, and that there are more: nobody reads ten thousand, and each is looked into."""
    findings = list(islice(findings, MOST + 1))
    if not findings:
        return []
    if len(findings) > MOST:
        return [*locate(raw, path, findings[:MOST]), yamlfile.too_many(path)]
    text = yamlfile.decode(raw)
    marks = yamlfile.places(text)
    problems = []
    for where, what, hint in findings:
        if where[-1:] == (KEY,) and where[:-1] in marks:
            start = marks[where[:-1]].key_start
            line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
            problems.append(Problem(path, line, column, what, hint))
            continue
        while where not in marks:
            where = where[:-1]
        mark = marks[where]
        line, column = (mark.line, mark.column) if where else (1, 1)
        problems.append(Problem(path, line, column, what, hint))
    return problems


def described(error: ValidationError, model: type[Model]) -> list[Finding]:
    """What pydantic found, in our words, as far as it is told. A list is not called empty because its entries are
    wrong."""
    found = (
        _finding(e, model)
        for e in error.errors(include_url=False)
        if e["type"] != "too_short" or not (isinstance(e["input"], list) and e["input"])
    )
    return list(islice(found, MOST + 1))


def _finding(error: ErrorDetails, model: type[Model]) -> Finding:
    where = tuple(part for part in error["loc"] if part != "[key]")
    kind, value, context = error["type"], error.get("input"), error.get("ctx", {})
    shown: Text | str = say("this") if isinstance(value, dict | list) else quoted(str(value))
    if kind == "propcli":
        return (*where, *context.get("where", ())), context["text"], context.get("hint")
    if kind == "missing":
        return where[:-1], say("{field} is missing", field=where[-1]), ADD
    if kind == "extra_forbidden":
        close = get_close_matches(str(where[-1]), _fields(model, where[:-1]), 1)
        hint = say("did you mean {name}?", name=close[0]) if close else say("remove it, or see the format for the name")
        return (*where, KEY), say("unknown field {field}", field=where[-1]), hint
    if kind in ("literal_error", "enum"):
        expected = str(context["expected"]).replace(" or ", ", ").replace("'", "")
        close = get_close_matches(str(value), expected.split(", "), 1)
        known = say("one of: {known}", known=expected)
        return (
            where,
            say("{value} is not known here", value=shown),
            say("did you mean {name}?", name=close[0]) if close else known,
        )
    if kind in ("string_too_long", "too_long"):
        hint = say("shorten it; detail holds more") if context["max_length"] <= 200 else say("shorten it")
        return where, say("longer than {most} characters", most=context["max_length"]), hint
    if kind in ("string_too_short", "too_short"):
        if where[-1:] == ("events",):
            return where, say("empty"), say("a record begins with {first}", first=_first(model))
        return where, say("empty"), say("write something or delete the line")
    if kind == "string_pattern_mismatch":
        return where, say("a line break in a single-line field"), say("put it on one line")
    if kind == "string_type":
        return where, say("a single value is expected here"), None
    if kind in ("tuple_type", "list_type"):
        return where, say("a list is expected here"), say("write - before each entry")
    if kind in ("model_type", "dict_type", "model_attributes_type", "mapping_type"):
        return where, say("fields with values are expected here"), None
    if isinstance(value, dict | list):
        return where, say("a single value is expected here"), None
    if kind.startswith(("greater_than", "less_than")):
        bound = context.get("ge", context.get("le", context.get("gt", context.get("lt"))))
        pattern = "{value} is below {bound}" if kind.startswith("greater") else "{value} is above {bound}"
        return where, Text(pattern, {"value": shown, "bound": bound}), None
    return where, say("{message}", message=error["msg"]), None


def _first(model: type[Model]) -> str:
    """The events that a record of a model can begin with."""
    return " / ".join(sorted(kind_of(model).life.first))


# the two patterns chosen at run time above, for translation
_ = (say("{value} is below {bound}", value="", bound=""), say("{value} is above {bound}", value="", bound=""))


def _fields(model: Any, where: Sequence[str | int]) -> list[str]:
    """The field names of the (sub)model at a path, as they are written in files."""
    for part in where:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        found = list(_models_in(field.annotation)) if field else []
        if not found:
            return []
        model = found[0]
    return [field.alias or name for name, field in model.model_fields.items()]


def _models_in(annotation: Any) -> Iterable[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models_in(inner)
