"""`python -m wardspace`."""

from wardspace.cli import main

main()
