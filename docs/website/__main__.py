"""`python -m website`, as `make docs` calls it."""

from website.build import main

main()
