"""How people look at runs and conversations: on a terminal, in a browser, and in a report.

`terminal/` and `web/` show, `report/` writes files, and `documents.py` has the same facts as JSON. The database
is only read, but for the labels that a person sets in a browser.
"""
