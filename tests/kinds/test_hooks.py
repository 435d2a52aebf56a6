"""What looks at a step is found by the step's name: a function that is called otherwise would never be called."""

from importlib import import_module
from inspect import getmembers, isfunction, signature

import pytest

from propcli.kinds.catalog import KINDS, Kind

WITH_HOOKS = [kind for kind in KINDS.values() if kind.declared.looks]


@pytest.mark.parametrize("kind", WITH_HOOKS, ids=lambda kind: kind.name)
def test_what_looks_at_a_step_is_named_for_it(kind: Kind) -> None:
    """Every public function of these modules that takes a change, a record and what was typed."""
    found = {}
    for name in kind.declared.looks:
        module = import_module(f"propcli.{name}")
        for function_name, function in getmembers(module, isfunction):
            own = function.__module__ == module.__name__ and not function_name.startswith("_")
            if own and len(signature(function).parameters) == 3 and "fields" in signature(function).parameters:
                found[function_name] = function
    assert found.keys() <= kind.steps.keys()
    assert all(kind.declared.before_step(event) is function for event, function in found.items())
    assert found
