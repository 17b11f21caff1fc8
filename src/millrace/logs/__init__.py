"""CloudWatch Logs: groups, streams and events, kept in a storage of their own."""
