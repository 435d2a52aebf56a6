"""Collect the program's messages into its catalogs and compile them.

python tools/messages.py            update propcli/locale/*/LC_MESSAGES/propcli.po and .mo
python tools/messages.py --check    exit 1 if they are not in step with the code, or a message is untranslated
"""

import argparse
import importlib
import io
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).parent.parent))  # the program it lies beside, not one installed elsewhere

import propcli
from propcli.engine.policy import Policy
from propcli.engine.record import Model
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import KINDS
from propcli.output.language import BETWEEN, CLAUSES
from propcli.store.reading import load

ROOT = Path(propcli.__file__).parent
KEYWORDS = {"_": None, "N_": None, "say": None, "Text": None}
# what typer prints of itself
TYPER = ("Options", "Arguments", "Commands", "required", "default: {default}", "env var: {var}", "(dynamic)")


def template() -> Catalog:
    """Every message the program can print."""
    catalog = Catalog(project="propcli", charset="utf-8")
    for name, _line, message, _comments, context in extract_from_dir(ROOT, keywords=KEYWORDS):
        del name
        if message and any(c.isalpha() for c in str(message).replace("{", "")) and not _only_fields(str(message)):
            catalog.add(message, context=context)
    for module in pkgutil.walk_packages([str(ROOT)], "propcli."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for vocabulary in Vocabulary.every.values():
        for label in vocabulary.labels.values():
            catalog.add(label, context=vocabulary.name)
    for message in declared():
        catalog.add(message)
    for sign in (BETWEEN, CLAUSES):
        catalog.add(sign.pattern, context=sign.context)
    policy, _problems = load(Policy, (ROOT / "defaults" / "policy.yaml").read_bytes(), "policy.yaml")
    assert policy is not None
    notes = [row.note for row in policy.obligations]
    notes += [row.note for row in policy.renovation.gate] if policy.renovation else []
    for note in notes:
        if note:
            catalog.add(note)
    for message in TYPER:
        catalog.add(message)
    return catalog


def declared() -> Iterator[str]:
    """The words that kinds declare as data: of their fields, their steps, their lists."""
    for model in _models(Model):
        for field in model.model_fields.values():
            yield from filter(None, (field.title, field.description))
    for kind in KINDS.values():
        its, asks = kind.declared, list(kind.declared.asks.values())
        yield from filter(None, (its.show_help, its.id_help, *its.groups.values(), *(verb.help for verb in its.verbs)))
        if its.listing is not None:
            yield from (its.listing.help, its.listing.state_help)
            for one in its.listing.filters:
                yield from filter(None, (one.help, one.metavar))
        for step in kind.life.steps.values():
            yield from filter(None, (step.help,))
            asks += [*step.asks.values(), *step.extra.values(), *step.along.values()]
        for ask in asks:
            yield from filter(None, (ask.help, ask.metavar))


def _models(model: type[Model]) -> Iterator[type[Model]]:
    for one in model.__subclasses__():
        yield one
        yield from _models(one)


def _only_fields(message: str) -> bool:
    """Patterns like `{where} {place}` have nothing to translate."""
    import string

    return not any(literal.strip(" /:,.·→[]-") for literal, *_ in string.Formatter().parse(message))


def update(path: Path, found: Catalog, check: bool) -> list[str]:
    """Bring one catalog in step; what is wrong with it, in words."""
    with path.open("rb") as source:
        old = read_po(source, locale=path.parent.parent.name)
    complaints = []
    have = {(m.id, m.context): m for m in old if m.id}
    want = {(m.id, m.context) for m in found if m.id}
    complaints += [f"{path}: not in the catalog: {key[0]!r}" for key in sorted(want - set(have), key=str)]
    complaints += [f"{path}: no longer used: {key[0]!r}" for key in sorted(set(have) - want, key=str)]
    new = Catalog(locale=path.parent.parent.name, project="propcli", charset="utf-8")
    new.header_comment = old.header_comment
    for key in sorted(want, key=lambda k: (k[1] or "", str(k[0]))):
        message = have.get(key)
        new.add(key[0], message.string if message else "", context=key[1])
        if message is None or not message.string:
            complaints.append(f"{path}: not translated: {key[0]!r}")
    text, binary = io.BytesIO(), io.BytesIO()
    new.creation_date = new.revision_date = old.creation_date
    write_po(text, new, width=120, omit_header=False)
    write_mo(binary, new)
    mo = path.with_suffix(".mo")
    if check:
        if not mo.is_file() or mo.read_bytes() != binary.getvalue():
            complaints.append(f"{mo}: not compiled from its .po")
    else:
        path.write_bytes(text.getvalue())
        mo.write_bytes(binary.getvalue())
    return complaints


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    found = template()
    complaints = [c for path in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")) for c in update(path, found, check)]
    for complaint in complaints:
        print(complaint)
    return 1 if complaints and check else 0


if __name__ == "__main__":
    sys.exit(main())
