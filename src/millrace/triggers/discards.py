"""What is given up, what the destination is told of it, and what becomes of a tumbling window. Pure, see `machine`."""

from millrace.triggers import ledger, tumbling
from millrace.triggers.delivery import Answer, GivenUp, Reason, Record, Window
from millrace.triggers.ledger import Ledger


class Discards(Ledger):
    """The books, with the batches that were discarded in this step."""

    __slots__ = ()

    def give_up(self, batch: tuple[Record, ...], attempt: int, answer: Answer, *, closing: bool) -> None:
        """It failed too often: discard it, and let the destination know."""
        checkpoint = self.state.checkpoint
        self.given_up.append(
            GivenUp(
                batch,
                checkpoint.position,
                Reason.RETRIES,
                attempt,
                answer.request_id,
                answer,
                checkpoint.window,
            )
        )
        if closing:
            self.end_window()
        else:
            self.retire(batch[-1].number, Reason.RETRIES)

    def give_up_old(self, records: tuple[Record, ...], window: Window | None = None) -> None:
        """Let the destination know, a batch at a time: only the first one was tried already."""
        checkpoint = self.state.checkpoint
        attempts, request_id = checkpoint.attempts, checkpoint.request_id
        for piece in self._pieces(records):
            self.given_up.append(
                GivenUp(
                    piece,
                    checkpoint.position,
                    Reason.AGE,
                    max(1, attempts),
                    request_id,
                    None,
                    window,
                )
            )
            attempts, request_id = 0, ""

    def _pieces(self, records: tuple[Record, ...]) -> list[tuple[Record, ...]]:
        """The records as batches: bounds of split ones hold, then the batch size and what one event can carry."""
        pieces = [] if records else [records]
        bounds = list(self.state.checkpoint.bounds)
        while records:
            while bounds and bounds[-1] < records[0].number:
                bounds.pop()
            count = ledger.count(records, bounds[-1]) if bounds else self.state.config.batch_size
            piece = records[:count]
            piece = piece[: ledger.fitting(piece, tumbling.frame_bytes(None))]
            pieces.append(piece)
            records = records[len(piece) :]
        return pieces

    def count_calls(self, invoked: int, *, failed: int) -> None:
        draft = self.draft
        draft.invoked += invoked
        draft.failed += failed

    def keep_state(self, text: str | None) -> None:
        """What the function returned is the state of the open window now."""
        window = self.state.checkpoint.window
        if window is not None and text is not None:
            self.draft.window = tumbling.learn(window, text)

    def end_window(self) -> None:
        """The window is done with, and with it its state."""
        self.draft.window = None
        self.forget_attempts()
