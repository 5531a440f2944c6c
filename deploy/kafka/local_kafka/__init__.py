"""A real Apache Kafka on this machine, for working on Dutyline and for its tests.

plan        what is to run: nodes, ports, and the properties file of each (pure)
metadata    one Metadata request over a socket: does the cluster answer? (standard library only)
jars        the JDK, and Kafka's jars from Maven
processes   starting, finding and stopping the Java processes
cluster     starting and stopping a whole cluster in one directory
main        the command line

Only Python's standard library is used, so that it runs before anything is installed.
"""


class LocalKafkaError(Exception):
    """Why Kafka cannot be started or stopped, and what to do, as one plain line."""
