"""What the fields of a model are, read off their types: the same field serves as an option of a command, a column of a
list, a line of `show`, a cell of an import, and is checked, masked and searched by what it is, never by its name."""

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Union

from propcli.engine.record import Model, Named, Private, Ref
from propcli.engine.words import Closed, Vocabulary


@dataclass(frozen=True, slots=True)
class Shape:
    """One field. `base`: the python type of its values; `codes`: all there are, of a closed list; `many`: it has
    several; `model`: they are models themselves."""

    name: str
    alias: str
    title: str
    help: str
    base: Any
    many: bool
    required: bool
    vocabulary: Vocabulary | None
    codes: tuple[str, ...]
    ref: str | None
    private: str | None
    named: bool
    model: type[Model] | None


def shapes(model: type[Model]) -> dict[str, Shape]:
    """The fields of a model, in its order."""
    return _shapes(model)


def narrowed(its: Shape, of: Vocabulary | str | None) -> Shape:
    """A field as one step means it (`Ask.of`), where its type leaves that open."""
    if of is None:
        return its
    return replace(its, ref=of) if isinstance(of, str) else replace(its, vocabulary=of)


@cache
def _shapes(model: Any) -> dict[str, Shape]:
    found = {}
    for name, field in model.model_fields.items():
        base, codes, many, marks = _unwrapped(field.annotation, tuple(field.metadata))

        def mark(kind: Any, marks: tuple[Any, ...] = marks) -> Any:
            return next((m for m in marks if isinstance(m, kind)), None)

        ref, private = mark(Ref), mark(Private)
        codes = codes or tuple(mark(Closed) or ())
        found[name] = Shape(
            name,
            field.alias or name,
            field.title or (field.alias or name).replace("_", " "),
            field.description or "",
            base,
            many,
            field.is_required(),
            mark(Vocabulary),
            codes,
            ref.to if ref else None,
            private.what if private else None,
            mark(Named) is not None,
            base if isinstance(base, type) and issubclass(base, Model) else None,
        )
    return found


def _unwrapped(annotation: Any, marks: tuple[Any, ...]) -> tuple[Any, tuple[str, ...], bool, tuple[Any, ...]]:
    """The type of the values, the codes they are limited to, whether there are several, and every mark on the way."""
    many = False
    while True:
        origin = typing.get_origin(annotation)
        if origin is Annotated:
            annotation, *more = typing.get_args(annotation)
            marks = (*marks, *more)
        elif origin in (Union, types.UnionType):
            [annotation] = [part for part in typing.get_args(annotation) if part is not type(None)]
        elif origin is tuple:
            annotation, many = typing.get_args(annotation)[0], True
        else:
            codes = typing.get_args(annotation) if origin is typing.Literal else ()
            return (str if codes else annotation), codes, many, marks


Path = tuple[str | int, ...]


def marked(record: Model, *marks: str) -> Iterator[tuple[Path, Any, Shape]]:
    """Every value of a record, also inside events and lists, whose field has one of the marks (`ref`, `private`,
    `named`), with its place."""
    return _marked(record, (), marks)


def _marked(record: Model, where: Path, marks: tuple[str, ...]) -> Iterator[tuple[Path, Any, Shape]]:
    for its, deep in _looked_at(type(record), marks):
        value = getattr(record, its.name)
        if value is None or value == ():
            continue
        path = (*where, its.alias)
        for place, one in (((*path, i), v) for i, v in enumerate(value)) if its.many else ((path, value),):
            if deep:
                yield from _marked(one, place, marks)
            else:
                yield place, one, its


@cache
def _looked_at(model: Any, marks: tuple[str, ...]) -> tuple[tuple[Shape, bool], ...]:
    """The fields of a model that have a mark, and those (True) in whose models such a field is."""
    found = []
    for its in _shapes(model).values():
        if its.model is not None:
            if _looked_at(its.model, marks):
                found.append((its, True))
        elif any(getattr(its, name) for name in marks):
            found.append((its, False))
    return tuple(found)
