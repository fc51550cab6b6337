"""Turns reports into one HTML page: tables, plots and the worst answers.

reports -> tables (estimates, kinds, settings) ----------------------+
        -> charts -> plot_drawing -> inline_svg  (needs matplotlib) -+-> html_report -> report.html
        -> worst_answers --------------------------------------------+

Knows nothing about how anything was measured.
"""
