"""`bgtui show`: one look at the market or the account, or a view that goes on."""

from __future__ import annotations

import click

from bgtui.cli.options import Figure, Task, settings_options
from bgtui.config.commandline import CommandLine
from bgtui.domain.instrument import ProductType
from bgtui.domain.market import CandleInterval

_COPYING = ("tracking", "followers", "traders", "copy-profit")
_SUBJECTS = (
    "ticker", "book", "trades", "candles", "contracts", "account", "positions", "orders", "fills", *_COPYING,
)  # fmt: skip


@click.command()
@settings_options
@click.argument("subject", type=click.Choice(_SUBJECTS), metavar="SUBJECT")
@click.argument("symbol", required=False)
@click.option("--json", "as_json", is_flag=True, help='Print {"data": …, "as_of_ms": …, "stale": …}.')
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a header line; not with --watch.")
@click.option(
    "--product",
    type=click.Choice([each.value for each in ProductType]),
    help="Copy trading: of this product type instead of the configured one.",
)
@click.option("--watch", is_flag=True, help="Go on printing as it changes, until Ctrl-C.")
@click.option(
    "--every",
    type=Figure(min=0.0),
    default=1.0,
    show_default=True,
    help="Least seconds between two prints of --watch.",
)
@click.option(
    "--interval",
    type=click.Choice([each.value for each in CandleInterval]),
    default="1m",
    show_default=True,
    help="Length of candles.",
)
@click.option("--limit", type=click.IntRange(1, 1000), help="At most so many rows, or levels a side.")
@click.option(
    "--timeout",
    "timeout_s",
    type=Figure(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds to wait for a verified book, or for the first print of --watch.",
)
@click.option(
    "--open", "parts", flag_value="orders", multiple=True, help="orders: those that rest (the default)."
)
@click.option(
    "--plans", "parts", flag_value="plans", multiple=True, help="orders: trigger and TP/SL orders that wait."
)
@click.option(
    "--history",
    "parts",
    flag_value="history",
    multiple=True,
    help="orders: those that ended in the last 24 hours.",
)
def show(
    typed: CommandLine,
    *,
    subject: str,
    symbol: str | None,
    as_json: bool,
    as_csv: bool,
    product: str | None,
    watch: bool,
    every: float,
    interval: str,
    limit: int | None,
    timeout_s: float,
    parts: tuple[str, ...],
) -> Task:
    """Show SUBJECT: ticker, book, trades, candles, contracts, account, positions, orders or fills.

    Of copy trading: tracking (a leader's open orders), followers, traders (whom you follow), copy-profit.

    SYMBOL is BTCUSDT of the configured product type, or spot:BTCUSDT and the like. Without one, market
    subjects show the first of the watch list, and account subjects every instrument of the product type.

    The book comes from the stream and is shown once it is verified; when that takes too long, the exit code
    is 9.
    """
    if parts and subject != "orders":
        raise click.UsageError("--open, --plans and --history belong to orders")
    if len(set(parts)) > 1:
        raise click.UsageError("--open, --plans and --history exclude each other")
    if as_csv and (as_json or watch):
        raise click.UsageError("--csv goes with neither --json nor --watch")
    if product is not None and subject not in _COPYING:
        raise click.UsageError(f"--product belongs to {', '.join(_COPYING)}")
    part = parts[0] if parts else None

    def run() -> int:
        from bgtui.cli.early import started_early
        from bgtui.cli.running import run_async

        async def look() -> int:
            async with started_early(typed) as child:
                from bgtui.cli.start import settled, start

                async with settled(start(typed), child) as settings:
                    from bgtui.cli.showing import Showing

                    showing = Showing(
                        settings,
                        part or subject,
                        symbol,
                        CandleInterval(interval),
                        limit,
                        as_json=as_json,
                        as_csv=as_csv,
                        product_type=None if product is None else ProductType(product),
                        timeout_s=timeout_s,
                    )
                    return await (showing.follow(every) if watch else showing.once())

        return run_async(look)

    return run
