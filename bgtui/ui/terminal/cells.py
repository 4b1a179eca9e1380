"""What the terminal shows, cell by cell, and the fewest bytes that turn it into something else.

Only cells that changed are written, with the shortest cursor moves and one color change a run; the style that
was set last stays set from frame to frame. No control character can come from a cell's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, compress, count
from operator import eq, is_not
from typing import Any, NamedTuple

from rich.cells import get_character_cell_size
from rich.color import Color, ColorSystem, ColorType
from rich.segment import Segment
from rich.style import Style

from bgtui.ui.pens import Pens
from bgtui.ui.role import Role
from bgtui.ui.view.glyph import to_ascii
from bgtui.ui.view.span import Row, Span, is_narrow

Strips = Iterable[tuple[int, int, Sequence[Segment]]]
"""Row, column, and what stands there from that column on."""

_BRIDGE = 4
"""Unchanged cells that are written again where that is shorter than a cursor move."""


class Pen(NamedTuple):
    """How a cell looks, as the terminal is told."""

    color: str
    """SGR parameters of the foreground."""
    background: str
    bold: bool
    dim: bool
    reverse: bool
    underline: bool


_SURE = "\u2e7f"
"""Letters up to here, boxes and blocks included, take one cell everywhere."""
PLAIN = Pen("39", "49", bold=False, dim=False, reverse=False, underline=False)


@lru_cache(maxsize=512)
def pen_of(style: Style | None) -> Pen:
    """Return the pen of a style; colors beyond 256 become the nearest of them."""
    if style is None:
        return PLAIN
    pen = Pen(
        _color(style.color, 30, "39"),
        _color(style.bgcolor, 40, "49"),
        bold=bool(style.bold),
        dim=bool(style.dim),
        reverse=bool(style.reverse),
        underline=bool(style.underline),
    )
    return _same.setdefault(pen, pen)


_same: dict[Pen, Pen] = {PLAIN: PLAIN}
"""Equal pens are one object, so that cells are compared by identity first."""


class PenBox(dict[tuple[Role, bool, bool], Pen]):
    """The pens of one palette, by what a span means."""

    def __init__(self, pens: Pens) -> None:
        """Begin empty: a screen uses a handful."""
        super().__init__()
        self.pens = pens

    def __missing__(self, key: tuple[Role, bool, bool]) -> Pen:
        role, bold, reverse = key
        pen = self[key] = pen_of(self.pens.style(role, bold=bold, reverse=reverse))
        return pen


def _color(color: Color | None, base: int, default: str) -> str:
    if color is None or color.is_default:
        return default
    if color.type is ColorType.TRUECOLOR:
        color = color.downgrade(ColorSystem.EIGHT_BIT)
    number = color.number
    if number is None:
        return default
    if color.type is ColorType.STANDARD:
        return str(base + number) if number < 8 else str(base + 60 + number - 8)
    return f"{base + 8};5;{number}"


@lru_cache(maxsize=2048)
def _change(old: Pen | None, new: Pen) -> str:
    """Return the shortest sequence that turns one pen into another; None is a pen that nobody knows."""
    if old is None:
        return f"\x1b[m{_change(PLAIN, new)}"
    codes: list[str] = []
    if (old.bold and not new.bold) or (old.dim and not new.dim):
        codes.append("22")
        old = old._replace(bold=False, dim=False)
    if new.bold and not old.bold:
        codes.append("1")
    if new.dim and not old.dim:
        codes.append("2")
    if new.reverse is not old.reverse:
        codes.append("7" if new.reverse else "27")
    if new.underline is not old.underline:
        codes.append("4" if new.underline else "24")
    if new.color != old.color:
        codes.append(new.color)
    if new.background != old.background:
        codes.append(new.background)
    whole = f"\x1b[{';'.join(codes)}m" if codes else ""
    if new == PLAIN and len(whole) > 3:
        return "\x1b[m"
    return whole


@lru_cache(maxsize=4096)
def _letters(text: str) -> tuple[tuple[str, ...], bool]:
    """Return a text by cells, and whether terminals may differ in how wide it is.

    A wide letter takes two cells, the second of them empty; controls take none.
    """
    letters = _cells_of(text)
    return letters, any(len(letter) > 1 or letter > _SURE for letter in letters)


def _to_ascii(line: Row) -> Row:
    return tuple(span._replace(text=to_ascii(span.text)) for span in line)


def _cells_of(text: str) -> tuple[str, ...]:
    if text.isascii() and text.isprintable():
        return tuple(text)
    letters: list[str] = []
    for char in text:
        if char < " " or "\x7f" <= char <= "\x9f":
            continue
        width = get_character_cell_size(char)
        if width == 0:
            if letters and letters[-1]:
                letters[-1] += char
        else:
            letters.append(char)
            if width == 2:
                letters.append("")
    return tuple(letters)


def _read(segments: Sequence[Segment]) -> tuple[list[str], list[Pen], bool]:
    """Return a strip by cells, and whether terminals may differ in how wide it is."""
    letters: list[str] = []
    pens: list[Pen] = []
    is_risky = False
    for text, style, control in segments:
        if control:
            continue
        cells, is_doubtful = _letters(text)
        is_risky |= is_doubtful
        letters += cells
        pens += [pen_of(style)] * len(cells)
    return letters, pens, is_risky


def _runs(text: str, before: str, start: int, last: int) -> Iterable[tuple[int, int]]:
    """Return where a text differs from another of its length: from where, and to where.

    Args:
        text: What is shown now.
        before: What was.
        start: The first place where they differ.
        last: The place after the last one.
    """
    same = list(map(eq, text, before))
    runs: list[tuple[int, int]] = []
    end = start
    for at in range(start, last):
        if not same[at]:
            if at - end > _BRIDGE:
                runs.append((start, end))
                start = at
            end = at + 1
    return (*runs, (start, end))


class _Seen:
    """A strip or a line as it was written last, and nothing over it since."""

    __slots__ = ("columns", "end", "is_ahead", "line")

    def __init__(self, line: Sequence[Segment] | Row, end: int, columns: Sequence[int] = ()) -> None:
        self.line: Sequence[Any] = line
        self.is_ahead = False
        """Whether the letters of its row are still those of a line before it."""
        self.end = end
        """The column after it."""
        self.columns = columns
        """Where each span of a line begins, and where the last one ends."""


class CellScreen:
    """The terminal's screen as it was last written."""

    def __init__(self, width: int, height: int) -> None:
        """Begin with a blank one, whose colors are not known."""
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        """Begin anew: the terminal has another size, or somebody else has written on it."""
        self.width, self.height = width, height
        self._letters = [[" "] * width for _ in range(height)]
        self._pens = [[PLAIN] * width for _ in range(height)]
        self._seen: list[dict[int, _Seen]] = [{} for _ in range(height)]
        self._risky = [False] * height
        self._pen: Pen | None = None
        self._at: tuple[int, int] | None = None
        self._is_unknown = True

    def update(self, strips: Strips) -> str:
        """Take what is to be shown; return what has to be written for it."""
        out: list[str] = []
        if self._is_unknown:
            out.append("\x1b[m\x1b[2J")
            self._pen, self._at, self._is_unknown = PLAIN, None, False
        for y, x, segments in strips:
            if 0 <= y < self.height:
                self._row(y, x, segments, out)
        return "".join(out)

    def put(self, y: int, x: int, lines: Iterable[tuple[int, Row]], box: PenBox, out: list[str]) -> bool:
        """Take lines of spans that one pane shows, each as far as it differs from the line that it replaces.

        Args:
            y: Row of the screen where the pane begins.
            x: Column where each line begins.
            lines: Row within the pane, and what stands there now; it fits into the screen.
            box: Pens of their meanings.
            out: What has to be written is added to this.

        Returns:
            Whether all could be done here: not on a screen that nobody knows, and not where terminals may
            differ in how wide a letter is.
        """
        if self._is_unknown:
            return False
        risky, seen, is_ascii = self._risky, self._seen, box.pens.is_ascii
        for number, shown in lines:
            row, line = y + number, _to_ascii(shown) if is_ascii else shown
            if risky[row]:
                return False
            known = seen[row].get(x)
            if known is not None and known.columns and len(known.line) == len(line):
                is_put = self._put_spans(row, line, known, box, out)
                if is_put:
                    continue
                if is_put is False:
                    return False
            if not all(is_narrow(span[0]) for span in line):
                return False
            self._replace(row, x, line, box, out)
            columns = list(accumulate([len(span[0]) for span in line], initial=x))
            self._note(row, x, _Seen(line, columns[-1], columns), x)
        return True

    def _put_spans(  # noqa: C901 - the loop that every frame is made of: no calls in it
        self, y: int, line: Row, known: _Seen, box: PenBox, out: list[str]
    ) -> bool | None:
        """Write the spans that differ; False where that cannot be done here, None where they do not match.

        A span that is the same object is not looked into: most of a busy line is. This is what a busy frame
        costs, so it calls no method for the usual span, a figure of which a few letters moved.
        """
        columns, before, pens, append = known.columns, known.line, self._pens[y], out.append
        at, current = self._at, self._pen
        result: bool | None = True
        after = at[1] if at is not None and at[0] == y else -1  # the cursor in this row
        for number in compress(count(), map(is_not, line, before)):
            text, role, is_bold, is_reverse = line[number]
            was, old_role, was_bold, was_reverse = before[number]
            size = len(text)
            if size != len(was):
                result = None
                break
            if not (text.isascii() and text.isprintable()) and not is_narrow(text):
                result = False
                break
            x = columns[number]
            runs: Iterable[tuple[int, int]]
            if role is not old_role or is_bold is not was_bold or is_reverse is not was_reverse:
                pen = box[role, is_bold, is_reverse]
                pens[x : x + size] = [pen] * size
                runs = ((0, size),)
            elif text == was:
                continue
            else:
                start, last = 0, size
                while text[start] == was[start]:
                    start += 1
                while text[last - 1] == was[last - 1]:
                    last -= 1
                is_short = last - start <= _BRIDGE + 2  # for more than one run
                pen, runs = pens[x], ((start, last),) if is_short else _runs(text, was, start, last)
            for start, last in runs:
                begin = x + start
                if begin != after:
                    append(_forward(begin - after) if -1 < after < begin else self._move(y, begin))
                if pen is not current:
                    append(_change(current, pen))
                    current = pen
                append(text[start:last])
                after = x + last
        if after >= 0:
            self._at = (y, after) if after < self.width else None
        self._pen = current
        known.line = line if result else (*line[:number], *before[number:])
        known.is_ahead = True
        return result

    def _settle(self, y: int) -> None:
        """Bring the letters of a row up to date with the lines of spans that were put there."""
        letters = self._letters[y]
        for x, known in self._seen[y].items():
            if known.is_ahead:
                letters[x : known.end] = "".join([span[0] for span in known.line])
                known.is_ahead = False

    def _replace(self, y: int, x: int, spans: Sequence[Span], box: PenBox, out: list[str]) -> None:
        self._settle(y)
        letters: list[str] = []
        pens: list[Pen] = []
        for span in spans:
            letters += span[0]
            pens += [box[span[1:]]] * len(span[0])
        self._write_changes(y, x, letters, pens, out)
        end = x + len(letters)
        self._letters[y][x:end], self._pens[y][x:end] = letters, pens

    def _row(self, y: int, x: int, segments: Sequence[Segment], out: list[str]) -> None:
        known = self._seen[y].get(x)
        if known is not None and known.line is segments:
            return  # the very strip that was written last, and nothing over it since
        self._settle(y)
        start = x
        old_letters, old_pens = self._letters[y], self._pens[y]
        letters, pens, is_doubtful = _read(segments)
        is_risky = is_doubtful or self._risky[y]
        if x < 0:
            letters, pens, x = letters[-x:], pens[-x:], 0
        room = self.width - x
        if room <= 0:
            return  # painted for a wider terminal, a moment ago
        if len(letters) > room:
            del letters[room:], pens[room:]
            if letters and get_character_cell_size(letters[-1][:1] or " ") == 2:
                letters[-1] = " "
        if is_risky:
            x = self._mend_halves(y, x, letters, pens)
        end = x + len(letters)
        self._note(y, start, _Seen(segments, end), x)
        if old_letters[x:end] == letters and old_pens[x:end] == pens:
            return
        if not is_risky:
            self._write_changes(y, x, letters, pens, out)
        old_letters[x:end], old_pens[x:end] = letters, pens
        if is_risky:
            self._risky[y] = any(len(letter) > 1 or letter > _SURE for letter in old_letters)
            self._write_whole(y, out)

    def _note(self, y: int, start: int, written: _Seen, x: int) -> None:
        """Remember a strip as written, and forget those that it lies over from a column on."""
        seen = self._seen[y]
        for other in [at for at, known in seen.items() if at < written.end and known.end > x]:
            del seen[other]
        seen[start] = written

    def _mend_halves(self, y: int, x: int, letters: list[str], pens: list[Pen]) -> int:
        """Take in the halves of wide letters that the new ones cut in two; return where they begin now."""
        old_letters, old_pens = self._letters[y], self._pens[y]
        if letters and x > 0 and not old_letters[x] and letters[0]:
            x -= 1
            letters.insert(0, " ")
            pens.insert(0, old_pens[x])
        end = x + len(letters)
        if letters and end < self.width and not old_letters[end]:
            letters.append(" ")
            pens.append(old_pens[end])
        return x

    def _write_changes(self, y: int, x: int, letters: list[str], pens: list[Pen], out: list[str]) -> None:
        old_letters, old_pens = self._letters[y], self._pens[y]
        count = len(letters)
        at = 0
        while at < count:
            if letters[at] == old_letters[x + at] and pens[at] is old_pens[x + at]:
                at += 1
                continue
            start = at
            while start > 0 and not letters[start]:
                start -= 1  # never begin in the middle of a wide letter
            end = at + 1
            same = 0
            while end + same < count and same <= _BRIDGE:
                next_at = end + same
                if letters[next_at] == old_letters[x + next_at] and pens[next_at] is old_pens[x + next_at]:
                    if pens[next_at] is not pens[end - 1]:
                        break
                    same += 1
                else:
                    end, same = next_at + 1, 0
            while end < count and not letters[end]:
                end += 1
            self._write_run(y, x + start, letters[start:end], pens[start:end], out)
            at = end

    def _write_run(self, y: int, x: int, letters: list[str], pens: list[Pen], out: list[str]) -> None:
        out.append(self._move(y, x))
        current = self._pen
        for letter, pen in zip(letters, pens, strict=True):
            if pen is not current:
                out.append(_change(current, pen))
                current = pen
            out.append(letter)
        self._pen = current
        after = x + len(letters)
        # At the right edge terminals differ in where the cursor is.
        self._at = (y, after) if after < self.width else None

    def _write_whole(self, y: int, out: list[str]) -> None:
        """Write a row anew, its column named after each letter that terminals may measure in another way."""
        out.append(f"{self._move(y, 0)}\x1b[m\x1b[2K")
        self._pen, self._at = PLAIN, (y, 0)
        letters, pens = self._letters[y], self._pens[y]
        start = 0
        for at, letter in enumerate(letters):
            if len(letter) > 1 or letter > _SURE:
                end = at + 1
                while end < self.width and not letters[end]:
                    end += 1
                self._write_run(y, start, letters[start:end], pens[start:end], out)
                self._at = None
                start = end
        if start < self.width:
            self._write_run(y, start, letters[start:], pens[start:], out)

    def _move(self, y: int, x: int) -> str:
        if self._at == (y, x):
            return ""
        absolute = _absolute(y, x)
        if self._at is None:
            return absolute
        row, column = self._at
        if row == y and x > column:
            return _forward(x - column)  # no longer than its column's name
        if row == y:
            return "\r" if x == 0 else min(f"\x1b[{x + 1}G", absolute, key=len)
        if row + 1 == y and x == 0:
            return "\r\n"
        return absolute


@lru_cache(512)
def _forward(cells: int) -> str:
    return f"\x1b[{cells}C" if cells > 1 else "\x1b[C"


@lru_cache(4096)
def _absolute(y: int, x: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
