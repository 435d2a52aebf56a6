"""What every kind of record promises, whatever else it does: one class, run for each kind, mostly in memory.

A new kind is held to it by a sample in `samples.py`, and by nothing else."""

import inspect
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from propcli.commands.groups import begin, commands
from propcli.commands.schema import schemas
from propcli.desk.views import Names, View
from propcli.engine.fields import marked, shapes
from propcli.engine.lifecycle import State
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import KINDS, PARKING, RESIDENT, kind_of
from propcli.output import language
from propcli.output.table import cell
from propcli.records.checking import Surroundings, life, references
from propcli.records.people import People
from propcli.records.sole import taken_twice
from propcli.store import yamlfile
from propcli.store.estate import Estate
from propcli.store.reading import load
from propcli.store.sealing import Keys
from tests.conftest import Desk, speaking
from tests.kinds.samples import AT, SAMPLES, sample

NAMES = tuple(KINDS)
BEGUN = datetime.fromisoformat(AT)
PRIVATE = ("欧阳建国", "13912345678", "粤B98765")


def test_every_kind_has_a_sample() -> None:
    assert set(SAMPLES) == set(KINDS)


def test_what_the_first_event_needs_is_asked_for() -> None:
    """Also where it is no field of the record, so that nobody has to name it twice."""
    step = replace(PARKING.steps["registered"], needs=("finding",))
    asked = inspect.signature(begin(PARKING, step)).parameters
    assert asked["finding"].default is inspect.Parameter.empty
    assert "finding" not in inspect.signature(begin(PARKING, replace(step, fills=("finding",)))).parameters


@pytest.mark.parametrize("name", NAMES)
class TestKind:
    """One kind, by its name."""

    # --- the file

    def test_what_is_written_reads_back(self, name: str) -> None:
        record = sample(name)
        written = yamlfile.dump(record.plain()).encode()
        again, problems = load(KINDS[name].model, written, "x.yaml")
        assert problems == [] and again == record
        assert yamlfile.dump(again.plain()).encode() == written

    def test_what_only_one_has_is_found_in_two_files(self, name: str) -> None:
        """The marks by which files are chosen stand in the file of a record that has it."""
        kind, sole = KINDS[name], KINDS[name].declared.sole
        if sole is None:
            return
        one = sample(name)
        one = one if getattr(one, sole.field) else one.model_copy(update={sole.field: "12"})
        two = one.model_copy(update={"id": one.id[:-1] + ("2" if one.id[-1] != "2" else "3")})
        raw = yamlfile.dump(one.plain()).encode()
        assert sole.held(one, BEGUN.date())
        assert any(mark in raw for mark in sole.marks), sole.marks
        assert [record.id for record, _finding in taken_twice(kind, [one, two], BEGUN.date())] == [two.id]

    def test_the_file_follows_from_the_id(self, name: str) -> None:
        kind, record = KINDS[name], sample(name)
        assert kind_of(record) is kind
        path = kind.path(record.id)
        assert path.parts[0] == kind.folder and path.stem == record.id
        for other in ("", "../x", f"{record.id}/..", f"{record.id}\n"):
            assert not kind.is_id(other)

    def test_the_schema_takes_it_and_nothing_else(self, name: str) -> None:
        """What a validator that knows only the JSON Schema says of it."""
        check = Draft202012Validator(schemas()[name])
        assert not list(check.iter_errors(SAMPLES[name]))
        assert list(check.iter_errors({**SAMPLES[name], "nonsense": "1"}))
        assert list(check.iter_errors({**SAMPLES[name], "status": "nonsense"}))

    # --- the life

    def test_the_sample_stands(self, name: str) -> None:
        assert list(life(sample(name))) == []

    def test_every_state_and_event_is_in_the_vocabularies(self, name: str) -> None:
        its = KINDS[name].life
        states = {state for step in its.steps.values() for state in (*step.after, *_leads_to(step))} - {"back"}
        assert states <= set(its.states) and set(its.steps) == set(its.events)
        assert its.first <= set(its.steps)

    def test_no_step_goes_outside_its_states(self, name: str) -> None:
        """Tried from every state there is: refused exactly where the table does not have it."""
        its, record = KINDS[name].life, sample(name)
        for step in its.steps.values():
            if not step.after or (step.kinds and getattr(record, "kind", "") not in step.kinds):
                continue
            event = KINDS[name].event.model_construct(at=BEGUN, by="zhou.min", event=step.event)
            for state in {s for other in its.steps.values() for s in other.after}:
                faults = its.faults(State(record, state), event, 1)
                outside = [f for f in faults if "cannot follow while" in f.what.pattern]
                assert bool(outside) == (state not in step.after), (step.event, state)

    def test_no_step_goes_without_what_it_needs_or_with_what_it_does_not_take(self, name: str) -> None:
        its, event_model = KINDS[name].life, KINDS[name].event
        for step in its.steps.values():
            bare = event_model.model_construct(at=BEGUN, by="zhou.min", event=step.event)
            said = its.faults(State(sample(name), next(iter(step.after), None)), bare, 1)
            if step.kinds:
                continue
            lacking = {f.what.values["field"] for f in said if "needs" in f.what.pattern and "field" in f.what.values}
            assert set(step.needs) <= lacking, step.event
            takes = {"at", "by", "event", *step.needs, *step.takes}
            for field in (f for f in event_model.model_fields if f not in takes):
                more = event_model.model_construct(at=BEGUN, by="zhou.min", event=step.event, **{field: "x"})
                said = its.faults(State(sample(name), next(iter(step.after), None)), more, 1)
                assert any(f.field == field and "does not take" in f.what.pattern for f in said), (step.event, field)

    def test_every_field_of_a_step_is_one_of_its_event(self, name: str) -> None:
        fields = set(KINDS[name].event.model_fields)
        for step in KINDS[name].life.steps.values():
            assert {*step.needs, *step.takes, *step.asks} <= fields | {*step.extra}, step.event
            assert {*step.adds} <= {*KINDS[name].life.folded}, step.event

    def test_it_did_not_exist_before_it_began(self, name: str) -> None:
        its, record = KINDS[name].life, sample(name)
        assert its.as_of(record, BEGUN - timedelta(seconds=1)) is None
        assert its.as_of(record, BEGUN) == record

    # --- what it names

    def test_every_reference_is_checked(self, name: str) -> None:
        """Whatever a record points at, itself or in its events: where it leads nowhere, that place is named."""
        record = sample(name)
        repeated = KINDS[name].life.folded
        nothing: dict[str, Any] = {**dict.fromkeys(KINDS, frozenset()), "team": frozenset(), "category": frozenset()}
        found = {place for place, _what, _hint in references(record, Surroundings(nothing))}
        named = {place for place, _value, _its in marked(record, "ref") if place[0] not in ("id", *repeated)}
        assert found == named and named
        everything = {
            to: frozenset(value for _place, value, its in marked(record, "ref") if its.ref == to) for to in nothing
        }
        assert list(references(record, Surroundings(everything))) == []

    def test_nothing_private_stands_in_a_list(self, name: str, tmp_path: Any) -> None:
        """Every column of the list, masked; shown in full where that was asked for."""
        kind, record = KINDS[name], sample(name)
        if kind.declared.listing is None:
            pytest.skip("its list is its own")
        assert kind is not RESIDENT
        for reveal in (False, True):
            view = _view(tmp_path, reveal)
            row = view.row(record, kind.declared.listing.columns)
            text = " ".join(cell(value) for value in row.values())
            shown = {word for word in PRIVATE if word in text}
            assert shown <= (set(PRIVATE) if reveal else set()), text

    # --- words

    def test_every_command_is_explained(self, name: str) -> None:
        """In both languages; and every option of a step has words of its own."""
        for language_ in ("en", "zh"):
            with speaking(language_):
                said = {command.name: language._(command.help) for command in commands(KINDS[name])}
            silent = [n for n, text in said.items() if not re.search(r"\w" if language_ == "en" else "[一-鿿]", text)]
            assert not silent
        known = shapes(KINDS[name].event)
        own = {verb.name for verb in KINDS[name].declared.verbs}
        for step in KINDS[name].life.steps.values():
            for field in (*step.needs, *step.takes) if step.verb and step.command not in own else ():
                if (
                    step.help == ""
                    or field in step.fills
                    or (known[field].model and not hasattr(known[field].model, "typed"))
                ):
                    continue
                assert known[field].help or field in step.asks, (step.event, field)

    def test_no_two_commands_have_one_name(self, name: str) -> None:
        names = [command.name for command in commands(KINDS[name])]
        assert len(names) == len(set(names)) and {"list", "show", "edit"} <= set(names)

    def test_its_words_are_vocabularies(self, name: str) -> None:
        its = KINDS[name].life
        assert Vocabulary.every[its.states.name] is its.states and Vocabulary.every[its.events.name] is its.events

    # --- at the desk

    def test_it_is_listed_shown_found_and_validated(self, name: str, homes: Desk) -> None:
        """From the file alone, as somebody may have put it there."""
        kind, record = KINDS[name], sample(name)
        homes.write(str(kind.path(record.id)), yamlfile.dump(record.plain()))
        homes.git("add", "-A")
        homes.git("commit", "--quiet", "-m", "A record")
        assert homes.ok("validate", str(kind.path(record.id))).endswith("no problems\n")
        assert record.id in homes.ok(name, "list", *(["--all"] if kind is RESIDENT else []))
        assert record.id in homes.ok("find", record.id)
        assert record.id in homes.ok("show", record.id) and record.id in homes.ok(name, "show", record.id)
        told = json.loads(homes.ok("show", record.id, "--format", "json"))
        assert told == json.loads(homes.ok(name, "show", record.id, "--format", "json"))
        assert told["id"] == record.id and told["events"][0]["event"] in kind.life.first
        before = homes.run("show", record.id, at="2026-10-13T08:59:00+08:00")
        assert before.code in (0, 2) and (before.code == 0 or "did not exist yet" in before.err)
        assert "is as it was" in homes.ok(name, "edit", record.id, EDITOR="true", at="2026-10-14T10:00:00+08:00")

    def test_a_note_is_a_commit(self, name: str, homes: Desk) -> None:
        kind, record = KINDS[name], sample(name)
        homes.write(str(kind.path(record.id)), yamlfile.dump(record.plain()))
        homes.git("add", "-A")
        homes.git("commit", "--quiet", "-m", "A record")
        homes.ok(name, "note", record.id, "--text", "记一笔")
        assert f"Record: {record.id}\nEvent: noted\nBy: zhou.min" in homes.git("log", "-1", "--format=%b")
        assert "记一笔" in homes.ok("show", record.id)
        assert homes.git("status", "--porcelain") == ""


def _leads_to(step: Any) -> set[str]:
    return set(step.to.values()) if isinstance(step.to, dict) else {step.to} - {None}


def _view(folder: Any, reveal: bool) -> View:
    """Nobody is on record: the view of an empty estate."""
    estate = Estate(folder)
    from propcli.kinds.settings import Settings

    settings = Settings.model_validate({"format": "1", "name": "x", "timezone": "Asia/Shanghai"})
    return View(People(estate, Keys(folder / "keys", True)), Names(settings, []), BEGUN, reveal)
