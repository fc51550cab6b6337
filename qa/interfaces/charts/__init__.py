"""Small plots by days, as inline SVG that needs no script.

    days -> places across, names of days below                  day_axis
    figures or events on their days -> marks that are links     dot_plot

Positions across are shares of the width, so that text keeps its size on any screen; looks are in
``assets/citewire.css``. Knows nothing about answers.
"""
