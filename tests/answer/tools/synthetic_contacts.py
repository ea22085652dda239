"""An address book of 1,900 cards with 400 known pairs: made, so that the right answer is known; the same every time."""

from __future__ import annotations

import random
from dataclasses import dataclass

GIVEN = [
    "Ana",
    "María",
    "Carmen",
    "Josefa",
    "Isabel",
    "Laura",
    "Cristina",
    "Marta",
    "Dolores",
    "Lucía",
    "Elena",
    "Pilar",
    "Raquel",
    "Sara",
    "Paula",
    "Rosa",
    "Beatriz",
    "Nuria",
    "Silvia",
    "Julia",
    "Antonio",
    "José",
    "Manuel",
    "Francisco",
    "David",
    "Juan",
    "Javier",
    "Daniel",
    "Carlos",
    "Jesús",
    "Alejandro",
    "Miguel",
    "Rafael",
    "Pablo",
    "Sergio",
    "Fernando",
    "Jorge",
    "Alberto",
    "Luis",
    "Álvaro",
    "Adrián",
    "Diego",
    "Iván",
    "Rubén",
    "Óscar",
    "Andrés",
    "Ramón",
    "Enrique",
    "Begoña",
    "Íñigo",
    "Hélène",
    "François",
    "Jürgen",
    "Käthe",
    "Søren",
    "Giulia",
    "Matteo",
    "Chloé",
    "Zoë",
    "Aitor",
    "Nerea",
    "Unai",
    "Xavier",
    "Núria",
    "Oriol",
]
FAMILY = [
    "García",
    "Rodríguez",
    "González",
    "Fernández",
    "López",
    "Martínez",
    "Sánchez",
    "Pérez",
    "Gómez",
    "Martín",
    "Jiménez",
    "Ruiz",
    "Hernández",
    "Díaz",
    "Moreno",
    "Muñoz",
    "Álvarez",
    "Romero",
    "Alonso",
    "Gutiérrez",
    "Navarro",
    "Torres",
    "Domínguez",
    "Vázquez",
    "Ramos",
    "Gil",
    "Ramírez",
    "Serrano",
    "Blanco",
    "Molina",
    "Morales",
    "Suárez",
    "Ortega",
    "Delgado",
    "Castro",
    "Ortiz",
    "Rubio",
    "Marín",
    "Sanz",
    "Núñez",
    "Iglesias",
    "Medina",
    "Garrido",
    "Cortés",
    "Castillo",
    "Santos",
    "Lozano",
    "Guerrero",
    "Cano",
    "Prieto",
    "Méndez",
    "Cruz",
    "Calvo",
    "Gallego",
    "Vidal",
    "León",
    "Herrera",
    "Márquez",
    "Peña",
    "Cabrera",
    "Müller",
    "Weiß",
    "Dubois",
    "Lefèvre",
    "Rossi",
    "Bianchi",
    "Echeverría",
    "Ibáñez",
    "Zubizarreta",
]
DOMAINS = ("ejemplo.com", "correo.example", "firma.es", "mail.example.org", "casa.ch")
PAIRS = 400
CARDS = 1_900


@dataclass
class Person:
    """What is known of somebody."""

    given: str
    family: str
    second: str
    email: str
    phone: str
    """National number of nine digits."""


def synthetic(seed: int = 20_261_123) -> tuple[str, frozenset[tuple[int, int]]]:
    """The file, and the pairs of card numbers (1-based, ascending) that are one person.

    Of the pairs about half share an address, a third a number and the rest only the name, as in exports of a telephone
    and a mail program put together. Around them are families with one number, four switchboards, a mailbox of several
    people, and namesakes.
    """
    rnd = random.Random(seed)
    people = [_person(rnd, number) for number in range(CARDS - PAIRS)]
    cards: list[tuple[int, str]] = [(n, _card(rnd, p, with_email=True, with_phone=True)) for n, p in enumerate(people)]
    _confuse(rnd, people, cards)
    for number in range(PAIRS):
        cards.append((number, _twin(rnd, people[number])))
    rnd.shuffle(cards)
    places: dict[int, list[int]] = {}
    for place, (owner, _) in enumerate(cards, start=1):
        places.setdefault(owner, []).append(place)
    truth = frozenset((found[0], found[1]) for found in places.values() if len(found) > 1)
    return "".join(text for _, text in cards), truth


def _person(rnd: random.Random, number: int) -> Person:
    given, family, second = rnd.choice(GIVEN), rnd.choice(FAMILY), rnd.choice(FAMILY)
    email = f"{rnd.choice('abcdefghijklmnop')}{number}.{rnd.randrange(1000)}@{rnd.choice(DOMAINS)}"
    return Person(given, family, second, email, f"6{10_000_000 + number * 7919 % 80_000_000:08d}")


def _confuse(rnd: random.Random, people: list[Person], cards: list[tuple[int, str]]) -> None:
    """Families, switchboards, shared mailboxes and namesakes among those who have no second card."""
    place = PAIRS
    for _ in range(60):  # families: one number, one surname
        for offset in range(3):
            person = people[place + offset]
            person.phone, person.family = people[place].phone, people[place].family
            cards[place + offset] = (place + offset, _card(rnd, person, offset != 1, True))
        place += 3
    for _ in range(4):  # switchboards
        for offset in range(20):
            people[place + offset].phone = people[place].phone
            cards[place + offset] = (place + offset, _card(rnd, people[place + offset], rnd.random() < 0.7, True))
        place += 20
    for offset in range(6):  # a mailbox that several people read
        people[place + offset].email = "info@firma.es"
        cards[place + offset] = (place + offset, _card(rnd, people[place + offset], True, True))
    place += 6
    for _ in range(40):  # namesakes, each with an address or number of their own
        first, other = people[place], people[place + 1]
        other.given, other.family, other.second = first.given, first.family, first.second
        cards[place] = (place, _card(rnd, first, True, True))
        cards[place + 1] = (place + 1, _card(rnd, other, True, rnd.random() < 0.5))
        place += 2


def _twin(rnd: random.Random, person: Person) -> str:
    """A second card of somebody, as another program or another year wrote it."""
    kind = rnd.random()
    changed = Person(person.given, person.family, person.second, person.email, person.phone)
    fate = rnd.random()
    if fate < 0.2:
        changed.second = ""
    elif fate < 0.3:
        changed.given = changed.given[0] + "."
    elif fate < 0.4:
        changed.family = changed.family[:-2] + changed.family[-1] + changed.family[-2]  # a slip
    if kind < 0.45:
        changed.email = changed.email.upper()
        changed.phone = ""
    elif kind < 0.8:
        changed.email = "" if rnd.random() < 0.5 else f"otra.{person.email}"
    else:
        changed.email, changed.phone = ("", "") if rnd.random() < 0.5 else (f"nueva.{person.email}", "")
    return _card(rnd, changed, bool(changed.email), bool(changed.phone))


def _card(rnd: random.Random, person: Person, with_email: bool, with_phone: bool) -> str:
    names = f"{person.family} {person.second}".strip()
    style = rnd.randrange(3)
    lines = ["BEGIN:VCARD", f"VERSION:{rnd.choice(['3.0', '4.0'])}"]
    if style == 2:
        lines.append(f"FN:{names}\\, {person.given}")
    else:
        lines += [f"FN:{person.given} {names}", f"N:{names};{person.given};;;"]
    if with_email and person.email:
        lines.append(f"EMAIL:{person.email}")
    if with_phone and person.phone:
        lines.append(f"TEL:{_written(rnd, person.phone)}")
    return "\r\n".join([*lines, "END:VCARD", ""])


def _written(rnd: random.Random, phone: str) -> str:
    a, b, c = phone[:3], phone[3:6], phone[6:]
    return rnd.choice([f"+34{phone}", f"{a} {b} {c}", f"0034 {a}-{b}-{c}", f"+34 {a} {b} {c}", f"({a}) {b}{c}"])
