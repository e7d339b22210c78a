"""Standing: where each marketplace seller stands, why, and what to do next.

`core` thinks, `rulebook` reads rules, `intake` reads records, `engine` decides, `api` speaks HTTP, `app` wires them.
"""
