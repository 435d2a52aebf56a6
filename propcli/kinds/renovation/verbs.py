"""`propcli renovation check`: what a filing lacks for its next step."""

from typing import Annotated

import typer

from propcli.commands.options import Id
from propcli.commands.session import session, show
from propcli.commands.standing import headline
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.kinds.catalog import RENOVATION
from propcli.output.language import _, words


def check(
    record_id: Id,
    exit_code: Annotated[bool, typer.Option("--exit-code", help=_("Exit with 1 when something is missing."))] = False,
) -> int:
    from propcli.kinds.renovation.filings import missing, missing_lines
    from propcli.kinds.renovation.words import ENDED

    here = session()
    filing = here.estate.one(RENOVATION.model, here.record_id(RENOVATION, record_id))
    then = RENOVATION.life.as_of(filing, here.as_of)
    if then is None:
        raise Refusal(say("{id} did not exist yet at {at}", id=here.record_id(RENOVATION, record_id), at=here.as_of))
    show(words(headline(then)).rstrip())
    step, lacks = missing(then, here.estate, here.as_of)
    for line in missing_lines(then, step, lacks):
        show(line)
    if then.status in ENDED:
        show(say("  nothing more comes"))
    return 1 if exit_code and lacks else 0
