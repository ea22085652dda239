"""Protocol words, the direction of the mail, and what goes wrong with it. Every repetition is bounded: linear time."""

from __future__ import annotations

import re

from soluciones.answer.slots.tokens import Question

_PROTOCOL = re.compile(r"(?<![\w@.])(imap|pop|smtp)(?:[34](?:rev1)?)?s?(?![\w@]|\.\w)")
_NAMES = {"imap": "imap", "pop": "pop3", "smtp": "smtp"}

_IN = re.compile(
    r"\b(?:recibi\w{1,4}|recepcion|reciba|recibo|entrantes?|de entrada|descargar|descargo|leer|"
    r"receiv\w{1,3}|incoming|inbound|download(?:ing)?|fetch(?:ing)?|"
    r"recevoir|recois|reception|entrante?s?|relever|"
    r"empfang\w{0,3}|empfangt|eingehend\w{0,2}|posteingang\w{0,10}|eingangs\w{0,8}|abrufen|"
    r"ricever\w{0,3}|riceve|ricevo|ricezione|in arrivo|in entrata|entrata)\b"
)
_OUT = re.compile(
    r"\b(?:enviar(?:los?|las?)?|envio|envios|enviando|salientes?|de salida|mandar|mando|"
    r"send(?:ing)?|sent|outgoing|outbound|submission|"
    r"envoyer|envoi|envois|envoie|sortants?|sortantes?|expedier|"
    r"senden|sende|versenden|verschick\w{1,3}|ausgehend\w{0,2}|postausgang\w{0,10}|ausgangs\w{0,8}|versand|"
    r"inviar\w{0,3}|invio|spedire|in uscita|uscita)\b"
)
_CANNOT = (
    r"(?:no (?:puedo|podemos|consigo|logro|me deja|me permite|se puede|funciona el|sale|salen|"
    r"llega|llegan|se envia|se envian)"
    r"|(?:can'?t|cannot|can not|unable to|not able to|cant|won't|doesn't|does not)"
    r"|(?:n'arrive pas a|ne peux (?:pas|plus)|ne peut pas|impossible d|je n'arrive plus a|ne parviens pas a)"
    r"|(?:kann|konnen|lasst sich|lassen sich) (?:\w{1,20} ){0,3}(?:nicht|keine|kein|nichts|nimmer)"
    r"|(?:non riesco (?:piu )?a|non posso|non si puo|impossibile))"
)
_GAP = r"[^.?!\n]{0,40}?"
_SEND = r"(?:enviar|envia|mandar|salir|sale|send|envoyer|senden|verschicken|versenden|inviare|spedire)"
_RECEIVE = r"(?:recibir|descargar|llegan?|receive|recevoir|empfangen|abrufen|ricevere|scaricare|get mail)"
_NO_SEND = re.compile(rf"\b{_CANNOT}{_GAP}\b{_SEND}|\bno (?:sale|salen|se envian?)\b")
_NO_RECEIVE = re.compile(rf"\b{_CANNOT}{_GAP}\b{_RECEIVE}|\bno (?:me )?llegan?\b")
_BLOCKED = re.compile(
    r"\b(?:bloquead[oa]s?|bloquean?|cerrad[oa]s?|blocked|blocks|blocking|closed|firewall|cortafuegos|pare-feu|bloque|bloquee?s?|"
    r"bloquent|blockiert|blockieren|gesperrt|sperrt|bloccat[oaie]|blocca|bloccano|chius[oa])\b"
)


def find_protocols(question: Question) -> list[str]:
    """``imap``, ``pop3``, ``smtp`` in the order named."""
    return list(dict.fromkeys(_NAMES[match.group(1)] for match in _PROTOCOL.finditer(question.folded)))


def find_direction(question: Question) -> str | None:
    """``in`` or ``out``; None when neither or both are spoken of."""
    incoming, outgoing = bool(_IN.search(question.folded)), bool(_OUT.search(question.folded))
    if incoming == outgoing:
        return None
    return "in" if incoming else "out"


def find_problem(question: Question) -> str | None:
    """``blocked``, ``send`` or ``receive``; None when nothing is said to fail."""
    if _BLOCKED.search(question.folded):
        return "blocked"
    if _NO_SEND.search(question.folded):
        return "send"
    return "receive" if _NO_RECEIVE.search(question.folded) else None
