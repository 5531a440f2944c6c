"""The offline side: the labelled corpus, training a release from it, and measuring one."""
