"""Renders the drawer in which a visitor's earlier conversations are listed, still empty.

The conversations are in the visitor's browser, so the script of the page
(``assets/citewire.js``) fills the list; it copies the row that is given here as a template. Knows
nothing about gradio, sessions or conversations.
"""

from __future__ import annotations

from qa.interfaces.page.markup import save_menu


def _icon(paths: str) -> str:
    return f'<svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">{paths}</svg>'


def _icon_button(name: str, label: str, paths: str) -> str:
    return (
        f'<button type="button" class="cw-icon cw-talk-{name}" title="{label}">{_icon(paths)}'
        f'<span class="cw-hidden">{label}</span></button>'
    )


_TOGGLE = _icon('<path d="M3 5h14M3 10h14M3 15h14"/>')
_CLOSE = _icon_button("close", "Close", '<path d="M5 5l10 10M15 5L5 15"/>')
_RENAME = _icon_button("rename", "Rename", '<path d="M4 16l.8-3.6L13 4.2l2.8 2.8-8.2 8.2z"/>')
_DELETE = _icon_button(
    "delete", "Delete", '<path d="M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.8 11h7.4l.8-11"/>'
)
_SAVE = save_menu(
    _icon('<path d="M10 3v9M6 9l4 4 4-4M4 16.5h12"/>')
    + '<span class="cw-hidden">Save as a file</span>'
)
_ROW = (
    '<li><button type="button" class="cw-talk-open" dir="auto"></button>'
    f'<div class="cw-talk-foot"><span class="cw-talk-when"></span>{_RENAME}'
    f"{_SAVE}{_DELETE}</div></li>"
)


def render_conversation_list(*, saving: bool) -> str:
    """The button that opens the drawer, and the drawer with its search and an empty list.

    ``saving`` is whether the server keeps answers too.
    """
    also = (
        "Each answer is also saved on the server, where its link leads; deleting a conversation "
        "does not delete it there. "
    )
    return (
        '<button type="button" class="cw-icon cw-talks-toggle" aria-expanded="false" '
        f'aria-controls="cw-drawer" title="Conversations">{_TOGGLE}'
        '<span class="cw-hidden">Conversations</span></button>'
        '<div class="cw-talks-behind" hidden></div>'
        '<p class="cw-talk-problem" role="alert" hidden><span></span> '
        '<button type="button">Close</button></p>'
        '<aside id="cw-drawer" aria-label="Conversations" hidden>'
        f'<div class="cw-drawer-head"><h2>Conversations</h2>{_CLOSE}</div>'
        '<input type="search" class="cw-talk-search" placeholder="Search conversations" '
        'aria-label="Search conversations" autocomplete="off" maxlength="200">'
        '<ul class="cw-talk-list"></ul><p class="cw-talk-none"></p>'
        '<p class="cw-talk-damaged"></p>'
        '<p class="cw-talk-undo" role="status" hidden><span dir="auto"></span>'
        '<button type="button">Undo</button></p>'
        '<p class="cw-talk-where">Conversations are kept in this browser only, the newest 50. '
        f"{also if saving else ''}"
        '<button type="button" class="cw-talk-delete-all" hidden>Delete all</button></p>'
        f'<template class="cw-talk-row">{_ROW}</template></aside>'
    )
