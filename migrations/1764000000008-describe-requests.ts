import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a webhook sends and how it gets in. */
export class DescribeRequests1764000000008 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table webhooks
        add condition text,                                   -- CEL; null: every event that matches
        add method text not null default 'POST',
        add headers text not null default '[]',               -- JSON array of [name, Liquid template], none of them secret
        add body_format text not null default 'STANDARD',
        add body text,                                        -- Liquid template of a JSON body
        add fields text,                                      -- JSON array of [key, fieldname]
        add signatures text[] not null default '{V1}',
        add constraint webhooks_method_check check (method in ('POST', 'PUT', 'PATCH', 'DELETE')),
        add constraint webhooks_body_format_check check (body_format in ('STANDARD', 'JSON', 'FORM'))`);
    await db.query(`
      alter table webhook_secrets
        add kind text not null default 'V1',
        add public_key bytea,                                 -- V1A: the 32 bytes that partners check with
        add constraint webhook_secrets_kind_check check (kind in ('V1', 'V1A', 'FRAPPE'))`);
    await db.query(`
      create table webhook_credentials (
        id uuid not null,
        webhook_id uuid not null,
        kind text not null,
        settings text not null,           -- JSON: what is not secret, such as a header's name or a user name
        kek text not null,
        wrapped bytea not null,
        box bytea not null,
        created_at timestamptz(3) not null,
        constraint webhook_credentials_pkey primary key (id),
        constraint webhook_credentials_kind_check check (kind in ('HEADER', 'BASIC', 'OAUTH2', 'CERTIFICATE')),
        constraint webhook_credentials_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
      )`);
    await db.query('create index webhook_credentials_webhook_id_idx on webhook_credentials (webhook_id)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table webhook_credentials');
    await db.query('alter table webhook_secrets drop kind, drop public_key');
    await db.query(`
      alter table webhooks drop condition, drop method, drop headers, drop body_format, drop body, drop fields,
        drop signatures`);
  }
}
