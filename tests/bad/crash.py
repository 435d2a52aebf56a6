"""A propcli that dies on its way.

    crash.py kill|interrupt MOMENT ESTATE ARGUMENT...    once
    crash.py kill|interrupt every ESTATE ARGUMENT...     at each moment in turn, in a copy ESTATE-1, ESTATE-2, …

Everything it is about to do to the disk below ESTATE, and every git command it is about to start, is a moment.
MOMENT is the number of one or a text that stands in what it is about to do (the first that has it). Before that one
it is killed (as by kill -9) or interrupted (as by Ctrl-C), after saying before what. With `every`, what each copy's
command said goes to ESTATE-1.said, …, and the exit codes are printed; the last one came to its end."""

import itertools
import os
import shutil
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))  # propcli need not be installed

CHANGES = ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def die(how: str, moment: str, estate: str, arguments: list[str]) -> int:
    """Run a command that dies at a moment, if it comes to it; its exit code."""
    count = 0
    said = False

    def watch(event: str, args: tuple[Any, ...]) -> None:
        nonlocal count, said
        if event == "subprocess.Popen":
            what = " ".join(str(part) for part in args[1][:2])
        elif event in CHANGES or (event == "open" and args[2] & WRITING):
            path = "" if isinstance(args[0], int) else os.fsdecode(args[0])
            if not path.startswith(estate + os.sep):
                return
            what = f"{event} {os.path.relpath(path, estate)}"
        else:
            return
        count += 1
        if not said and (str(count) == moment or (not moment.isdigit() and moment in what)):
            said = True
            os.write(2, f"before {what}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL if how == "kill" else signal.SIGINT)

    from propcli.cli import run

    os.chdir(estate)
    sys.addaudithook(watch)
    return run(arguments)


def every(how: str, estate: str, arguments: list[str]) -> None:
    """Each moment in a process of its own, forked from this one, which has everything imported."""
    import typer  # noqa: F401

    import propcli.cli
    import propcli.kinds.ticket.verbs
    import propcli.records.recording
    import propcli.store.transaction  # noqa: F401

    for number in itertools.count(1):
        copy = f"{estate}-{number}"
        shutil.copytree(estate, copy)
        child = os.fork()
        if not child:
            said = os.open(f"{copy}.said", os.O_WRONLY | os.O_CREAT)
            os.dup2(said, 1)
            os.dup2(said, 2)
            code = 1
            try:
                code = die(how, str(number), copy, arguments)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, flush=True)
        with open(f"{copy}.said", encoding="utf-8") as opened:  # noqa: PTH123
            if not any(line.startswith("before ") for line in opened):
                return


if __name__ == "__main__":
    _, how, moment, estate, *arguments = sys.argv
    if moment == "every":
        every(how, estate, arguments)
    else:
        sys.exit(die(how, moment, estate, arguments))
