"""What the message line says first: where the person is, and the one key to learn."""

from __future__ import annotations

from bgtui.domain.trading import ReadOnlyReason
from bgtui.ui.view.footer import chord_text
from bgtui.ui.workspace import Badge, Workspace


def greeting(workspace: Workspace) -> str:
    """Return the sentence for this run."""
    if workspace.identity.badge is Badge.REPLAY:
        return ReadOnlyReason.REPLAY.value
    if not workspace.identity.has_key:
        return "No key: market only. Add one: bgtui keys add"
    session = workspace.session
    if session is not None and session.desk is None:
        return session.read_only_reason.value if session.read_only_reason else "Read-only."
    if session is not None and session.arming is not None and session.arming.line:
        return session.arming.line
    if workspace.identity.badge is Badge.SIM:
        buy, keys = _chord(workspace, "ladder.buy"), _chord(workspace, "app.help")
        return f"Simulator: nothing here is real money. {buy} buys at the cursor, {keys} lists the keys."
    return (
        f"Connected to {workspace.identity.host or 'Bitget'}; {_chord(workspace, 'app.help')} lists the keys."
    )


def _chord(workspace: Workspace, action: str) -> str:
    key = workspace.keys.of(action)
    return chord_text(key.chords[0]) if key is not None else "?"
