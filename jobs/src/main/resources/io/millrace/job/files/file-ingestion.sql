CREATE TABLE IF NOT EXISTS ingested_files (
    file_id      text        PRIMARY KEY,
    file         text        NOT NULL,
    size_bytes   bigint      NOT NULL,
    sha256       text        NOT NULL,
    state        text        NOT NULL,
    rows_in      bigint      NOT NULL,
    rows_out     bigint      NOT NULL,
    dead_letters bigint      NOT NULL,
    modified_at  timestamptz NOT NULL,
    started_at   timestamptz,
    finished_at  timestamptz,
    message      text,
    revision     bigint      NOT NULL,
    CHECK (rows_in = rows_out + dead_letters)
);

CREATE INDEX IF NOT EXISTS ingested_files_by_name ON ingested_files (file, modified_at);
