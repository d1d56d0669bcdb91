"""Administrative divisions by name and code: today's, those of other years, and tables joined to them."""
