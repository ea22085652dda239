"""Summaries and review dates."""

from __future__ import annotations

from soluciones.kb.checks.base import Linted, head_line


def upkeep(linted: Linted) -> None:
    """Warn of a missing summary and of a review that is missing or overdue."""
    for guide in linted.content.guides:
        if not guide.summary:
            hint = "One sentence saying what the guide is for."
            linted.problems.warning("missing_summary", guide.path, 1, "the guide has no summary", hint)
        if guide.review_by is None:
            hint = "Add `review_by: YYYY-MM-DD`."
            linted.problems.warning("missing_review_by", guide.path, 1, "nobody is to review this guide", hint)
        elif guide.review_by < linted.today:
            line = head_line(guide, "review_by")
            hint = "Read the guide again, then move the date."
            linted.problems.warning("review_overdue", guide.path, line, f"review due {guide.review_by}", hint)
        if guide.updated is not None and guide.updated > linted.today:
            line = head_line(guide, "updated")
            linted.problems.warning(
                "updated_in_future", guide.path, line, f"updated {guide.updated}", "Correct the date."
            )
