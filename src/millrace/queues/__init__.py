"""Queues: SQS, durable, and open to whoever sends inside a transaction of its own."""
