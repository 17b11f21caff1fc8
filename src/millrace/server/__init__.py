"""From a request to its answer: identify, authenticate, decode, authorise, call, encode."""
