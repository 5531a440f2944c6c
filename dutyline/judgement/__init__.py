"""Notes in, judgement out: the classifier, the cues, the duty rules and the policy together.

Nothing in this package knows of Kafka, clocks, files or asyncio.
"""
