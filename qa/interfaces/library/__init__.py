"""The library page: the articles as a table, adding, correcting and removing them, feeds, health.

    address -> TableRequest -> Table -> HTML          table_request, table_view
    form -> named steps                               additions, maintenance
         -> Job, done one after another               jobs
         -> HTML that tells how far it is             job_view

Pages are whole without a script: forms, links, a redirect after what was sent. ``routes`` serves
them, ``pages`` answers, ``layout`` holds what all share. Text of articles is escaped in every
module. Knows nothing about how articles are read, decided on or stored.
"""
