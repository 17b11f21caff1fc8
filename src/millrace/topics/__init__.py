"""Topics: SNS, to queues in the publisher's own transaction, to HTTP endpoints and functions by an outbox."""
