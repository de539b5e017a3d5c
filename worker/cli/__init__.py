"""The commands, and the one place that builds objects and connects them.

app        the list of commands, and what each way of ending means as an exit code
options    flags, and the settings that come of them
wiring     folders, addresses, and the programs of the service, from settings
service    run, pause, resume, settings          roles     watch, worker, sink, health
once       ingest                                explain   explain
reading    tail, verify, schema                  rejected  rejected list, show, retry
status     status
"""
