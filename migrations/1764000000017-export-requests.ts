import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who took which part of the log away. A row is an order; the file is made while it is read, so none is kept. */
export class ExportRequests1764000000017 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table exports (
        id uuid not null,
        format text not null,
        include_content boolean not null, -- headers and bodies too
        byte_order_mark boolean not null,
        reads_content boolean not null,   -- whoever ordered it: sees whole URLs, searches in bodies
        condition text,                   -- JSON: the WebhookRequestLogWhere that was asked for; null: everything
        ordered_by uuid not null,
        last_request_id uuid not null,    -- what is newer was not there when it was ordered
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        downloads integer not null,       -- begun
        rows_sent bigint not null,        -- by all downloads
        bytes_sent bigint not null,       -- before compression
        completed_at timestamptz(3),      -- a download last came to the end
        constraint exports_pkey primary key (id),
        constraint exports_format_check check (format in ('NDJSON', 'CSV')),
        constraint exports_ordered_by_fkey foreign key (ordered_by) references users (id)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table exports');
  }
}
