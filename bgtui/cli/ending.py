"""How a command ends: the exit code and the one line for whatever stopped it."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from types import FrameType

import click

from bgtui.cli.log import LOG
from bgtui.cli.output import Unwritable, complain, silence_stdout
from bgtui.domain.error import BgtuiError, ExitCode

_logger = logging.getLogger(__name__)
SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_OF_SIGNAL = 128


class Ended(BaseException):
    """A signal asked the process to end; passes every handler of errors on its way out."""

    def __init__(self, signum: int) -> None:
        """Keep which one."""
        super().__init__(signum)
        self.signum = signum


def guarded(body: Callable[[], int]) -> int:
    """Run a command and return its exit code, whatever happens in it."""
    _take_signals()
    try:
        return body()
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.ClickException as error:
        return _end_usage(error)
    except BgtuiError as error:
        _open_log()
        _logger.warning("%s", error, exc_info=True)
        complain(str(error))
        return int(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _OF_SIGNAL + signal.SIGINT
    except Ended as ended:
        return _OF_SIGNAL + ended.signum
    except BrokenPipeError:
        # The reader has left, as `head` does: nothing to say, and nobody to say it to.
        silence_stdout()
        return _OF_SIGNAL + signal.SIGPIPE
    except Unwritable as error:
        silence_stdout()
        complain(f"stdout cannot be written: {error}; check the disk or where the output goes")
        return int(ExitCode.USAGE)
    except Exception as error:  # noqa: BLE001 - the last frame of the program: a bug must end in one line, not a dump
        return _end_bug(error)


def _take_signals() -> None:
    def end(signum: int, _frame: FrameType | None) -> None:
        raise Ended(signum)

    for signum in SIGNALS:
        # nohup has already said that SIGHUP is to be ignored.
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, end)


def _end_usage(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return int(ExitCode.USAGE)
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context is not None else "bgtui"
    message = error.format_message().rstrip(".")
    complain(f"{message[:1].lower()}{message[1:]}; see: {command} --help")
    return int(ExitCode.USAGE)


def _end_bug(error: Exception) -> int:
    is_logged = _open_log()
    _logger.critical("unexpected error", exc_info=error)
    where = "no log file could be written" if not is_logged else f"details are in {_log_path()}"
    complain(f"unexpected error ({type(error).__name__}), this is a bug; {where}")
    return int(ExitCode.BUG)


def _log_path() -> str:
    return str(LOG.path) if LOG.path is not None else "no file"


def _open_log() -> bool:
    from bgtui.config.paths import find_paths

    return LOG.open(find_paths(os.environ).log_file)
