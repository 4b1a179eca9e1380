"""Where the style sheets lie: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def style_root() -> Path:
    """Return the folder of the style sheets."""
    inside = _PACKAGE / "styles"
    return inside if inside.is_dir() else _PACKAGE.parent / "styles"


def style_sheets() -> list[Path]:
    """Return every sheet, the shared one first."""
    root = style_root()
    return [root / "app.tcss", *sorted(path for path in root.rglob("*.tcss") if path.name != "app.tcss")]
