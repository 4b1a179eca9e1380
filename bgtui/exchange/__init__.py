"""The protocol over real sockets: requests and streams, with their limits, clocks and failures."""

import sys

# Where click, pygments and rich are at hand httpx loads a command line of its own: a third of its loading.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
