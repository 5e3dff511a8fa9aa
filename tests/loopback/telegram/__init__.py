"""A Bot API server on loopback. `TelegramServer` in a test, `python -m tests.loopback.telegram` by hand."""

from tests.loopback.telegram.faults import Breach, Fault, FaultScript
from tests.loopback.telegram.people import Group, Person, Press
from tests.loopback.telegram.schema import CONTRACT, Violation
from tests.loopback.telegram.server import TelegramServer
from tests.loopback.telegram.world import Call, Chat, Event, Message

__all__ = [
    "CONTRACT",
    "Breach",
    "Call",
    "Chat",
    "Event",
    "Fault",
    "FaultScript",
    "Group",
    "Message",
    "Person",
    "Press",
    "TelegramServer",
    "Violation",
]
