"""What a process keeps in its memory, so much of it by weight and no more."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar


class Weighed(Protocol):
    """Something kept; ``weight`` is in bytes."""

    @property
    def weight(self) -> int: ...


Thing = TypeVar("Thing", bound=Weighed)


class Shelf(Generic[Thing]):
    """Things under their keys; the longest unused go when they are too heavy together."""

    def __init__(self, room: Callable[[], int]):
        self._room = room
        self._kept: OrderedDict[Hashable, Thing] = OrderedDict()
        self._lock = threading.Lock()
        self.weight = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Thing | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def put(self, key: Hashable, kept: Thing):
        with self._lock:
            former = self._kept.pop(key, None)
            self.weight += kept.weight - (former.weight if former else 0)
            self._kept[key] = kept
            while self.weight > self._room() and self._kept:
                _key, gone = self._kept.popitem(last=False)
                self.weight -= gone.weight

    def clear(self):
        with self._lock:
            self._kept.clear()
            self.weight = 0
