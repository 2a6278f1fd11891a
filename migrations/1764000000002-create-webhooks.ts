import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Agreements with external systems, and the secrets they sign with. */
export class CreateWebhooks1764000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table webhooks (
        id uuid not null,
        name text not null,
        direction text not null,
        status text not null,
        status_reason text,               -- why it is paused or disabled, in somebody's words
        url text,
        document_type text,               -- null: every type
        events text[] not null,           -- empty: every event
        retry_schedule integer[],         -- seconds to wait before each attempt; null: the default schedule
        timeout_ms integer not null,
        owner_id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        constraint webhooks_pkey primary key (id),
        constraint webhooks_direction_check check (direction in ('OUTGOING', 'INCOMING')),
        constraint webhooks_status_check check (status in ('ACTIVE', 'PAUSED', 'DISABLED', 'ARCHIVED')),
        constraint webhooks_owner_id_fkey foreign key (owner_id) references users (id)
      )`);
    await db.query('create index webhooks_owner_id_idx on webhooks (owner_id, id)');
    await db.query(`
      create table webhook_secrets (
        id uuid not null,
        webhook_id uuid not null,
        kek text not null,                -- which ENCRYPTION_KEY wrapped it
        wrapped bytea not null,           -- the secret's own key under that one
        box bytea not null,               -- the secret under its own key
        created_at timestamptz(3) not null,
        expires_at timestamptz(3),        -- set by rotation: signs beside its successor until then
        constraint webhook_secrets_pkey primary key (id),
        constraint webhook_secrets_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
      )`);
    await db.query('create index webhook_secrets_webhook_id_idx on webhook_secrets (webhook_id)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table webhook_secrets');
    await db.query('drop table webhooks');
  }
}
