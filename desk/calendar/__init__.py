"""The calendar of visits: month, week and day, moving a visit with everything shown that follows, the list to print."""
