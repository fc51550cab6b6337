"""The ``citewire`` command line.

    main                   the command ``citewire`` and its commands ``ask`` and ``serve``
    *_commands             ingest, watch, feeds; status, history, remove, ...; check; models; eval;
                           users; feedback
    output                 what the commands print for people (rich)
    common                 options, error messages, settings and progress that commands share

Comes in: arguments and the environment. Goes out: text or one JSON object on standard output, one
line on standard error, an exit code. Knows nothing about how answers are made or articles are
stored; a command imports what it needs when it runs.
"""
