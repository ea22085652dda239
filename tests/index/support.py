"""A small help centre for the tests of the index, written as Markdown and read by the real reader."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from soluciones.index.builder import BuildReport, build
from soluciones.index.store.store import Store
from soluciones.kb.content import read_content
from soluciones.kb.types import Content
from tests.fake_embedder import FakeEmbedder


def guide_text(guide: str, title: str, body: str, questions: Sequence[str] = (), **head: object) -> str:
    """A guide file; further front matter as keywords."""
    meta = {"id": guide, "title": title, "summary": title, "lang": "es", "questions": list(questions), **head}
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in meta.items()]
    return "\n".join(["---", *lines, "---", "", body, ""])


PORTS = """
El servidor es `mail.infomaniak.com`. {mark}

## Puertos recomendados

Para recibir mensajes por IMAP use el puerto 993. Para enviar por SMTP use el puerto 465.

| Puerto | Protocolo |
|---|---|
| 993 | IMAPs |
| 465 | SMTPs |
| 995 | POP3s |
"""
PASSWORD = """
Puede cambiar la contraseña de su dirección de correo. {mark}

## Pasos para cambiarla

1. Abra el Manager.
2. Elija la dirección.
3. Escriba la contraseña nueva.

## Aplicar la contraseña

Actualice la configuración de sus dispositivos.
"""
COPIES = """
El campo CCI sirve para enviar una copia oculta. {mark}

## Campos

El campo CC muestra los destinatarios a todos.
"""
ERRORS = """
Un mensaje devuelto lleva un código. {mark}

## Códigos de seguridad

El código 5.7.26 significa que el mensaje no supera la autenticación de correo.
El código 550 es definitivo.
"""
SPF = """
El registro SPF del dominio es `v=spf1 include:spf.infomaniak.ch -all`. {mark}

## Wix

Añada el registro en la zona DNS de Wix. Verificaciones y configuraciones tardan unas horas.
"""
INTERNAL = """
Procedimiento interno del soporte para restaurar buzones borrados. {mark}
"""

GLOSSARY = """
entries:
  - term: contraseña
    synonyms: [clave]
    translations: {en: [password], fr: [mot de passe], de: [passwort], it: [password]}
  - term: copia oculta
    synonyms: [cci, cco, bcc]
    translations: {en: [blind copy]}
"""
INTENT = """
id: change-password
tool: ports
guides: [contrasena]
examples: {es: [quiero renovar mi secreto], en: [renew my secret]}
not: [cambiar la bombilla]
"""
OUT_OF_SCOPE = """
es: ["¿Cuál es la capital de Francia?"]
"""


def small_guides(mark: str = "versiona") -> dict[str, str]:
    """Guide id → file. Every guide says ``mark`` once."""
    ports = guide_text(
        "puertos",
        "Protocolos y puertos",
        PORTS.format(mark=mark),
        ["¿Qué puerto uso para IMAP?"],
        type="reference",
        products=["correo"],
        aliases=["ports-viejo"],
    )
    password = guide_text(
        "contrasena",
        "Cambiar la contraseña",
        PASSWORD.format(mark=mark),
        ["¿Cómo cambio mi contraseña?"],
        products=["correo"],
    )
    errors = guide_text("errores", "Códigos de error", ERRORS.format(mark=mark), ["¿Qué significa el error 550?"])
    return {
        "puertos": ports,
        "contrasena": password,
        "copias": guide_text("copias", "Para, CC y CCI", COPIES.format(mark=mark), ["¿Qué es el campo CCI?"]),
        "errores": errors,
        "spf": guide_text("spf", "Registro SPF en Wix", SPF.format(mark=mark), products=["dominio"]),
        "interno": guide_text("interno", "Restaurar buzones", INTERNAL.format(mark=mark), audience="agent"),
    }


def read_guides(folder: Path, guides: Mapping[str, str], extras: bool = True) -> Content:
    """Writes guides (and glossary, an intent, an unanswerable question) below ``folder`` and reads them."""
    place = folder / "guides" / "es"
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        old.unlink()
    for guide, text in guides.items():
        (place / f"{guide}.md").write_text(text, encoding="utf-8")
    if extras:
        (folder / "intents").mkdir(exist_ok=True)
        (folder / "intents" / "change-password.yml").write_text(INTENT, encoding="utf-8")
        (folder / "glossary.yml").write_text(GLOSSARY, encoding="utf-8")
        (folder / "out_of_scope.yml").write_text(OUT_OF_SCOPE, encoding="utf-8")
    return read_content(folder)


def small_content(folder: Path, mark: str = "versiona") -> Content:
    """The small help centre."""
    return read_guides(folder, small_guides(mark))


def built(path: Path, content: Content, embedder: FakeEmbedder | None = None) -> tuple[Store, BuildReport]:
    """A store with ``content`` built into it."""
    embedder = embedder or FakeEmbedder()
    store = Store(path, lambda: embedder)
    return store, build(content, embedder, store)
