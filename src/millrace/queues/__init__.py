"""Queues: as much of SQS as failure destinations, topics and their readers need."""
