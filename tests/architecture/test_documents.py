"""What the documents name exists: files, links, modules, commands, options, targets of make."""

from __future__ import annotations

import importlib
import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bgtui.cli.main import bgtui
from bgtui.session.journal_file import JournalFile
from tests.support import pictures

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "bgtui"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))

_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?")
_MODULE = re.compile(r"(?:bgtui\.)?[a-z_]+(?:\.\w+)+")
_ELSEWHERE = re.compile(r"[a-z][A-Z]|NNNN|\.toml$")
"""Names of Bitget's, of a file to be, of a file of the person's."""
_TOPS = {path.name for path in PACKAGE.iterdir()} | {"bgtui", "tests", "docs", "benchmarks", "styles"}
_PACKAGES = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}


def prose(page: Path) -> str:
    """The page without its blocks of code; a line that was broken inside of a link is whole again."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def inline(page: Path) -> Iterator[str]:
    for match in _CODE.finditer(" ".join(prose(page).splitlines())):
        yield match[1]


def ours(page: Path) -> Iterator[str]:
    return (text for text in inline(page) if not _ELSEWHERE.search(text))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the usual hosts make them."""
    found = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for target in _LINK.findall(prose(page)):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            lost.append(target)
    assert lost == []


@every_page
def test_every_path_is_there(page: Path) -> None:
    named = [text for text in ours(page) if _PATH.fullmatch(text) and text.split("/")[0] in _TOPS]
    lost = [text for text in named if not (ROOT / text).exists() and not (PACKAGE / text).exists()]
    assert lost == []


@every_page
def test_every_module_is_there(page: Path) -> None:
    named = [text.removeprefix("bgtui.") for text in ours(page) if _MODULE.fullmatch(text)]
    assert [text for text in named if text.split(".")[0] in _PACKAGES and not resolves(text)] == []


def resolves(name: str) -> bool:
    """Tell whether a dotted name is a module of the package, or something in one."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        module = ".".join(("bgtui", *parts[:count]))
        try:
            found = importlib.util.find_spec(module)
        except ModuleNotFoundError:
            continue
        if found is None:
            continue
        thing: object = importlib.import_module(module)
        for part in parts[count:]:
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


def commands(page: Path) -> Iterator[list[str]]:
    """Every command line of bgtui on a page, as words after its name."""
    text = page.read_text(encoding="utf-8")
    lines = [line.partition("#")[0] for block in _FENCE.findall(text) for line in block.splitlines()]
    # In a block a command stands alone, behind its prompt or behind a pipe.
    heads = (re.search(r"(?:^\$ |\| )(?:\S*/)?bgtui\b(.*)$", line) for line in lines)
    found = [head[1] for head in heads if head is not None]
    found += [text.removeprefix("bgtui") for text in inline(page) if re.match(r"bgtui( |$)", text)]
    for line in found:
        yield shlex.split(line.replace("…", "").replace("[", "").replace("]", "").rstrip("\\"))


def unknown(words: list[str]) -> str:
    """Return what of a command line the program does not know; empty when it knows everything."""
    command: click.Command = bgtui
    known = options(bgtui)
    takes: click.Option | None = None
    for word in words:
        if takes is not None:
            kind, takes = takes.type, None
            is_example = word.isupper() or "|" in word
            if isinstance(kind, click.Choice) and not is_example and word not in kind.choices:
                return word
            continue
        if word.startswith("-"):
            name, _, given = word.partition("=")
            if name not in known:
                return word
            option = known[name]
            takes = option if not option.is_flag and not given else None
        elif isinstance(command, click.Group) and not word.isupper() and "|" not in word:
            below = command.get_command(click.Context(command), word)
            if below is None:
                return word
            command, known = below, {**options(bgtui), **options(below)}
    return ""


def options(command: click.Command) -> dict[str, click.Option]:
    shown = (each for each in command.params if isinstance(each, click.Option) and not each.hidden)
    found = {name: each for each in shown for name in each.opts}
    helping = click.Option(["--help", "-h"], is_flag=True)
    return {**found, "--help": helping, "-h": helping}


@every_page
def test_every_command_can_be_given(page: Path) -> None:
    assert [(word, words) for words in commands(page) if (word := unknown(words))] == []


def test_commands_are_found_and_judged() -> None:
    assert len(list(commands(ROOT / "README.md"))) > 10
    assert unknown(["show", "book", "BTCUSDT", "--watch", "--json"]) == ""
    assert unknown(["--env", "moon"]) == "moon"
    assert unknown(["shout"]) == "shout"
    assert unknown(["journal", "--all"]) == "--all"
    assert not resolves("session.wishes")
    assert resolves("session.journal_file.JournalFile")
    assert JournalFile.__module__ == "bgtui.session.journal_file"


def subcommands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            below = command.get_command(context, each)
            assert below is not None
            yield from subcommands(below, f"{name} {each}")


COMMANDS = dict(subcommands(bgtui, "bgtui"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_described(name: str) -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    if name.startswith("bgtui sim"):
        page += (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    wanted = {opt for opt in options(COMMANDS[name]) if opt.startswith("--")} - {"--help", "--version"}
    assert sorted(opt for opt in wanted if not re.search(rf"{opt}(?![\w-])", page)) == []
    assert name.rsplit(" ", maxsplit=1)[-1] in page


@every_page
def test_every_target_of_make_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = re.findall(
        r"(?:`|\$ |^)(?:[A-Z_]+=\w+ )?make ([a-z]+)\b", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(named) <= targets


def test_every_picture_tells_how_it_was_made() -> None:
    assert pictures.PAGE.read_text(encoding="utf-8") == pictures.page(), "python -m tests.support.pictures"
    assert {path.stem for path in pictures.FOLDER.glob("*.svg")} == {each.name for each in pictures.PICTURES}


def test_every_fault_is_described() -> None:
    def ids(name: str) -> list[str]:
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        return re.findall(r"^\| (F-\d\d) \|", text, re.MULTILINE)

    assert ids("faults.md") == [f"F-{number:02}" for number in range(1, 31)]
    assert ids("simulator.md") == ids("faults.md")
