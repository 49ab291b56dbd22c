"""What can only be judged of the project as a whole: dangling references, cycles, doubles, address maps."""
