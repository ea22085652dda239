"""The guide's three branches as data: what makes the checklist, what follows, what is said of the password."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the assistant. Names are those of ``procedures`` in ``facts.yml`` after ``create_address.``."""

    branch: str
    """``a`` (oneself), ``b`` (others) or ``c`` («NO LO SÉ»)."""
    headline: str
    groups: tuple[str, ...]
    """Parts of the checklist, in order."""
    consequences: tuple[str, ...]
    codes: tuple[str, ...]
    """Findings."""
    password: str
    """``chosen``, ``random``, ``random_unless_personal`` or ``not_shown``."""
    added_to_mail: bool | None
    """Added to Infomaniak Mail by itself; None where the guide does not say."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Everything that is quoted."""
        return tuple(dict.fromkeys((*self.groups, *self.consequences)))


_LATER = "me_later"
_SESSIONS = "logout_everywhere"

_ME = Path(
    "a", "me", ("form", "me"), ("me_result", _LATER), ("branch_me", "password_chosen", _SESSIONS), "chosen", True
)
_UNKNOWN = Path(
    "c",
    "unknown",
    ("form", "unknown", "me"),
    ("unknown_result", _LATER),
    ("branch_unknown", "password_chosen", "not_added_to_mail", _SESSIONS),
    "chosen",
    False,
)
_OTHERS = {
    "existing_users": Path(
        "b",
        "existing_users",
        ("form", "existing_users"),
        ("permissions", "sessions"),
        ("branch_existing", "password_random", _SESSIONS),
        "random",
        None,
    ),
    "new_address": Path(
        "b",
        "new_address",
        ("form", "invite"),
        ("invited", "validate", "sessions"),
        ("branch_invite", "password_random", "validate_later", _SESSIONS),
        "random",
        None,
    ),
    "personal_address": Path(
        "b",
        "personal_address",
        ("form", "invite"),
        ("invited", "sessions"),
        ("branch_invite", "password_not_shown", _SESSIONS),
        "not_shown",
        None,
    ),
    "unknown": Path(
        "b",
        "others",
        ("form", "others"),
        ("invited", "permissions", "sessions"),
        ("branch_others", "password_depends", _SESSIONS),
        "random_unless_personal",
        None,
    ),
}


def path_for(for_whom: str, invite: str, quota: str) -> Path:
    """The path of a case.

    Args:
        for_whom: ``me``, ``others`` or ``unknown``.
        invite: with ``others``: how they get it; "" counts as ``unknown``.
        quota: ``yes`` leaves the requirements out, ``no`` puts the request for a quota first.
    """
    path = {"me": _ME, "unknown": _UNKNOWN}.get(for_whom) or _OTHERS.get(invite, _OTHERS["unknown"])
    first = {"yes": (), "no": ("quota",)}.get(quota, ("requirements",))
    return Path(
        path.branch,
        path.headline,
        (*first, *path.groups),
        path.consequences,
        path.codes,
        path.password,
        path.added_to_mail,
    )
