"""Turns replies into measures, and measures of many replies into estimates with intervals.

case, reply -> answer_metrics, citation_metrics, retrieval_metrics -> reply_scoring: measures
rows        -> aggregation: estimates with bootstrap intervals;  curves: what is plotted
two runs    -> paired_differences

``definitions`` says what each measure means and which way is better. Nothing here knows where
replies come from or how figures are shown.
"""
