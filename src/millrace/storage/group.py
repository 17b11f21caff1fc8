"""Transactions that become durable together."""

import asyncio
from collections.abc import Callable
from typing import Any

from millrace.storage.interface import Reader, Writer
from millrace.storage.overlay import Overlay


class Transaction:
    """A function that ran, how it ended, and who waits for it to be durable."""

    __slots__ = ("fn", "future", "outcome", "raised")

    def __init__(self, fn: Callable[[Writer], Any], future: asyncio.Future[Any]) -> None:
        self.fn = fn
        self.future = future
        self.outcome: Any = None
        self.raised = False

    def run(self, overlay: Overlay) -> None:
        """Run the function over `overlay`; what it did before it raised is undone."""
        overlay.begin()
        try:
            self.outcome = self.fn(overlay)
            self.raised = False
        except BaseException as error:
            overlay.undo()
            if not isinstance(error, Exception):
                raise  # someone stops the program
            self.outcome = error
            self.raised = True

    def settle(self) -> None:
        """Tell the caller, unless it was cancelled."""
        if self.future.done():
            return
        if self.raised:
            self.future.set_exception(self.outcome)
        else:
            self.future.set_result(self.outcome)

    def refuse(self, error: Exception) -> None:
        """Tell the caller that nothing of it happened."""
        if not self.future.done():
            self.future.set_exception(error)


class Group:
    """Transactions over one overlay, in the order they came."""

    __slots__ = ("overlay", "transactions")

    def __init__(self, base: Reader) -> None:
        self.overlay = Overlay(base)
        self.transactions: list[Transaction] = []

    def run(self, transaction: Transaction) -> None:
        """Run it now; it waits with the others for the commit."""
        transaction.run(self.overlay)
        self.transactions.append(transaction)

    def rerun(self, base: Reader) -> "Group":
        """The same transactions over another state: what they had seen did not come about."""
        group = Group(base)
        for transaction in self.transactions:
            group.run(transaction)
        return group

    def grown_journals(self) -> list[str]:
        """The journals whose watchers have something to hear."""
        return [name for name, change in self.overlay.journals.items() if change.appended]

    def settle(self) -> None:
        """It is durable: everyone gets an answer."""
        for transaction in self.transactions:
            transaction.settle()

    def refuse(self, error: Callable[[], Exception]) -> None:
        """It did not happen: everyone gets an error of their own."""
        for transaction in self.transactions:
            transaction.refuse(error())
