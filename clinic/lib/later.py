"""Modules that are imported when something of them is first asked for. For what is heavy and seldom needed."""

from __future__ import annotations

import importlib
import sys
from threading import RLock
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module, in the list of modules and wherever somebody has imported it, until and after it is there.

    Unlike `importlib.util.LazyLoader` it may be asked by several threads at once.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__dict__["_lock"] = RLock()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the machinery of imports looks whether it is there
            raise AttributeError(name)
        return getattr(self._real(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real(), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._real(), name)

    def _real(self) -> ModuleType:
        kept = self.__dict__
        with kept["_lock"]:
            if "_module" not in kept:
                if sys.modules.get(self.__name__) is self:
                    del sys.modules[self.__name__]
                try:
                    kept["_module"] = importlib.import_module(self.__name__)
                except BaseException:
                    sys.modules[self.__name__] = self  # who asks again is told again
                    raise
        module: ModuleType = kept["_module"]
        return module


def imported_later(name: str) -> None:
    """From now on the module counts as imported, and is when something of it is asked for."""
    if name in sys.modules:
        return
    package, _, own = name.rpartition(".")
    module = sys.modules[name] = _Later(name)
    if package:
        setattr(importlib.import_module(package), own, module)


def imported_now(name: str) -> None:
    """Before processes are forked that would each import it."""
    module = importlib.import_module(name)
    if isinstance(module, _Later):
        module._real()
