"""docs/keys.md, generated from the key table: `python -m tests.support.keytable` writes it."""

from __future__ import annotations

from pathlib import Path

from bgtui.ui.keys import KEYS, Context, Needs
from bgtui.ui.view.palette import TIERS

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"
_HEAD = """# Keys

Generated from `bgtui/ui/keys.py` by `python -m tests.support.keytable`. Any row can be given other
chords under `[keys]` of config.toml by its action id, except those marked fixed;
[configuration.md](configuration.md) shows how. In the program `?` lists the keys of the place where you
are, with your own chords, and `:` finds any action.

Tiers: {tiers}. A run that may not send orders has none of the keys marked *desk*.
"""
_PLACES = {
    Context.ANY: "Everywhere outside docks",
    Context.LADDER: "Ladder",
    Context.TAPE: "Tape",
    Context.CHART: "Chart",
    Context.LIST: "Every list",
    Context.DOCK: "Forms",
    Context.REVIEW: "Reviews",
    Context.CANCEL: "Cancel dock",
    Context.KILL: "Kill switch",
    Context.ALERT: "Alert form",
    Context.WORD: "Typed words",
    Context.DETAIL: "Details",
    Context.QUIT: "Quit",
    Context.REPLAY: "While a recording plays",
}


def page() -> str:
    """Return the page as it should be."""
    tiers = "; ".join(f"{tier} {words}" for tier, words in TIERS.items())
    lines = [_HEAD.format(tiers=tiers)]
    for context in Context:
        keys = [key for key in KEYS if key.context is context]
        if not keys:
            continue
        lines.append(f"\n## {_PLACES.get(context, context.value.capitalize())}\n")
        lines.append("| keys | action id | what it does | tier | |")
        lines.append("|---|---|---|---|---|")
        for key in keys:
            chords = " ".join(f"`{_escaped(chord)}`" for chord in key.chords)
            notes = [*(["desk"] if key.needs is Needs.DESK else []), *([] if key.is_bindable else ["fixed"])]
            lines.append(f"| {chords} | `{key.action}` | {key.help} | {key.tier} | {', '.join(notes)} |")
    return "\n".join(lines) + "\n"


def _escaped(chord: str) -> str:
    return chord.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
