"""What makes a class a value: immutable, slotted, equal to whatever holds the same.

`dataclass(frozen=True, slots=True)` writes six methods for each class and compiles their text at every start,
a millisecond a class, for a quarter of all that a start costs. Here only the constructor has a text of its
own; the other methods are shared by all values. In everything else these are dataclasses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a class a value; a method that it has itself is kept.

    For what is the key of a busy table, or is compared on every message, `dataclass` is better: comparing and
    hashing take twice as long here, making one half as long.
    """
    made = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    listed = fields(made)  # type: ignore[arg-type]  # it has just become one
    hashed = [each for each in listed if (each.compare if each.hash is None else each.hash)]
    methods: dict[str, Any] = {
        "_compared": _getter(each.name for each in listed if each.compare),
        "_hashed": _getter(each.name for each in hashed),
        "__init__": _constructor(made, listed),
        **_SHARED,
    }
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made


def _constructor(made: type, listed: tuple[Field[Any], ...]) -> Callable[..., None]:
    """Compile what takes the fields as arguments and puts each into its slot."""
    names: dict[str, Any] = {"MISSING": MISSING}
    arguments, lines = ["self"], []
    for each in (each for each in listed if each.init):
        name = given = each.name
        names[f"put_{name}"] = getattr(made, name).__set__
        if each.default is not MISSING:
            names[f"default_{name}"] = each.default
            arguments.append(f"{name}=default_{name}")
        elif each.default_factory is not MISSING:
            names[f"make_{name}"] = each.default_factory
            arguments.append(f"{name}=MISSING")
            given = f"make_{name}() if {name} is MISSING else {name}"
        else:
            arguments.append(name)
        lines.append(f"put_{name}(self, {given})")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(arguments)}):\n {'; '.join(lines) or 'pass'}", names)  # noqa: S102 - our own names
    constructor: Callable[..., None] = names["__init__"]
    constructor.__qualname__ = f"{made.__qualname__}.__init__"
    return constructor


def _getter(names: Iterable[str]) -> Callable[[Any], tuple[object, ...]]:
    """Return what reads these fields as one tuple; of a value without any, its class."""
    first, *others = [*names] or ["__class__"]
    return attrgetter(first, *(others or [first]))  # one alone would be read as no tuple


def _repr(self: Any) -> str:  # noqa: ANN401 - any value
    shown = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({shown})"


def _equals(self: Any, other: Any) -> Any:  # noqa: ANN401
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self._compared(self) == self._compared(other)


def _hash(self: Any) -> int:  # noqa: ANN401
    return hash(self._hashed(self))


def _refuse_to_set(self: object, name: str, _value: object) -> None:  # noqa: ARG001
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:  # noqa: ARG001
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _reduce(self: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Be copied and pickled through the constructor: nothing else can fill the slots."""
    return type(self), tuple(getattr(self, each.name) for each in fields(self) if each.init)


_SHARED: dict[str, Any] = {
    "__repr__": _repr,
    "__eq__": _equals,
    "__hash__": _hash,
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__reduce__": _reduce,
}
