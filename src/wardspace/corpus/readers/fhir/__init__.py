"""FHIR documents, their attachments and references."""
