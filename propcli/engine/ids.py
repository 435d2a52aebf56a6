"""What the ids of units and of staff look like. They stand apart from the types made of them, so that whoever only
needs to know an id when it sees one loads no model."""

import re

STAFF_ID = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*", re.ASCII)
UNIT_ID = re.compile(r"([0-9A-Za-z]{1,8})-([0-9A-Za-z]{1,8})-([0-9A-Za-z]{1,8})", re.ASCII)  # building-entrance-room
