"""The ``kb`` command. Everything heavy is imported inside the commands, so that ``--help`` is instant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from soluciones.settings import Settings

app = typer.Typer(
    name="kb",
    help="Soluciones: a self-hosted help-centre engine. Guides in, cited answers and live tools out.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help starts in half the time
)
model_app = typer.Typer(name="model", help="Prepare and check the embedding model.", no_args_is_help=True)
app.add_typer(model_app)

ContentOption = Annotated[Path | None, typer.Option("--content", help="Folder of guides.", show_default="content")]
IndexOption = Annotated[
    Path | None, typer.Option("--index", help="Folder of index generations.", show_default="var/index")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def main() -> None:
    """Entry point: known errors become one line and a hint, with an exit code; nothing else is swallowed."""
    from soluciones.cli.errors import explain

    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        code = explain(error)
        if code is None:
            raise
        raise SystemExit(code) from None


def settings_for(content: Path | None = None, index: Path | None = None, **more: object) -> Settings:
    """Settings with what the command line names on top."""
    from soluciones.settings import Settings

    given = {"content": content, "index": index, **more}
    return Settings(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]


@app.command()
def serve(
    content: ContentOption = None,
    index: IndexOption = None,
    host: Annotated[str | None, typer.Option(help="Address to serve on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.", show_default="8000")] = None,
    build_first: Annotated[
        bool, typer.Option("--build/--no-build", help="Prepare the model and build the index first.")
    ] = True,
) -> None:
    """Serve the help centre. Prepares the model and builds the index first if anything changed."""
    from soluciones.cli.serve import serve as run

    run(settings_for(content, index, host=host, port=port), build_first=build_first)


@app.command()
def build(
    content: ContentOption = None,
    index: IndexOption = None,
    force: Annotated[bool, typer.Option(help="Make a new generation even if nothing changed.")] = False,
    keep_serving: Annotated[
        bool, typer.Option("--keep-serving", help="End well on bad content if an older index can go on serving.")
    ] = False,
) -> None:
    """Build a new index generation and let running servers take it."""
    from soluciones.cli.build import build_index

    build_index(settings_for(content, index), force=force, keep_serving=keep_serving)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    content: ContentOption = None,
    index: IndexOption = None,
    lang: Annotated[str, typer.Option(help="Language of the page: es, en, fr, de, it.")] = "",
    as_json: JsonOption = False,
    questions: Annotated[
        Path | None,
        typer.Option(
            help='JSON Lines of {"q", "lang"}; prints one JSON answer a line, in their order.',
            exists=True,
            dir_okay=False,
        ),
    ] = None,
) -> None:
    """Ask a question, or a file of questions."""
    from soluciones.cli.ask import ask_file, ask_one

    settings = settings_for(content, index)
    if questions is not None:
        ask_file(settings, questions)
    elif question is not None:
        ask_one(settings, question, lang, as_json)
    else:
        raise typer.BadParameter("give a question, or --questions FILE.jsonl")


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="What to search for.")] = None,
    content: ContentOption = None,
    index: IndexOption = None,
    lang: Annotated[str, typer.Option(help="Language of the query.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 10,
    as_json: JsonOption = False,
    explain: Annotated[bool, typer.Option(help="Show the parts of each score.")] = False,
    queries: Annotated[
        Path | None, typer.Option(help='JSON Lines of {"id", "text"} (and "lang").', exists=True, dir_okay=False)
    ] = None,
    run: Annotated[Path | None, typer.Option(help="TREC run file to write (with --queries).", dir_okay=False)] = None,
) -> None:
    """Search passages, or write a TREC run of guides for a file of queries."""
    from soluciones.cli.search import search_file, search_one

    settings = settings_for(content, index)
    if queries is not None and run is not None:
        search_file(settings, queries, run, lang, limit)
    elif query is not None:
        search_one(settings, query, lang, limit, as_json, explain)
    else:
        raise typer.BadParameter("give a query, or --queries FILE.jsonl with --run OUT.trec")


@app.command()
def tool(
    tool_id: Annotated[str, typer.Argument(help="Tool id, e.g. mail-address.", metavar="ID")],
    slots: Annotated[str, typer.Option("--json", help="Slots as a JSON object.")] = "{}",
    files: Annotated[
        list[str] | None, typer.Option("--file", help="A slot read from a file, e.g. vcard=contacts.vcf.")
    ] = None,
    content: ContentOption = None,
    index: IndexOption = None,
    lang: Annotated[str, typer.Option(help="Language of the texts.")] = "es",
    out: Annotated[Path | None, typer.Option(help="Folder to write the tool's files to.", file_okay=False)] = None,
) -> None:
    """Run one live tool and print its result as JSON."""
    from soluciones.cli.tool import run_tool

    raise typer.Exit(run_tool(settings_for(content, index), tool_id, slots, files or [], lang, out))


@app.command()
def lint(content: ContentOption = None, index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Check the guides and facts; exits 1 when there are errors."""
    from soluciones.cli.lint import lint_content

    raise typer.Exit(lint_content(settings_for(content, index), as_json))


@app.command(name="eval")
def evaluate(
    content: ContentOption = None,
    index: IndexOption = None,
    questions: Annotated[Path, typer.Option(help="Question set.", exists=True, dir_okay=False)] = Path(
        "bench/dev/questions.jsonl"
    ),
    half: Annotated[str, typer.Option(help="all, tuning or reporting.")] = "all",
    out: Annotated[Path | None, typer.Option(help="Write the result as JSON.", dir_okay=False)] = None,
    failures: Annotated[bool, typer.Option(help="List the questions that failed.")] = False,
    calibrate: Annotated[
        bool, typer.Option(help="Fit confidence and tool weights first (on the tuning half).")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure answers on a question set: right guide, required fact, abstention, tool; per language and kind."""
    from soluciones.cli.evaluate import evaluate as run

    run(
        settings_for(content, index),
        questions,
        half=half,
        out=out,
        failures=failures,
        calibrate=calibrate,
        as_json=as_json,
    )


@app.command()
def doctor(content: ContentOption = None, index: IndexOption = None) -> None:
    """Check the installation: model, index, content, state folder; exits 1 when something is wrong."""
    from soluciones.cli.doctor import examine

    raise typer.Exit(examine(settings_for(content, index)))


@model_app.command("prepare")
def model_prepare() -> None:
    """Turn the bundled (or set) model into the files the server needs."""
    from soluciones.cli.build import prepare

    prepare(settings_for())


@model_app.command("verify")
def model_verify() -> None:
    """Compare the prepared model's files with their checksums."""
    from soluciones.cli.doctor import examine_model

    raise typer.Exit(examine_model(settings_for()))


if __name__ == "__main__":
    main()
