"""Where hand-offs go, by the settings."""

from __future__ import annotations

from soluciones.settings import Settings

WEBHOOK, EMAIL = "webhook", "email"


def channels(settings: Settings) -> tuple[str, ...]:
    """The channels that are set up."""
    wanted = ((WEBHOOK, settings.handoff_webhook), (EMAIL, settings.handoff_email))
    return tuple(name for name, value in wanted if value)
