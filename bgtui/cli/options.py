"""Options that several commands share, and the way from them to settings."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bgtui.config.commandline import CommandLine
from bgtui.config.venue import Environment

Task = Callable[[], int]
"""What a command returns: click only parses, `main` runs it and answers for how it ends."""


class Figure(click.FloatRange):
    """A number in a range; what is no number is in no range, though click lets it pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Read it."""
        found = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail(f"{value} is no number to work with", param, ctx)
        return found


def _checked_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what can be no host: allowed in vain, it would only be missed later."""
    for host in hosts:
        if not re.fullmatch(r"[A-Za-z0-9._:\[\]-]+", host):
            raise click.BadParameter(f"{host!a} is no host; give a name such as localhost, without https://")
    return hosts


_OPTIONS = (
    click.option("--profile", metavar="NAME", help="Use this named profile."),
    click.option(
        "--env",
        "environment",
        type=click.Choice([env.value for env in Environment]),
        help="Where to connect.",
    ),
    click.option("--read-only", is_flag=True, help="Never write; wins over every other source."),
    click.option(
        "--allow-host",
        "allow_hosts",
        metavar="HOST",
        multiple=True,
        callback=lambda _context, _option, hosts: _checked_hosts(hosts),
        help="Allow an address outside bitget.com.",
    ),
    click.option(
        "--config",
        "config_file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Use this config.toml.",
    ),
)


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose settings; the command gets them as one `CommandLine`, first."""

    @functools.wraps(command)
    def merged(
        *,
        profile: str | None,
        environment: str | None,
        read_only: bool,
        allow_hosts: tuple[str, ...],
        config_file: Path | None,
        **others: Any,  # noqa: ANN401 - the command's own options
    ) -> Any:  # noqa: ANN401
        context = click.get_current_context()
        typed = CommandLine(profile, environment, read_only, allow_hosts, config_file=config_file)
        return command(typed.over(context.find_object(CommandLine) or CommandLine()), **others)

    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(_OPTIONS), merged)


_THEMES = ("dark", "light", "colorblind-dark", "colorblind-light", "redup")
_DISPLAY = (
    click.option("--trade", is_flag=True, help="Allow orders where read-only is the default."),
    click.option("--fps", type=click.IntRange(1, 30), help="Screen updates per second, 1 to 30."),
    click.option(
        "--slow", "is_slow", is_flag=True, help="For a bad link: 2 updates a second, no depth bars."
    ),
    click.option("--ascii", "is_ascii", is_flag=True, help="Draw with ASCII characters only."),
    click.option("--low-color", "is_low_color", is_flag=True, help="Use 16 colors."),
    click.option("--theme", type=click.Choice(_THEMES), default="dark", help="Colors.", show_default=True),
    click.option("--mouse", "has_mouse", is_flag=True, help="Let the mouse choose; off unless asked for."),
    click.option("--max-kbps", type=Figure(1), help="Most the terminal is sent, kilobytes a second."),
)


def display_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose how the screens look."""
    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(_DISPLAY), command)
