"""``python -m geotransfer``."""

from geotransfer.cli import main

if __name__ == "__main__":
    main()
