"""What dispatchers did: the events of `routing.outcomes`."""
