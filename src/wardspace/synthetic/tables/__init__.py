"""The ward's word lists and tables: YAML files, and what reads them."""
