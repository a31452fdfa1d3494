CREATE TABLE IF NOT EXISTS recon_matches (
    match_id       text        NOT NULL,
    rule_id        text        NOT NULL,
    stage          text        NOT NULL,
    state          text        NOT NULL,
    variance_minor bigint      NOT NULL,
    currency       text        NOT NULL,
    decided_at     timestamptz NOT NULL,
    body           jsonb       NOT NULL,
    revision       bigint      NOT NULL,
    PRIMARY KEY (match_id, rule_id)
);

CREATE TABLE IF NOT EXISTS recon_breaks (
    break_id     text        PRIMARY KEY,
    rule_id      text        NOT NULL,
    type         text        NOT NULL,
    state        text        NOT NULL,
    ledger_left  text        NOT NULL,
    ledger_right text        NOT NULL,
    amount_minor bigint      NOT NULL,
    currency     text        NOT NULL,
    opened_at    timestamptz NOT NULL,
    body         jsonb       NOT NULL,
    revision     bigint      NOT NULL
);

CREATE INDEX IF NOT EXISTS recon_breaks_that_stand
    ON recon_breaks (ledger_left, ledger_right, opened_at) WHERE state = 'open';

CREATE TABLE IF NOT EXISTS recon_tie_outs (
    rule_id      text   NOT NULL,
    day          text   NOT NULL,
    ledger_left  text   NOT NULL,
    ledger_right text   NOT NULL,
    currency     text   NOT NULL,
    left_sum     bigint NOT NULL,
    right_sum    bigint NOT NULL,
    matched      bigint NOT NULL,
    open         bigint NOT NULL,
    breaks       bigint NOT NULL,
    revision     bigint NOT NULL,
    PRIMARY KEY (rule_id, day, ledger_left, ledger_right, currency)
);
