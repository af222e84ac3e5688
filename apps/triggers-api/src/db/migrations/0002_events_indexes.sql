-- The inbox asks for a status, newest first; the metrics count by status.
CREATE INDEX events_by_status ON events (status, created_at DESC);

-- Clean-ups go by age alone.
CREATE INDEX events_by_age ON events (created_at);
