"""Who runs this, where the run can be watched, and of which commit: from what CI systems set."""

from __future__ import annotations

import getpass
import os
import socket

_ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_USER_ID")
_URLS = ("CI_JOB_URL", "BUILD_URL", "CIRCLE_BUILD_URL")
_COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT")


def who() -> str:
    """The person or robot: what the CI system says, else user@host."""
    return _first(_ACTORS) or f"{_user()}@{socket.gethostname()}"


def run_url() -> str:
    """The page of the CI run, or ""."""
    server, repository, run = (
        os.environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    if server and repository and run:
        return f"{server}/{repository}/actions/runs/{run}"
    return _first(_URLS)


def commit() -> str:
    """The commit that the CI system has checked out, or ""."""
    return _first(_COMMITS)


def _first(names: tuple[str, ...]) -> str:
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return str(os.getuid())
