"""The report of the duplicates as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from soluciones.answer.tools.contacts.compare import clean
from soluciones.answer.tools.contacts.keys import plain_text, shown_name, telephone
from soluciones.answer.tools.contacts.matching import Group, Matcher
from soluciones.answer.tools.contacts.model import Card, CardFile
from soluciones.answer.tools.tables.delimited import write_table

COLUMNS = ("group", "kind", "reasons", "card", "line", "reference", "merged", "name", "emails", "phones")

Say = Callable[[str], str]
"""Key below ``contacts_dedupe.`` → text."""


def report(
    file: CardFile,
    matcher: Matcher,
    groups: Sequence[Group],
    references: Mapping[str, Card],
    ticked: Collection[str],
    say: Say,
) -> bytes:
    """``duplicados.csv``: a row for each card of each group, then one for each piece that could not be read.

    Args:
        file: what was read.
        matcher: knows the reasons.
        groups: all groups.
        references: group id → its reference card.
        ticked: ids of the groups that were merged.
        say: texts.
    """
    rows: list[list[str]] = [[say(f"column.{name}") for name in COLUMNS]]
    for group in groups:
        rows += _group_rows(group, matcher, references[group.id], group.id in ticked, say)
    for piece in file.damaged:
        number = str(piece.number or "")
        rows.append(["", say("kind.problem"), say(f"problem.{piece.code}"), number, str(piece.line), *[""] * 5])
    return write_table(rows)


def _group_rows(group: Group, matcher: Matcher, reference: Card, merged: bool, say: Say) -> Iterable[list[str]]:
    place = next(index for index in group.members if matcher.cards[index] is reference)
    for index in group.members:
        card = matcher.cards[index]
        reasons = dict.fromkeys(_reasons(matcher, group, index, place))
        yield [
            group.id,
            say(f"kind.{group.kind}"),
            ", ".join(say(f"reason.{reason}") for reason in reasons),
            str(card.number),
            str(card.line),
            say("yes") if card is reference else "",
            say("yes") if merged else say("no"),
            clean(shown_name(card)),
            ", ".join(clean(plain_text(prop.value)) for prop in card.all("EMAIL")[:10]),
            ", ".join(clean(telephone(prop)) for prop in card.all("TEL")[:10]),
        ]


def _reasons(matcher: Matcher, group: Group, index: int, reference: int) -> tuple[str, ...]:
    """Why a card is in its group: towards the reference, else towards the first other one that it is linked with."""
    for other in (reference, *group.members[:20]):
        reasons = matcher.reasons(index, other) if other != index else ()
        if reasons:
            return reasons
    return ()
