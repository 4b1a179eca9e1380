"""One reading of the journal."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence

from bgtui.cli.output import say, stdout_width, write_json, write_line
from bgtui.cli.present import clock_text
from bgtui.cli.shape import shape
from bgtui.cli.table import Cell, Table, render
from bgtui.config.paths import find_paths
from bgtui.domain.error import ConfigError, ExitCode, JournalFailed
from bgtui.domain.journal import Recorded, Step
from bgtui.exchange.clock import SystemClock
from bgtui.session.journal_file import read_journal, read_steps

USUAL_LIMIT = 100
_COLUMNS = ("time", "env", "account", "id", "what", "instrument", "stage", "since", "message", "evidence")
_STEP_COLUMNS = ("time", "stage", "message", "order id", "evidence")


def show_journal(
    order_id: str | None, *, as_json: bool, as_csv: bool, only_open: bool, limit: int | None
) -> int:
    """Print what the journal holds.

    Raises:
        ConfigError: it cannot be read, or holds no such id.
    """
    path = find_paths(os.environ).journal_file
    try:
        rows = _wanted(read_journal(path), only_open=only_open)
        steps = () if order_id is None else read_steps(path, order_id)
    except FileNotFoundError:
        rows, steps = [], ()
    except JournalFailed as error:
        raise ConfigError(f"{path} cannot be read as a journal ({error.reason})") from error
    if order_id is not None:
        if not steps:
            raise ConfigError(f"the journal holds no {order_id[:60]!a}", hint="bgtui journal lists every id")
        return _print(steps, _steps_table(steps), as_json=as_json, as_csv=as_csv)
    shown = rows[-(limit or (len(rows) if as_json or as_csv else USUAL_LIMIT) or 1) :]
    if not shown and not (as_json or as_csv):
        say("nothing is open" if only_open else "nothing was ever sent from here")
        return int(ExitCode.OK)
    return _print([_flat(row) for row in shown], _table(shown), as_json=as_json, as_csv=as_csv)


def _wanted(rows: Iterable[Recorded], *, only_open: bool) -> list[Recorded]:
    return [row for row in rows if not only_open or row.last.stage.is_open]


def _print(data: Sequence[object], table: Table, *, as_json: bool, as_csv: bool) -> int:
    if as_json:
        write_json({"data": shape(data), "as_of_ms": SystemClock().now_ms(), "stale": False})
    elif as_csv:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([table.columns, *table.rows])
        write_line(text.getvalue().rstrip("\n"))
    else:
        for line in render(table, stdout_width()):
            write_line(line)
    return int(ExitCode.OK)


def _flat(row: Recorded) -> dict[str, object]:
    """Return one write under the names that docs/cli.md lists."""
    entry, last = row.entry, row.last
    return {
        "client_order_id": entry.client_order_id,
        "recorded_ms": entry.recorded_ms,
        "environment": row.origin.environment,
        "host": row.origin.host,
        "account": row.origin.account,
        "exchange": row.origin.exchange,
        "instance": row.instance,
        "kind": type(entry.intent).__name__,
        "product_type": entry.product_type,
        "instrument": entry.instrument,
        "intent": entry.intent,
        "targets": entry.targets,
        "stage": last.stage,
        "stage_ms": last.at_ms,
        "is_open": last.stage.is_open,
        "message": last.message,
        "order_id": last.order_id,
        "evidence": last.evidence,
    }


def _table(rows: Iterable[Recorded]) -> Table:
    return Table(_COLUMNS, [_cells(row) for row in rows])


def _cells(row: Recorded) -> tuple[Cell, ...]:
    entry, last = row.entry, row.last
    return (
        clock_text(entry.recorded_ms),
        row.origin.environment,
        row.origin.account,
        entry.client_order_id,
        type(entry.intent).__name__,
        entry.instrument or entry.product_type.value,
        last.stage.value.replace("_", " "),
        clock_text(last.at_ms),
        last.message,
        last.evidence,
    )


def _steps_table(steps: Iterable[Step]) -> Table:
    return Table(
        _STEP_COLUMNS,
        [
            (
                clock_text(step.at_ms),
                step.stage.value.replace("_", " "),
                step.message,
                step.order_id,
                step.evidence,
            )
            for step in steps
        ],
    )
