"""What changes of rules mean, for `audit verify`: the records of that time judged by the rules before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from propcli.engine.text import Text, say

if TYPE_CHECKING:
    from propcli.desk.verdicts import Rules
    from propcli.records.standing import Finding
    from propcli.store.past import Past


@dataclass
class Judge:
    """Reads every version of a record once. `clock`: whether events are dated by git's clock."""

    past: "Past"
    clock: bool
    _read: dict[str, Any] = field(default_factory=dict)

    def __call__(self, finding: "Finding") -> Text:
        """What is to be said of a finding, with the verdicts that change; as it is where nothing can be judged."""
        from propcli.desk.verdicts import changed_verdicts
        from propcli.kinds.catalog import STAFF
        from propcli.store.estate import SINGLE

        files = self.past.files(finding.commit)
        path = PurePosixPath(finding.record) if finding.record in SINGLE else STAFF.path(finding.record)
        after = self._rules(files)
        before = self._rules({**files, path: finding.rules[0]})
        if before is None or after is None:
            return finding.what
        records = [record for record in self._all(files).values() if getattr(record, "events", ())]
        newest = max((record.events[-1].at for record in records), default=finding.at)
        told = changed_verdicts(records, before, after, finding.at if self.clock else newest)
        return say("{what}; {verdicts}", what=finding.what, verdicts=told) if told else finding.what

    def _rules(self, files: Mapping[PurePosixPath, str]) -> "Rules | None":
        from propcli.desk.verdicts import Rules
        from propcli.kinds.catalog import STAFF
        from propcli.records.comparing import placed
        from propcli.store.estate import SINGLE

        single = [self._one(model, files.get(PurePosixPath(name)), name) for name, model in SINGLE.items()]
        if any(one is None for one in single):
            return None
        settings, policy, calendar = single
        people = (self._one(STAFF.model, blob, str(p)) for p, blob in files.items() if placed(str(p))[0] is STAFF)
        return Rules(settings, policy, calendar, {person.id: person for person in people if person is not None})

    def _all(self, files: Mapping[PurePosixPath, str]) -> dict[str, Any]:
        from propcli.records.comparing import placed

        kinds = {path: kind for path in files if (kind := placed(str(path))[0]) is not None}
        missing = {files[path] for path in kinds} - self._read.keys()
        raws = self.past.contents(missing)
        found = {path: self._one(kind.model, files[path], str(path), raws) for path, kind in kinds.items()}
        return {str(path): record for path, record in found.items() if record is not None}

    def _one(self, model: Any, blob: str | None, path: str, raws: Mapping[str, bytes] | None = None) -> Any:
        from propcli.store.reading import load

        if not blob:
            return None
        if blob not in self._read:
            raw = raws[blob] if raws and blob in raws else self.past.blob(blob)
            self._read[blob] = load(model, raw, path)[0] if raw is not None else None
        return self._read[blob]
