"""Made-up replacements for identifiers, the same for the same patient."""
