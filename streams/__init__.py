"""The edges that speak Kafka: the worker and its state, the feed, topics, the embedded broker."""
