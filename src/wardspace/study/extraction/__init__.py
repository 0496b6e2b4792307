"""`wardspace extract`: from notes of any format to a table of fields, resources of FHIR and a page."""
