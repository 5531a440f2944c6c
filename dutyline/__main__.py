"""`python -m dutyline` is the command `dutyline`."""

from dutyline.cli.main import main

main()
