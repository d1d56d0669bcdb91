"""What is kept out: paths a stranger's file must not reach, files that are no plain files, cells that would run."""
