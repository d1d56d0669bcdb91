"""Wind, sun and what their power costs: functions of arrays, no files."""
