"""What is said of residents: the codes that stand in their records, with the words people read and type for them. Loads
no models: the list of commands is made from it."""

from typing import Literal, get_args

from propcli.engine.text import say
from propcli.engine.words import Vocabulary

Status = Literal["active", "forgotten"]
PersonKind = Literal["person", "company"]
EventName = Literal["registered", "changed", "consented", "withdrawn", "noted", "forgotten"]
Consent = Literal["contact", "messages", "survey", "publication"]
IdentityKind = Literal["id_card", "passport", "permit", "company_number", "other"]

RESIDENT_STATUS = Vocabulary("resident state", get_args(Status))
PERSON = Vocabulary("person or company", get_args(PersonKind))
CONSENT = Vocabulary("consent", get_args(Consent), messages="messages", publication="publication of the name")
# fmt: off
IDENTITY = Vocabulary(
    "identity", get_args(IdentityKind), id_card="ID card", permit="residence or travel permit", other="other paper"
)
# fmt: on
RESIDENT_EVENT = Vocabulary(
    "resident event", get_args(EventName), consented="consent given", withdrawn="consent withdrawn"
)

# what is known of somebody, in clear or sealed
FIELDS = {
    "name": say("name"),
    "phones": say("phones"),
    "plates": say("plates"),
    "born": say("date of birth"),
    "identity": say("identity number"),
    "bank": say("bank account"),
    "language": say("language"),
    "keep_until": say("kept until"),
}
