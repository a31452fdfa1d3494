CREATE TABLE IF NOT EXISTS media_files (
    media_id     text        PRIMARY KEY,
    sha256       text        NOT NULL,
    size_bytes   bigint      NOT NULL,
    content_type text        NOT NULL,
    location     text        NOT NULL,
    file_name    text,
    uploaded_by  text,
    changed_at   timestamptz NOT NULL,
    deleted      boolean     NOT NULL,
    body         jsonb       NOT NULL,
    version      bigint      NOT NULL,
    CHECK (size_bytes >= 0),
    CHECK (sha256 ~ '^[0-9a-f]{64}$')
);

CREATE INDEX IF NOT EXISTS media_files_by_contents ON media_files (sha256);

CREATE INDEX IF NOT EXISTS media_files_by_time ON media_files (changed_at);

CREATE INDEX IF NOT EXISTS media_files_by_uploader ON media_files (uploaded_by, changed_at);

-- Contents, each once however many files have them.
CREATE OR REPLACE VIEW media_contents AS
    SELECT sha256,
           min(size_bytes) AS size_bytes,
           count(*)        AS files,
           min(changed_at) AS first_at,
           max(changed_at) AS last_at,
           min(location)   AS location
      FROM media_files
     WHERE NOT deleted
     GROUP BY sha256;
