CREATE TABLE IF NOT EXISTS readings (
  id text PRIMARY KEY,
  version bigint NOT NULL,
  body text,
  amount bigint NOT NULL CHECK (amount >= 0)
);
CREATE INDEX IF NOT EXISTS readings_by_amount ON readings (amount);
