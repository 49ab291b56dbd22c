# What every script may use. A golden reads like a session at a terminal.

# Print a heading.
title() { printf '\n=== %s\n' "$*"; }

# Print a command, then run it.
trace() {
  printf '\n>>> %s\n' "$*"
  "$@"
}

# Run a command that may fail, and print its exit code when it does.
errcode() {
  local code=0
  "$@" || code=$?
  if [ "$code" -ne 0 ]; then printf 'exit code %s\n' "$code"; fi
}

# Run a command that must fail; the script ends here when it does not.
musterr() {
  local code=0
  "$@" || code=$?
  if [ "$code" -eq 0 ]; then
    printf 'this should have failed: %s\n' "$*"
    exit 1
  fi
  printf 'exit code %s\n' "$code"
}

# Print what has changed the console since the last time this was asked (--sort: in alphabetical order).
requests() { python "$ACCEPTANCE/emulated.py" requests "$@"; }

# Print the id of the object that belongs to an address.
id_of() { qfops state list | awk -v address="$1" '$1 == address { print $2 }'; }
