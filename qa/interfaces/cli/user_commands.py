"""Commands that keep the users of a shared library: ``citewire users add | list | remove | token``.

    name, role, password -> users.json in the library's folder

A running server sees every change at its next request. Knows nothing about signing in.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from qa.interfaces.access.visitor import ROLES
from qa.interfaces.cli.common import (
    HomeOption,
    JsonOption,
    exit_on_error,
    load_settings,
    print_json,
)

commands = typer.Typer(help="Who may use the app when it is shared.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name to sign in with.")]


@commands.command()
def add(
    name: NameArgument,
    role: Annotated[
        str, typer.Option(help="reader (asks and reads) or editor (also changes the library).")
    ] = "reader",
    home: HomeOption = None,
) -> None:
    """Add a user, or give one a new password and role. Asks for the password, or reads a line."""
    chosen = next((known for known in ROLES if known == role), None)
    if chosen is None:
        raise typer.BadParameter("reader or editor", param_hint="--role")
    with exit_on_error():
        from qa.interfaces.access.users_file import UsersFile

        users = UsersFile(load_settings(home).folder)
        known = name in users.users()
        users.add(name, _read_password(), chosen)
    typer.echo(f"{'Changed' if known else 'Added'} {name} ({chosen}).")


def _read_password() -> str:
    """The password, asked twice without echo; where nobody types, the first line of input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


@commands.command("list")
def list_users(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """List the users, with role, and whether they have a token."""
    with exit_on_error():
        from qa.interfaces.access.users_file import UsersFile

        users = UsersFile(load_settings(home).folder).users().values()
        found = [
            {"name": user.name, "role": user.role, "token": bool(user.token)} for user in users
        ]
    if as_json:
        print_json({"users": found})
        return
    for user in found:
        typer.echo(f"{user['name']}  {user['role']}{'  has a token' if user['token'] else ''}")
    if not found:
        typer.echo("No users: only this machine is served, without sign-in.")


@commands.command()
def remove(name: NameArgument, home: HomeOption = None) -> None:
    """Remove a user; sessions and token end at once."""
    with exit_on_error():
        from qa.interfaces.access.users_file import UsersFile

        UsersFile(load_settings(home).folder).remove(name)
    typer.echo(f"Removed {name}.")


@commands.command()
def token(
    name: NameArgument,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the token away.")] = False,
    home: HomeOption = None,
) -> None:
    """Print a new API token for a user, in place of an earlier one. It is shown only now."""
    with exit_on_error():
        from qa.interfaces.access.users_file import UsersFile

        users = UsersFile(load_settings(home).folder)
        if revoke:
            users.revoke_token(name)
        else:
            typer.echo(users.new_token(name))
    if revoke:
        typer.echo(f"{name} has no token any more.")
