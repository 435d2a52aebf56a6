"""Runs commands in processes forked from one that has everything imported, some of them with a fault (fault.c).

Reads a JSON object a line: estate, arguments, environment, how, at, out (a file for stdout, '' for one of its own).
Answers with one: code, out, err, count (moments seen), hit."""

import json
import mmap
import os
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))  # propcli need not be installed

INTS = struct.Struct("6i")


def load() -> None:
    """Everything a change needs, so that a fork has it."""
    import typer  # noqa: F401

    import propcli.cli
    import propcli.commands.dispatch
    import propcli.commands.edit
    import propcli.commands.importing
    import propcli.kinds.resident.forgetting
    import propcli.kinds.resident.verbs
    import propcli.kinds.ticket.verbs
    import propcli.records.recording
    import propcli.records.validation
    import propcli.store.sealing
    import propcli.store.transaction  # noqa: F401


def play(asked: dict[str, Any], state: mmap.mmap) -> dict[str, Any]:
    out, err = (tempfile.mkstemp() for _ in range(2))
    state[: INTS.size] = INTS.pack(0, 0, 0, 0, 0, 0)
    child = os.fork()
    if not child:
        code = 99
        try:
            os.setpgid(0, 0)
            nothing = os.open(os.devnull, os.O_RDONLY)
            printed = os.open(asked["out"], os.O_WRONLY) if asked["out"] else out[0]
            for target, source in ((0, nothing), (1, printed), (2, err[0])):
                os.dup2(source, target)
            os.environ.update(asked["environment"])
            os.chdir(asked["estate"])
            sys.stdin = os.fdopen(0, encoding="utf-8")
            sys.stdout, sys.stderr = (os.fdopen(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))
            from propcli.cli import run

            state[: INTS.size] = INTS.pack(asked["how"], asked["at"], 0, 0, os.getpid(), os.getpid())
            code = run(asked["arguments"])
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:
            import traceback

            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    _how, _at, count, hit, _main, _group = INTS.unpack(state[: INTS.size])
    state[: INTS.size] = INTS.pack(0, 0, 0, 0, 0, 0)
    said = []
    for descriptor, name in (out, err):
        os.close(descriptor)
        said.append(Path(name).read_text("utf-8", "replace"))
        Path(name).unlink()
    return {"code": os.waitstatus_to_exitcode(status), "out": said[0], "err": said[1], "count": count, "hit": hit}


def main() -> None:
    with Path(os.environ["FAULT_STATE"]).open("r+b") as opened:
        state = mmap.mmap(opened.fileno(), INTS.size)
    load()
    for line in sys.stdin:
        print(json.dumps(play(json.loads(line), state)), flush=True)


if __name__ == "__main__":
    main()
