"""`bgtui completions`: the script that teaches a shell our commands and options."""

from __future__ import annotations

import click

from bgtui.cli.options import Task
from bgtui.cli.output import write_line

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completions(context: click.Context, shell: str) -> Task:
    """Print the completion script for SHELL: bash, zsh or fish.

    \b
    bash:  bgtui completions bash > ~/.local/share/bash-completion/completions/bgtui
    zsh:   bgtui completions zsh > a folder of $fpath, as _bgtui
    fish:  bgtui completions fish > ~/.config/fish/completions/bgtui.fish
    """  # noqa: D301 - click means the character, not its spelling
    root = context.find_root().command

    def run() -> int:
        from click.shell_completion import get_completion_class

        complete = get_completion_class(shell)
        if complete is None:
            raise click.UsageError(f"no completion for {shell}")
        write_line(complete(root, {}, "bgtui", "_BGTUI_COMPLETE").source())
        return 0

    return run
