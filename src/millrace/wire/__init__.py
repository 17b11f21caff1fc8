"""AWS's protocols, compiled from AWS's own service models: requests in, answers out, signatures checked."""
