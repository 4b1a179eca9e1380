"""A value is what a frozen, slotted dataclass is; only its methods come cheaper."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.value import frozen


@frozen
class Point:
    """A value with everything a field can be."""

    x: int
    y: Decimal | None = None
    seen: list[int] = field(default_factory=list, hash=False)
    note: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Model:
    """The same, as the standard library makes it."""

    x: int
    y: Decimal | None = None
    seen: list[int] = field(default_factory=list, hash=False)
    note: str = field(default="", repr=False, compare=False)


@frozen
class Single:
    """One field: its hash and equality are those of a tuple of one."""

    only: object


@frozen
class Nothing:
    """No field at all."""


@frozen
class Named:
    """What it has itself is kept; what it derives is derived at its making."""

    name: str
    length: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.name))

    def __repr__(self) -> str:
        return f"<{self.name}>"


GIVEN: list[dict[str, Any]] = [
    {"x": 1},
    {"x": 2, "y": Decimal("1.0")},
    {"x": 2, "y": Decimal(1), "seen": [1]},
    {"x": 2, "y": Decimal(1), "seen": [1], "note": "other"},
]


@pytest.mark.parametrize("given", GIVEN)
def test_it_shows_hashes_and_compares_as_the_standard_librarys(given: dict[str, Any]) -> None:
    value, model = Point(**given), Model(**given)
    assert repr(value) == repr(model).replace("Model", "Point")
    assert hash(value) == hash(model)
    assert asdict(value) == asdict(model)
    assert [value == Point(**other) for other in GIVEN] == [model == Model(**other) for other in GIVEN]
    assert value != object()
    assert inspect.signature(Point).parameters.keys() == inspect.signature(Model).parameters.keys()
    assert [each.name for each in fields(Point)] == [each.name for each in fields(Model)]


@pytest.mark.parametrize("given", [{}, {"x": 1, "z": 2}])
def test_it_refuses_wrong_arguments_in_the_same_words(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as ours:
        Point(**given)
    with pytest.raises(TypeError) as theirs:
        Model(**given)
    assert str(ours.value) == str(theirs.value).replace("Model", "Point")


def test_nothing_of_it_can_be_changed() -> None:
    value = Point(1)
    for name in ("x", "note", "unknown"):
        with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(value, name, 2)
        with pytest.raises(FrozenInstanceError, match=f"cannot delete field '{name}'"):
            delattr(value, name)
    assert not hasattr(value, "__dict__")


def test_each_gets_a_default_of_its_own() -> None:
    assert Point(1).seen is not Point(1).seen


def test_it_is_replaced_copied_and_pickled() -> None:
    value = Point(1, Decimal("2.5"), [3], "kept")
    assert replace(value, x=4) == Point(4, Decimal("2.5"), [3])
    for other in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):  # noqa: S301
        assert (other, other.note) == (value, "kept")


def test_it_is_matched_by_position() -> None:
    match Point(1, Decimal(2)):
        case Point(x, y):
            assert (x, y) == (1, Decimal(2))


def test_one_field_is_compared_as_a_tuple_of_one() -> None:
    nan = float("nan")
    assert Single(nan) == Single(nan)
    assert hash(Single((1, 2))) != hash((1, 2))
    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing()}) == 1


def test_what_the_class_has_itself_is_kept() -> None:
    value = Named("four")
    assert value.length == 4
    assert repr(value) == "<four>"
    assert replace(value, name="to").length == 2
    assert is_dataclass(value)
