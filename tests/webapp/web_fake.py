"""A small `Service` with a handful of real values: three guides, five tools, one answer for each status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from soluciones.answer.links import guide_url
from soluciones.answer.service import AskRequest, ConversationState, Suggestion
from soluciones.answer.tools.values import SlotRefused, read_upload
from soluciones.answer.types import (
    Answer,
    AnswerBlock,
    Choice,
    Citation,
    Download,
    Fact,
    Finding,
    Place,
    RelatedGuide,
    ToolResult,
)
from soluciones.index.types import Hit, SearchResult
from soluciones.kb.site import Site
from soluciones.kb.types import Block, Chunk, Guide, Row, Section, Span

SPAN = Span(1, 1, 0, 1)
STEPS = Block(
    "steps", "Abra el Manager.\nPulse Crear.", "<ol><li>Abra el Manager.</li><li>Pulse Crear.</li></ol>", SPAN
)
PROSE = Block("prose", "Use el puerto 993 (IMAPs).", "<p>Use el puerto <code>993</code> (IMAPs).</p>", SPAN)
NOTE = Block(
    "note", "Nunca el 25.", '<aside class="note note-warning"><p>Nunca el 25.</p></aside>', SPAN, label="warning"
)
CODE = Block("code", 'imap_open("x");', '<pre><code>imap_open("x");</code></pre>', SPAN, label="php")
ROW = Row(("993", "IMAPs"), "993 | IMAPs", "<table><tbody><tr><td>993</td></tr></tbody></table>", SPAN)
TABLE = Block(
    "table", "993 | IMAPs", "<table><tbody><tr><td>993</td><td>IMAPs</td></tr></tbody></table>", SPAN, rows=(ROW,)
)


def _guide(guide_id: str, title: str, sections: tuple[Section, ...], **more: Any) -> Guide:
    path = f"guides/es/{guide_id}.md"
    return Guide(guide_id, title, f"Resumen de {title}.", "es", "how-to", path, "", sections, **more)


def _section(anchor: str, title: str, *blocks: Block, level: int = 2) -> Section:
    return Section(anchor, title, level, ("Protocolos y puertos", title), blocks, SPAN)


GUIDES = (
    _guide(
        "protocolos-y-puertos",
        "Protocolos y puertos",
        (
            _section("", "Protocolos y puertos", PROSE, level=1),
            _section("puertos", "Puertos recomendados", PROSE, TABLE, NOTE),
            _section("php", "Desde PHP", CODE),
            _section("pasos", "Paso a paso", STEPS, level=3),
        ),
        topics=("configuracion",),
        tools=("ports",),
        related=("crear-direccion", "no-existe"),
        aliases=("puertos-de-correo",),
        references=("RFC 8314",),
        updated=date(2026, 11, 23),
    ),
    _guide(
        "crear-direccion",
        "Crear una dirección",
        (_section("crear", "Crear", STEPS),),
        topics=("configuracion",),
        questions=("¿Cómo creo una dirección?",),
    ),
)

SITE = Site.model_validate(
    {
        "name": "Centro de ayuda",
        "organisation": "Ejemplo",
        "tagline": {"es": "Soluciones.", "en": "Solutions."},
        "topics": [{"id": "configuracion", "title": {"es": "Configuración"}, "summary": {"es": "Servidores."}}],
        "products": [{"id": "servicio-de-correo", "title": {"es": "Servicio de Correo"}}],
        "featured": ["crear-direccion", "no-existe"],
        "suggestions": {"es": ["¿Qué puerto uso para IMAP?"], "en": ["Which port for IMAP?"]},
        "support": {"email": "ayuda@ejemplo.com"},
    }
)

PROFILE = Download("correo-ejemplo.com.mobileconfig", "application/x-apple-aspen-config", b"<plist/>", "Perfil")
QR = Download("correo.svg", "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "QR")


def _address(slots: Mapping[str, Any]) -> ToolResult:
    text = str(slots.get("email", ""))
    form = {"type": "object", "properties": {"email": {"type": "string", "title": "Dirección"}}, "required": []}
    if not text:
        return ToolResult("mail-address", "need_input", "¿Qué dirección?", form=form)
    cells = [
        {"index": i, "char": c, "shown": c, "name": c, "code": "non_ascii" if c == "ñ" else "allowed"}
        for i, c in enumerate(text.partition("@")[0])
    ]
    data = {"kind": "address", "valid": "ñ" not in text, "characters": cells, "suggestions": ["ana@ejemplo.com"]}
    found = Finding("non_ascii", "bad", f"No se admite en {text}", Place("crear-direccion", "crear"))
    after = ({"label": "Comprobar", "tool": "mail-address", "slots": {"email": "ana@ejemplo.com"}},)
    return ToolResult("mail-address", "bad", f"«{text}» no vale", (), data, (found,), next=after, slots=dict(slots))


def _ports(slots: Mapping[str, Any]) -> ToolResult:
    row = {"port": 993, "name": "IMAPs", "direction_label": "Recibir", "type_in_client": "SSL/TLS"}
    rows = [row | {"rank": "recommended", "rank_label": "Recomendado", "asked": True}]
    unknown = {"port": 2525, "rank": "unknown", "rank_label": "No figura", "asked": True}
    data = {"host": "mail.ejemplo.com", "ports": [*rows, unknown]}
    fact = Fact("Use el puerto 993 (IMAPs).", "protocolos-y-puertos", "puertos")
    after = (
        {"label": "Configurar", "tool": "client-setup", "slots": {}},
        {"label": "¿Y para enviar?", "question": "q"},
    )
    return ToolResult("ports", "ok", "Use el 993", (fact,), data, next=after, slots=dict(slots))


def _setup(slots: Mapping[str, Any]) -> ToolResult:
    setting = {"id": "server", "label": "Servidor IMAP", "value": "mail.ejemplo.com", "copy": True}
    data = {
        "groups": [{"id": "incoming", "title": "Correo entrante", "settings": [setting]}],
        "alternatives": [{"text": "Si no puede recibir, pruebe el 143."}],
        "files": [{"name": PROFILE.name, "kind": "mobileconfig", "how": "Ábralo.", "admin": False}],
    }
    form = {
        "type": "object",
        "properties": {
            "email": {"type": "string", "title": "Dirección", "maxLength": 320},
            "protocol": {"type": "string", "title": "Protocolo", "oneOf": [{"const": "imap", "title": "IMAP"}]},
            "ports": {"type": "array", "title": "Puertos", "items": {"type": "integer"}},
            "long": {"type": "string", "title": "Texto", "maxLength": 4000},
            "sure": {"type": "boolean", "title": "Seguro"},
        },
        "required": ["email"],
    }
    return ToolResult(
        "client-setup", "ok", "Datos", (), data, downloads=(PROFILE, QR), form=form, slots={"client": "ios", **slots}
    )


def _other(slots: Mapping[str, Any]) -> ToolResult:
    found = Finding("odd", "warn", "Algo raro")
    return ToolResult("other-tool", "warn", "Una herramienta sin tarjeta propia", (), {"x": 1}, (found,), slots=slots)


UPLOAD = {
    "type": "object",
    "properties": {
        "vcard": {"type": "string", "title": "Contactos", "x-upload": [".vcf"], "x-mime": ["text/vcard"]},
        "region": {"type": "string", "title": "País", "oneOf": [{"const": "CH"}, {"const": "ES"}], "description": "¿?"},
    },
    "required": ["vcard"],
}


def _upload(slots: Mapping[str, Any]) -> ToolResult:
    """Counts lines; gives the content back as a file, so that a test sees which bytes arrived."""
    try:
        given = read_upload(slots, "vcard")
    except SlotRefused as error:
        return ToolResult("upload-tool", "refused", error.reason, form=UPLOAD)
    if not given:
        return ToolResult("upload-tool", "need_input", "¿Qué archivo?", form=UPLOAD, slots=dict(slots), asks="vcard")
    content = given if isinstance(given, bytes) else given.encode()
    files = (Download("contactos.vcf", "text/vcard", content, "Contactos"),)
    files += (Download("copia ñ.vcf", "text/vcard", content), Download("copia-2.vcf", "text/vcard", content))
    if "region" not in slots:
        only = {**UPLOAD, "properties": {"region": UPLOAD["properties"]["region"]}, "required": ["region"]}
        return ToolResult("upload-tool", "need_input", "¿Qué país?", form=only, slots=dict(slots), asks="region")
    after = ({"label": "Otra vez", "tool": "upload-tool", "slots": dict(slots)},)
    lines = f"{len(content.splitlines())} líneas"
    return ToolResult("upload-tool", "ok", lines, downloads=files, form=UPLOAD, next=after, slots=dict(slots))


RUN = {"upload-tool": _upload, "mail-address": _address, "ports": _ports, "client-setup": _setup, "other-tool": _other}


def _form(tool_id: str) -> dict[str, Any]:
    if tool_id == "upload-tool":
        return {"id": tool_id, "title": "Subir", "mode": "upload", "guides": [], "schema": UPLOAD}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"email": {"type": "string", "title": "Dirección"}},
        "required": [],
    }
    guides = ["protocolos-y-puertos"]
    return {"id": tool_id, "title": f"Título {tool_id}", "mode": "instant", "guides": guides, "schema": schema}


class FakeService:
    """Answers by words of the question; remembers what it was asked."""

    def __init__(self) -> None:
        self.generation = "000001-fake"
        self.asked: list[AskRequest] = []

    def ask(self, request: AskRequest) -> tuple[Answer, ConversationState]:
        self.asked.append(request)
        text = request.question.lower()
        status = next((s for s in ("clarify", "no_answer", "handoff", "chat") if s in text), "answered")
        tools = tuple(run({}) for name, run in RUN.items() if name in text)
        lang = request.lang or "es"
        answer = Answer(
            id="answer-1",
            conversation=request.conversation,
            lang=lang,
            status=status,  # type: ignore[arg-type]
            confidence=0.9,
            message="Mensaje <b>",
            answer=(AnswerBlock(PROSE.text, PROSE.html, "prose", 0),) if status == "answered" else (),
            citations=(
                Citation(
                    "protocolos-y-puertos",
                    "Protocolos y puertos",
                    "Puertos recomendados",
                    "puertos",
                    guide_url(lang, "protocolos-y-puertos", "puertos", "Use%20el"),
                    PROSE.text,
                ),
            ),
            tools=tools,
            choices=(Choice("¿IMAP?", "¿Qué puerto IMAP?"),),
            related=(RelatedGuide("crear-direccion", "Crear una dirección", guide_url(lang, "crear-direccion")),),
            suggestion="puerto imap" if "peurto" in text else "",
            generation=self.generation,
            took_ms={"all": 1.0},
        )
        question = f"{request.question[:100]} ana@ejemplo.com"
        return answer, ConversationState(
            lang, "protocolos-y-puertos", "puertos", "", question, {}, request.state.turns + 1
        )

    def search(
        self, text: str, lang: str = "es", *, product: str = "", type: str = "", limit: int = 10
    ) -> SearchResult:
        if "zzz" in text:
            return SearchResult((), (), {}, self.generation)
        path = ("Protocolos y puertos", "Puertos recomendados")
        chunk = Chunk("c1", "protocolos-y-puertos", "es", "puertos", path, "prose", PROSE.text, PROSE.html, SPAN)
        faq = Chunk("c2", "crear-direccion", "es", "", ("Crear una dirección",), "faq", "¿Cómo creo?", "", SPAN)
        hits = (Hit(chunk, 2.0, {"keyword": 1.5, "vector": 0.5}), Hit(faq, 1.0, {"keyword": 1.0}))
        guides = (("protocolos-y-puertos", 2.0),)
        return SearchResult(
            hits[:limit], guides, {"cosine": 0.5}, self.generation, "puerto" if "peurto" in text else ""
        )

    def suggest(self, text: str, lang: str = "es", limit: int = 8) -> tuple[Suggestion, ...]:
        guide = GUIDES[0]
        return (Suggestion("¿Qué puerto?", guide.id, guide.title, guide_url(lang, guide.id), "question"),)[:limit]

    def site(self) -> Site:
        return SITE

    def guides(self, lang: str = "") -> tuple[Guide, ...]:
        return GUIDES

    def guide(self, guide_id: str) -> Guide | None:
        return next((guide for guide in GUIDES if guide_id in (guide.id, *guide.aliases)), None)

    def tool_titles(self, lang: str) -> Mapping[str, str]:
        return {str(form["id"]): str(form["title"]) for form in self.tool_forms(lang)}

    def tool_form(self, tool_id: str, lang: str) -> Mapping[str, Any] | None:
        return next((form for form in self.tool_forms(lang) if form["id"] == tool_id), None)

    def tool_forms(self, lang: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(_form(tool_id) for tool_id in RUN)

    def run_tool(self, tool_id: str, slots: Mapping[str, Any], lang: str, visitor: str = "") -> ToolResult:
        return RUN[tool_id](slots)
