"""Commands on a finished study: audit, export, plan, compare."""
