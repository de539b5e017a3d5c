"""From a file in a watched folder to a published batch, and once more what got lost on the way.

Notice:  `watch` is woken by events and told which files were closed or moved in; `scan` lists, by `tree`,
what really stands there; `probe` looks at one file and asks whether somebody still writes it; `settle`
watches those that must stand still; `refused` remembers what can't be taken; `examine` judges; `waiting`
puts these together: the next files of a folder that can be claimed; `kept` and `ledger` know what was taken
and stays where it is; `retry` brings back what was rejected.

Claim:  `take` takes one file, `claim` makes a durable batch of several, `recover` finishes what a crash cut
short.

Publish:  `payload` is what workers get, `publisher` the line to Redis, `reconcile` does again what got
lost, `reseal` what changed; `flight` bounds how much is under way, `gate` stops it all.

Run:  `attached` is one folder while it is there, kept watched by `watching`, and `inbox` is it for good; `intake`
is the loop over all of them. `ingest` goes once through given paths, sorted out by `arguments`; `passage` is the way
of their files, `progress` how far they have got.
"""
