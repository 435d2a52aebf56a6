#!/bin/sh
# A tour of the sample estate in a scratch copy: nothing in this folder changes. The argument is the program.
set -e
propcli=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
here=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/propcli-demo.XXXXXX")
cp -R "$here/records/." "$scratch"
cd "$scratch"
git init --quiet
git config user.name "propcli demo"
git config user.email demo@example.invalid
git add -A
git commit --quiet -m "The sample estate"
# The sample's last day is over; its evening stands still for the demo.
PROPCLI_NOW=2026-10-31T18:00
export PROPCLI_NOW
run() {
    printf '\n$ propcli %s\n' "$*"
    "$propcli" "$@"
}
run validate
run dispatch --explain
run dispatch --apply
run overdue
run find 盛
run unit show 1-2-1204
run due --within 24h
run report monthly --month 2026-10
printf '\n$ git log --oneline -5\n'
git --no-pager log --oneline -5
# where to look around
printf '\ncd %s; export PROPCLI_NOW=%s PATH=%s:$PATH\n' "$scratch" "$PROPCLI_NOW" "$(dirname "$propcli")"
