"""`bgtui journal`: every write that was recorded, and what became of it."""

from __future__ import annotations

import click

from bgtui.cli.options import Task


@click.command()
@click.argument("order_id", required=False)
@click.option("--json", "as_json", is_flag=True, help='Print {"data": …, "as_of_ms": …, "stale": …}.')
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values, a header line first.")
@click.option("--open", "only_open", is_flag=True, help="Only writes whose outcome is still to be found out.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many, the latest.")
def journal(order_id: str | None, *, as_json: bool, as_csv: bool, only_open: bool, limit: int | None) -> Task:
    """Read the journal of writes; with ORDER_ID, everything that became of that one.

    Each write is recorded before it leaves: by which run, for which account, what, when, and every step up to
    the report that ended it. Reading changes nothing, and goes on beside a run that writes.
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")

    def run() -> int:
        from bgtui.cli.journaling import show_journal

        return show_journal(order_id, as_json=as_json, as_csv=as_csv, only_open=only_open, limit=limit)

    return run
