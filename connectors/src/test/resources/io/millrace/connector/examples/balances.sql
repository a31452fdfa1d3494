CREATE TABLE IF NOT EXISTS balances (
  account text PRIMARY KEY,
  cents bigint NOT NULL,
  version bigint NOT NULL
);
