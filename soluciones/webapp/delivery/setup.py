"""Makes the courier that the settings ask for."""

from __future__ import annotations

from flask import Flask

from soluciones.answer.service import Service
from soluciones.settings import Settings
from soluciones.webapp.delivery.channels import EMAIL, WEBHOOK, channels
from soluciones.webapp.delivery.courier import Courier, Send, attach
from soluciones.webapp.delivery.letter import Sender, as_json
from soluciones.webapp.state.handoffs import Handoff
from soluciones.webapp.state.store import Store


def _sender(service: Service) -> Sender:
    """The site as it is now; nameless while there is no index."""
    if not service.generation:
        return Sender()
    site = service.site()
    lang = site.default_language
    return Sender(site.name, lang, site.base_url, service.tool_titles(lang))


def _by_webhook(settings: Settings, service: Service) -> Send:
    from soluciones.webapp.delivery.webhook import Webhook  # few sites have one: not at every start

    webhook = Webhook(settings.handoff_webhook, settings.handoff_webhook_secret)

    def send(handoff: Handoff) -> None:
        webhook.post(handoff.id, as_json(handoff, _sender(service)))

    return send


def _by_mail(settings: Settings, service: Service) -> Send:
    from soluciones.webapp.delivery.mail import MailRoute  # brings the mail libraries along

    route = MailRoute(
        settings.handoff_email,
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_tls,
        settings.smtp_user,
        settings.smtp_password_file,
        settings.smtp_from,
    )

    def send(handoff: Handoff) -> None:
        route.send(route.message(handoff, _sender(service)))

    return send


_SENDERS = {WEBHOOK: _by_webhook, EMAIL: _by_mail}


def init_app(app: Flask, settings: Settings, service: Service, store: Store) -> None:
    """Puts a courier on the app when the settings name somebody to deliver to."""
    senders = {name: _SENDERS[name](settings, service) for name in channels(settings)}
    if senders:
        attach(app, Courier(store.database, senders))
