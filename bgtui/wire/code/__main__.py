"""Print docs/error-codes.md: ``python -m bgtui.wire.code > docs/error-codes.md``."""

import sys

from bgtui.wire.code.document import page

sys.stdout.write(page())
