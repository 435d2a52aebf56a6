"""The program's entry. Asked only for its version, it loads nothing else."""

import os
import sys
from contextlib import suppress


def main() -> int:
    if sys.argv[1:] == ["--version"]:
        from propcli import __version__

        with suppress(BrokenPipeError):
            print(f"propcli {__version__}", flush=True)
            return 0
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    import gc
    import resource

    # what a command makes, models and records, stays to its end: to look for garbage after every 700 objects is in vain
    gc.set_threshold(50_000, 20)
    from propcli.cli import run

    with suppress(ValueError, OSError):  # no image of the memory on the disk: there are names and keys in it
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
