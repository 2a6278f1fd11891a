import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What happened: events, what is owed, what was exchanged. Partitioned by id, one partition per calendar month, so
 * `id` stays the primary key and a month can be dropped. Foreign keys point at users and webhooks only: those are
 * never deleted. Rows carry the ids and words of what they belong to, so that one row reads without a join.
 */
export class CreateLogTables1764000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table payloads (
        id uuid not null,
        body bytea,                       -- the exact bytes; null once erased
        sha256 bytea not null,
        byte_length integer not null,
        content_type text not null,
        constraint payloads_pkey primary key (id)
      ) partition by range (id)`);
    await db.query(`
      create table business_events (
        id uuid not null,
        document_type text not null,
        event text not null,
        reference_document text not null,
        payload_id uuid not null,
        user_id uuid not null,            -- who did it in the business system
        published_by uuid not null,       -- who told us
        idempotency_key text,
        created_at timestamptz(3) not null,
        fanned_out_at timestamptz(3),     -- null: still in the outbox
        wanted_by integer,                -- how many webhooks it matched; 0: nobody wants it
        constraint business_events_pkey primary key (id),
        constraint business_events_user_id_fkey foreign key (user_id) references users (id),
        constraint business_events_published_by_fkey foreign key (published_by) references users (id)
      ) partition by range (id)`);
    await db.query('create index business_events_outbox_idx on business_events (id) where fanned_out_at is null');
    await db.query(
      'create index business_events_reference_idx on business_events (reference_document text_pattern_ops, id)',
    );
    await db.query('create index business_events_user_id_idx on business_events (user_id, id)');
    await db.query(`
      create table idempotency_keys (
        user_id uuid not null,
        key text not null,
        event_id uuid not null,
        content_hash bytea not null,
        created_at timestamptz(3) not null,
        constraint idempotency_keys_pkey primary key (user_id, key),
        constraint idempotency_keys_user_id_fkey foreign key (user_id) references users (id)
      )`);
    await db.query('create index idempotency_keys_created_at_idx on idempotency_keys (created_at)');
    await db.query(`
      create table deliveries (
        id uuid not null,
        business_event_id uuid not null,
        webhook_id uuid not null,
        user_id uuid not null,
        document_type text not null,
        event text not null,
        reference_document text not null,
        status text not null,
        skip_reason text,
        skip_message text,
        method text,                      -- method to payload_id: frozen at fan-out; null when skipped
        url text,
        headers text,                     -- JSON array of pairs
        payload_id uuid,
        attempts integer not null,
        next_attempt_at timestamptz(3),
        held boolean not null,            -- its webhook is paused or disabled: no job waits for it
        job_id uuid,                      -- the one job that may move it on; any other is a leftover of a crash
        open_request_id uuid,             -- the attempt on the wire; whoever settles must still find its own here
        created_at timestamptz(3) not null,
        finished_at timestamptz(3),
        constraint deliveries_pkey primary key (id),
        constraint deliveries_status_check check
          (status in ('PENDING', 'RETRYING', 'DELIVERED', 'EXHAUSTED', 'SKIPPED', 'CANCELLED')),
        constraint deliveries_finished_check check
          ((finished_at is null) = (status in ('PENDING', 'RETRYING'))),
        constraint deliveries_webhook_id_fkey foreign key (webhook_id) references webhooks (id),
        constraint deliveries_user_id_fkey foreign key (user_id) references users (id)
      ) partition by range (id)`);
    await db.query('create index deliveries_webhook_id_idx on deliveries (webhook_id, id)');
    await db.query('create index deliveries_business_event_id_idx on deliveries (business_event_id)');
    await db.query('create index deliveries_open_idx on deliveries (webhook_id, id) where finished_at is null');
    await db.query(`
      create table webhook_request_logs (
        id uuid not null,
        webhook_id uuid,
        direction text not null,
        status text not null,
        document_type text,
        event text,
        reference_document text,
        business_event_id uuid,
        delivery_id uuid,
        user_id uuid,
        attempt_number integer not null,
        duplicate boolean not null,
        method text not null,
        url text not null,
        headers text,                     -- JSON array of pairs in wire order, secret values replaced
        payload_id uuid,
        secret_id uuid,                   -- which secret signed
        started_at timestamptz(3) not null,
        finished_at timestamptz(3),
        duration_ms integer,
        response_status integer,
        response_headers text,
        response_body bytea,              -- the first bytes of what came back
        response_bytes integer,           -- how many came back
        response_truncated boolean,
        error text,
        error_code text,
        remote_address text,
        constraint webhook_request_logs_pkey primary key (id),
        constraint webhook_request_logs_status_check check
          (status in ('PENDING', 'SUCCEEDED', 'FAILED', 'UNKNOWN', 'REFUSED')),
        constraint webhook_request_logs_finished_check check ((finished_at is null) = (status = 'PENDING')),
        constraint webhook_request_logs_webhook_id_fkey foreign key (webhook_id) references webhooks (id),
        constraint webhook_request_logs_user_id_fkey foreign key (user_id) references users (id)
      ) partition by range (id)`);
    await db.query('create index webhook_request_logs_webhook_id_idx on webhook_request_logs (webhook_id, id)');
    await db.query('create index webhook_request_logs_user_id_idx on webhook_request_logs (user_id, id)');
    await db.query('create index webhook_request_logs_delivery_id_idx on webhook_request_logs (delivery_id, id)');
    await db.query(
      'create index webhook_request_logs_business_event_id_idx on webhook_request_logs (business_event_id, id)',
    );
    await db.query(
      'create index webhook_request_logs_reference_idx on webhook_request_logs (reference_document text_pattern_ops, id)',
    );
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['webhook_request_logs', 'deliveries', 'idempotency_keys', 'business_events', 'payloads']) {
      await db.query(`drop table ${table}`);
    }
  }
}
