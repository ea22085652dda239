"""``site.yml``, ``facts.yml``, ``glossary.yml``, ``out_of_scope.yml`` and ``intents/*.yml`` as validated data."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from soluciones.kb.files import Folder
from soluciones.kb.intents import Intent
from soluciones.kb.site import Site
from soluciones.kb.types import LANGUAGES, Guide
from soluciones.kb.yaml_text import Loaded, YamlTrouble, load_yaml

Model = TypeVar("Model", bound=BaseModel)
DEFAULT_NAME = "Centro de ayuda"


class OutOfScope(RootModel[dict[str, tuple[str, ...]]]):
    """Language → questions that no guide answers."""

    model_config = ConfigDict(frozen=True)


def load_file(folder: Folder, path: str) -> Loaded | None:
    """A YAML file with its lines; None when it is absent, or cannot be read (the reason is then in the problems)."""
    if not folder.has(path):
        return None
    text = folder.read(path)
    if text is None:
        return None
    try:
        return load_yaml(text)
    except YamlTrouble as trouble:
        folder.problems.error(trouble.code, path, trouble.line, trouble.message, trouble.hint)
        return None


def read_model(folder: Folder, path: str, model: type[Model]) -> Model | None:
    """A YAML file as ``model``; None when absent or refused."""
    loaded = load_file(folder, path)
    if loaded is None:
        return None
    try:
        return model.model_validate({} if loaded.data is None else loaded.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False):
            place = tuple(part for part in detail["loc"] if isinstance(part, str | int))
            name = ".".join(map(str, place)) or path
            code, hint = _explained(detail["type"])
            folder.problems.error(code, path, loaded.line(place), f"`{name}`: {detail['msg']}", hint)
        return None


def _explained(kind: str) -> tuple[str, str]:
    if kind == "missing":
        return "missing_key", "Add this key."
    if kind == "extra_forbidden":
        return "unknown_key", "Remove it or correct its spelling."
    return "bad_value", "Correct the value; put numbers and yes/no in quotes where text is meant."


def plain(model: BaseModel) -> dict[str, Any]:
    """A model as plain data that JSON can hold and the model takes back."""
    return model.model_dump(mode="json", by_alias=True)


def read_site(folder: Folder, guides: tuple[Guide, ...]) -> Site:
    """``site.yml`` (or a plain default made from the guides' own topics and products) with ``out_of_scope.yml``."""
    site = read_model(folder, "site.yml", Site) or default_site(guides)
    extra = read_model(folder, "out_of_scope.yml", OutOfScope)
    if extra is None:
        return site
    merged = dict(site.out_of_scope)
    for lang, questions in extra.root.items():
        merged[lang] = tuple(dict.fromkeys((*merged.get(lang, ()), *questions)))
    return site.model_copy(update={"out_of_scope": merged})


def default_site(guides: tuple[Guide, ...]) -> Site:
    """The site of a folder that holds only guides."""
    languages = sorted({guide.lang for guide in guides})
    topics = sorted({name for guide in guides for name in guide.topics})
    products = sorted({name for guide in guides for name in guide.products})
    default = "es" if "es" in languages or not languages else languages[0]
    return Site.model_validate(
        {
            "name": DEFAULT_NAME,
            "organisation": "",
            "languages": LANGUAGES,
            "default_language": default,
            "tagline": {"es": ""},
            "topics": [{"id": name, "title": {"es": _readable(name)}, "summary": {"es": ""}} for name in topics],
            "products": [{"id": name, "title": {"es": _readable(name)}} for name in products],
        }
    )


def _readable(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()


def read_intents(folder: Folder) -> tuple[Intent, ...]:
    """``intents/*.yml``, each id once."""
    if not folder.is_folder("intents"):
        return ()
    intents: dict[str, tuple[Intent, str]] = {}
    for path in folder.walk("intents", (".yml", ".yaml")):
        intent = read_model(folder, path, Intent)
        if intent is None:
            continue
        if intent.id in intents:
            message = f"intent `{intent.id}` stands also in {intents[intent.id][1]}"
            folder.problems.error("duplicate_id", path, 1, message, "Give each intent an id of its own.")
        else:
            intents[intent.id] = (intent, path)
    return tuple(intent for intent, _ in intents.values())
