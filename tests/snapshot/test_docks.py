"""Every dock at three sizes, and every form under review, as pictures of the made-up account.

`pytest tests/snapshot --snapshot-update` accepts what is drawn now; look at the pictures before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bgtui.domain.event import Connection, ConnectionLost, OrderUpdated, PlanOrderUpdated
from bgtui.domain.order import OrderStatus, PlanKind
from bgtui.ui.modals.alerting import AlertDock
from bgtui.ui.modals.amending import AmendDock
from bgtui.ui.modals.arming import ArmDock
from bgtui.ui.modals.canceling import CancelDock
from bgtui.ui.modals.closing import CloseDock
from bgtui.ui.modals.copying import CopySettingsDock, FollowDock
from bgtui.ui.modals.detail import DetailDock
from bgtui.ui.modals.doubting import DoubtDock, ResendDock
from bgtui.ui.modals.filtering import FilterLine
from bgtui.ui.modals.goto import GotoDock
from bgtui.ui.modals.help import HelpDock
from bgtui.ui.modals.killing import KillDock
from bgtui.ui.modals.leaving import LeavingDock
from bgtui.ui.modals.lending import LeadSwitchDock, LeadSymbolDock
from bgtui.ui.modals.leveraging import LeverageDock
from bgtui.ui.modals.margining import MarginDock
from bgtui.ui.modals.palette import PaletteDock
from bgtui.ui.modals.person import PersonDock
from bgtui.ui.modals.picker import PickerDock
from bgtui.ui.modals.protecting import ProtectDock
from bgtui.ui.modals.replanning import ReplanDock
from bgtui.ui.modals.reversing import ReverseDock
from bgtui.ui.modals.ticket import TicketDock
from bgtui.ui.modals.tracks import CloseTracksDock, TrackTpslDock
from bgtui.ui.modals.word import WordDock
from bgtui.ui.workspace import Badge
from tests.support import scene, scene_account, scene_doubt, scene_kill, scene_mode
from tests.support.forms import CALM_S, ONE_WAY, keys
from tests.support.picture import SIZES, Picture, dock_types, form_types
from tests.support.terminal import Terminal

Compare = Callable[[Picture, tuple[int, int]], bool]
LIVE = {"identity": replace(scene.IDENTITY, badge=Badge.LIVE)}


async def doubt(terminal: Terminal) -> None:
    await scene_doubt.doubting(terminal, scene_doubt.DOUBT)


async def prove_absent(terminal: Terminal) -> None:
    await scene_doubt.doubting(terminal, scene_doubt.ABSENT)


async def kill_until_proven(terminal: Terminal) -> None:
    """Look on while the kill switch comes to its end."""
    await scene_kill.run(terminal)
    await terminal.press("!")
    await scene_kill.be_proven(terminal)


async def place_one(terminal: Terminal) -> None:
    """Send an order by keys, and have Bitget say that it rests."""
    await keys(terminal, "t tab tab tab '=67000' enter")
    await terminal.step(CALM_S)
    await keys(terminal, "y")
    assert terminal.gateway is not None
    first, name = scene_account.orders()[0], terminal.gateway.sent[0][1]
    await terminal.apply(
        OrderUpdated(
            replace(first, order_id="777", client_order_id=name, price=scene_account.D("67000"),
                    status=OrderStatus.LIVE)
        )
    )  # fmt: skip


async def cancel_one(terminal: Terminal) -> None:
    """Cancel an order by keys, and have Bitget say that it is gone."""
    await keys(terminal, "g j x")
    await terminal.apply(OrderUpdated(replace(scene_account.orders()[0], status=OrderStatus.CANCELED)))


async def amend_one(terminal: Terminal) -> None:
    """Amend an order by keys, and have Bitget say that the new one rests."""
    await keys(terminal, "g j a up up enter")
    await terminal.step(CALM_S)
    await keys(terminal, "y")
    assert terminal.gateway is not None
    first, name = scene_account.orders()[0], terminal.gateway.sent[0][1]
    new = replace(first, order_id="778", client_order_id=name, price=scene_account.D("67238.2"))
    await terminal.apply(OrderUpdated(replace(first, status=OrderStatus.CANCELED)), OrderUpdated(new))


async def trail(terminal: Terminal) -> None:
    """Have Bitget tell of a trailing stop for a part of the long leg."""
    whole = scene_account.plans()[0]
    await terminal.apply(
        PlanOrderUpdated(
            replace(whole, order_id="900", kind=PlanKind.TRAILING_STOP, size=scene_account.D("0.0200"),
                    callback_ratio=scene_account.D("1"), created_ms=scene.NOW_MS)
        )
    )  # fmt: skip


async def lose_feed(terminal: Terminal) -> None:
    """Have the market's stream be gone for some seconds."""
    await terminal.apply(ConnectionLost(Connection.PUBLIC, "public-0", "no pong", 4000), 7.0)


DOCKS = {
    "ticket": Picture("trade", "b", TicketDock),
    "ticket-warned": Picture("trade", "t tab tab tab '80000'", TicketDock),
    "ticket-review": Picture("trade", "n enter", TicketDock, is_review=True),
    "ticket-review-live": Picture("trade", "n enter", TicketDock, is_review=True, options=LIVE),
    "ticket-one-way": Picture("trade", "b", TicketDock, options={"events": scene_mode.events(ONE_WAY)}),
    "goto": Picture("trade", "g '672'", GotoDock),
    "cancel": Picture("trade", "w", CancelDock),
    "cancel-wide": Picture("trade", "w right right right right", CancelDock),
    "row": Picture("trade", "j j j enter", DetailDock),
    "leverage": Picture("trade", "v", LeverageDock),
    "leverage-review": Picture("trade", "v tab up enter", LeverageDock, is_review=True),
    "picker": Picture("trade", "/ 'eth'", PickerDock),
    "palette": Picture("trade", ": 'can'", PaletteDock),
    "help": Picture("trade", "?", HelpDock),
    "help-list": Picture("orders", "?", HelpDock),
    "help-form": Picture("trade", "t ?", HelpDock),
    "help-search": Picture("trade", "? 'canc'", HelpDock),
    "quit": Picture("trade", "q", LeavingDock),
    "kill": Picture("trade", "!", KillDock),
    "kill-running": Picture("trade", "!", KillDock, begin=scene_kill.run),
    "kill-short": Picture("trade", "!", KillDock, begin=scene_kill.fall_short),
    "kill-proven": Picture("trade", "", KillDock, begin=kill_until_proven),
    "arm": Picture("trade", "o o 'mai'", ArmDock),
    "arm-live": Picture("trade", "o 'main'", ArmDock, options={**LIVE, "is_armed": False}),
    "undo-placed": Picture("trade", "z", CancelDock, begin=place_one),
    "filter": Picture("positions", "/ 'btc'", FilterLine),
    "json": Picture("positions", "e", DetailDock),
    "close": Picture("positions", "f", CloseDock),
    "close-review": Picture("positions", "f enter", CloseDock, is_review=True),
    "close-dead": Picture("positions", "j f", CloseDock, begin=lose_feed),
    "protect-dead": Picture("positions", "j p", ProtectDock, begin=lose_feed),
    "ticket-dead": Picture("trade", "t tab 'm'", TicketDock, begin=lose_feed),
    "reverse": Picture("positions", "r", ReverseDock),
    "reverse-review": Picture("positions", "r enter", ReverseDock, is_review=True),
    "protect": Picture("positions", "p", ProtectDock),
    "protect-review": Picture("positions", "p up enter", ProtectDock, is_review=True),
    "margin": Picture("positions", "i", MarginDock),
    "margin-review": Picture("positions", "j i '5' enter", MarginDock, is_review=True),
    "amend": Picture("orders", "g j a", AmendDock),
    "amend-review": Picture("orders", "g j a up up enter", AmendDock, is_review=True),
    "replan": Picture("orders", "l g j a", ReplanDock),
    "replan-review": Picture("orders", "l g j a up up enter", ReplanDock, is_review=True),
    "replan-trailing": Picture("orders", "l g a", ReplanDock, begin=trail),
    "order-detail": Picture("orders", "g j enter", DetailDock),
    "doubt": Picture("orders", "enter", DoubtDock, begin=doubt),
    "doubt-absent": Picture("orders", "enter", DoubtDock, begin=prove_absent),
    "resend": Picture("orders", "r", ResendDock, is_review=True, begin=prove_absent),
    "undo-canceled": Picture("orders", "z", TicketDock, begin=cancel_one),
    "undo-amended": Picture("orders", "z", AmendDock, begin=amend_one),
    "close-tracks": Picture("leader", "f right", CloseTracksDock),
    "close-tracks-review": Picture("leader", "f right enter", CloseTracksDock, is_review=True),
    "track-protect": Picture("leader", "j p", TrackTpslDock),
    "track-protect-review": Picture("leader", "j p up enter", TrackTpslDock, is_review=True),
    "lend": Picture("leader", "v", LeadSymbolDock),
    "lend-review": Picture("leader", "v right enter", LeadSymbolDock, is_review=True),
    "leader-switch": Picture("leader", "l l l l v", LeadSwitchDock),
    "leader-switch-review": Picture("leader", "l l l l j v enter", LeadSwitchDock, is_review=True),
    "track-detail": Picture("leader", "g enter", DetailDock),
    "follower": Picture("followers", "enter", DetailDock),
    "remove-follower": Picture("followers", "x 'jade'", PersonDock),
    "copy-settings": Picture("copy", "v", CopySettingsDock),
    "copy-settings-review": Picture(
        "copy", "v tab tab backspace backspace '100' enter", CopySettingsDock, is_review=True
    ),
    "follow": Picture("copy", "l l l v", FollowDock),
    "follow-review": Picture("copy", "l l l v 'b0b4f5ab12' tab '250' enter", FollowDock, is_review=True),
    "stop-copying": Picture("copy", "x", PersonDock),
    "position-mode": Picture("account", "m 'one'", WordDock),
    "alert": Picture("alerts", "n '67300'", AlertDock),
}
"""What it is, and how it is opened."""
NO_REVIEW: set[type[object]] = {AlertDock}
"""Forms that send nothing."""


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("dock", DOCKS)
def test_a_dock_looks_as_it_did(dock: str, size: tuple[int, int], looks_as_before: Compare) -> None:
    assert looks_as_before(DOCKS[dock], size)


def test_every_dock_has_its_picture() -> None:
    assert dock_types() - {each.dock for each in DOCKS.values()} == set()


def test_every_form_has_a_picture_of_its_review() -> None:
    assert form_types() - {each.dock for each in DOCKS.values() if each.is_review} == NO_REVIEW
