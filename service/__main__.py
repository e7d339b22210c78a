"""python -m service: the command `standing`."""

from service.cli import main

main()
