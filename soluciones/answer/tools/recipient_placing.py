"""Who goes into To, Cc and Bcc: the guide's examples by purpose, and a watch over who would see whose address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from soluciones.answer.tools.recipient_labels import BOXES, Box
from soluciones.answer.tools.recipient_parse import Recipient
from soluciones.answer.tools.recipient_people import Person, judge

PRIVACY_ALARM_ABOVE = 3
"""More visible addresses of different outside organisations than this raise the alarm. From no guide: our choice."""
OVERLOAD_ABOVE = 20
"""More people than this in To and Cc are called many. From no guide."""
MANY_RECIPIENTS = 50
"""From here on the guide's advice on mass mailings is shown. From no guide: the guide names no figure."""

ROLE_BOXES: Mapping[str, Mapping[str, Box]] = {
    "team": {"manager": "cc", "department": "cc", "director": "bcc"},
    "meeting": {"manager": "cc", "director": "bcc"},
    "announcement": {"director": "to", "board": "cc"},
    "event": {"coordination": "cc"},
}
"""Purpose → part → box, after the guide's table of examples. The part itself is guessed from the name."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the visitor said besides the list."""

    purpose: str = ""
    hide: bool | None = None
    own: Person | None = None
    """The visitor's own address, when known and valid."""

    @property
    def strict(self) -> bool:
        """Nobody is to see anybody."""
        return bool(self.hide) or (self.purpose == "marketing" and self.hide is None)


@dataclass(frozen=True, slots=True)
class Plan:
    """The three boxes, and what was noticed on the way."""

    boxes: Mapping[Box, tuple[Person, ...]]
    typed: Mapping[Box, int] | None
    """How many stood in each box as pasted; None without labels."""
    repeated: tuple[Person, ...] = ()
    """Written twice in one box, or without labels."""
    across: tuple[Person, ...] = ()
    """Written in two boxes."""
    visible_strangers: int = 0
    """Outside organisations (or private persons) that would be seen: as pasted, or if all stood in To."""
    alarm: bool = False
    """``visible_strangers`` is too many."""
    protected: bool = False
    """The plan hides them."""
    guessed: frozenset[str] = frozenset()
    """Keys of those placed by what their name suggests."""

    @property
    def size(self) -> int:
        """Recipients in all boxes."""
        return sum(len(people) for people in self.boxes.values())


def own_person(address: str) -> Person | None:
    """The visitor's own address; None when it is none."""
    person = judge([Recipient("", address)])[0]
    return person if person.valid else None


def place(people: Sequence[Person], wish: Wish) -> Plan:
    """Puts every valid recipient into exactly one box.

    Args:
        people: as pasted; those that are not valid are left out.
        wish: purpose, hiding, own address.
    """
    valid = [person for person in people if person.valid]
    kept, repeated, across = _once(valid)
    labelled = any(person.box in BOXES for person in kept)
    typed = {box: sum(1 for person in valid if person.box == box) for box in BOXES} if labelled else None
    plan = _audited(kept, wish) if labelled else _placed(kept, wish)
    return replace(plan, typed=typed, repeated=repeated, across=across)


def strangers(people: Iterable[Person], own: Person | None) -> int:
    """How many different outside organisations or private persons are among them."""
    return len({person.owner for person in people if own is None or person.owner != own.owner})


def _exposes(people: Sequence[Person], wish: Wish) -> bool:
    limit = 1 if wish.strict else PRIVACY_ALARM_ABOVE
    return strangers(people, wish.own) > limit


def _once(people: Sequence[Person]) -> tuple[list[Person], tuple[Person, ...], tuple[Person, ...]]:
    """Each mailbox once, in the most visible of its boxes: whoever is seen there is seen anyway."""
    order: dict[str, int] = {box: place for place, box in enumerate(BOXES)}
    best: dict[str, Person] = {}
    repeated: dict[str, Person] = {}
    across: dict[str, Person] = {}
    for person in people:
        first = best.get(person.key)
        if first is None:
            best[person.key] = person
            continue
        (repeated if first.box == person.box else across)[person.key] = person
        if order.get(person.box or "to", 0) < order.get(first.box or "to", 0):
            best[person.key] = person
    return list(best.values()), tuple(repeated.values()), tuple(across.values())


def _audited(people: Sequence[Person], wish: Wish) -> Plan:
    """The boxes as pasted; strangers move to Bcc when too many of them are in sight."""
    boxes: dict[Box, list[Person]] = {box: [] for box in BOXES}
    for person in people:
        boxes[next((box for box in BOXES if box == person.box), "to")].append(person)
    visible = [*boxes["to"], *boxes["cc"]]
    alarm = _exposes(visible, wish)
    if alarm:
        hidden = [person for person in visible if wish.own is None or person.owner != wish.own.owner]
        stay = {person.key for person in visible} - {person.key for person in hidden}
        boxes = {
            "to": [person for person in boxes["to"] if person.key in stay],
            "cc": [person for person in boxes["cc"] if person.key in stay],
            "bcc": [*hidden, *boxes["bcc"]],
        }
        _own_in_front(boxes, wish)
    return Plan(_frozen(boxes), None, visible_strangers=strangers(visible, wish.own), alarm=alarm)


def _placed(people: Sequence[Person], wish: Wish) -> Plan:
    """A list without labels: by purpose, by what the names suggest, and hidden when it would expose too many."""
    boxes: dict[Box, list[Person]] = {box: [] for box in BOXES}
    guessed: set[str] = set()
    exposing = _exposes(people, wish)
    hide = wish.strict or (exposing and wish.hide is None)
    roles = {} if wish.strict or len(people) == 1 else ROLE_BOXES.get(wish.purpose, {})
    for person in people:
        box = roles.get(person.role, "bcc" if hide and len(people) > 1 else "to")
        if person.role in roles:
            guessed.add(person.key)
            box = "cc" if box == "bcc" and wish.hide is False else box
        boxes[box].append(person)
    if not boxes["to"] and not boxes["cc"]:
        _own_in_front(boxes, wish)
    visible = [*boxes["to"], *boxes["cc"]]
    alarm = _exposes(visible, wish)
    protected = exposing and not alarm
    return Plan(
        _frozen(boxes),
        None,
        visible_strangers=strangers(people, wish.own),
        alarm=alarm,
        protected=protected,
        guessed=frozenset(guessed),
    )


def _own_in_front(boxes: dict[Box, list[Person]], wish: Wish) -> None:
    """The visitor's own address alone in an empty To, as in the guide's mailing example."""
    if wish.own is None or boxes["to"] or not boxes["bcc"]:
        return
    boxes["to"] = [wish.own]
    boxes["bcc"] = [person for person in boxes["bcc"] if person.key != wish.own.key]
    boxes["cc"] = [person for person in boxes["cc"] if person.key != wish.own.key]


def _frozen(boxes: Mapping[Box, Sequence[Person]]) -> Mapping[Box, tuple[Person, ...]]:
    return {box: tuple(people) for box, people in boxes.items()}
