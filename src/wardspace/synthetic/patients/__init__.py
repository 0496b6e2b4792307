"""Who the notes are about: people, diseases with their phenotypes, treatments and relatives."""
