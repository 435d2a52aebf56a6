"""The program's entry. Asked only for its version, it loads nothing else."""

import sys


def main() -> int:
    if sys.argv[1:] == ["--version"]:
        from propcli import __version__

        print(f"propcli {__version__}")
        return 0
    from propcli.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
