import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The other half of the ledger: what partners may call us with, under which address, and what they have called with. */
export class ReceiveCalls1764000000021 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table incoming_agreements (  -- what an INCOMING webhook has beside other webhooks
        webhook_id uuid not null,
        provider text not null,           -- whose way of signing its calls follow
        settings text not null,           -- JSON: what a provider without a name needs to know; no secret
        tolerance_seconds integer not null,
        event_place text,                 -- JSON [from, name]; null: where the provider has it
        id_place text,
        reference_place text,
        becomes text not null,
        forward_to uuid[] not null,       -- FORWARD: outgoing webhooks
        answer_status integer not null,
        answer_body text,
        answer_type text,
        user_id uuid not null,            -- the partner, as whoever did what its calls tell of
        version integer not null,         -- counts the changes of all that decides over a call
        constraint incoming_agreements_pkey primary key (webhook_id),
        constraint incoming_agreements_becomes_check check (becomes in ('BUSINESS_EVENT', 'FORWARD', 'RECORD')),
        constraint incoming_agreements_webhook_id_fkey foreign key (webhook_id) references webhooks (id),
        constraint incoming_agreements_user_id_fkey foreign key (user_id) references users (id)
      )`);
    await db.query(`
      create table incoming_tokens (
        id uuid not null,
        webhook_id uuid not null,
        hash bytea not null,              -- SHA-256: the token itself is nowhere
        created_at timestamptz(3) not null,
        expires_at timestamptz(3),        -- set by rotation: leads here beside its successor until then
        constraint incoming_tokens_pkey primary key (id),
        constraint incoming_tokens_hash_key unique (hash),
        constraint incoming_tokens_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
      )`);
    await db.query('create index incoming_tokens_webhook_id_idx on incoming_tokens (webhook_id)');
    await db.query(`
      create table incoming_ids (         -- ids of calls that were accepted, so that a repeated one is found
        webhook_id uuid not null,
        id_hash bytea not null,
        request_id uuid not null,
        business_event_id uuid,
        created_at timestamptz(3) not null,
        constraint incoming_ids_pkey primary key (webhook_id, id_hash),
        constraint incoming_ids_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
      )`);
    await db.query('create index incoming_ids_created_at_idx on incoming_ids (created_at)');
    await db.query(`
      create table sampled_refusals (      -- refused calls above the rate at which they are kept
        webhook_id uuid not null,
        minute timestamptz(3) not null,
        error_code text not null,
        calls integer not null,
        constraint unkept_refusals_pkey primary key (webhook_id, minute, error_code),
        constraint unkept_refusals_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
      )`);
    await db.query('alter table webhook_secrets drop constraint webhook_secrets_kind_check');
    await db.query(`
      alter table webhook_secrets add constraint webhook_secrets_kind_check
        check (kind in ('V1', 'V1A', 'FRAPPE', 'TEXT', 'CERTIFICATE'))`);
    await db.query('alter table webhooks drop constraint webhooks_body_format_check');
    await db.query(`
      alter table webhooks
        add pass_headers text[] not null default '{}',  -- names of headers of a received call that go on with it
        add constraint webhooks_body_format_check check (body_format in ('STANDARD', 'JSON', 'FORM', 'ORIGINAL'))`);
    await db.query(`
      alter table business_events
        add request_id uuid,              -- the call that it came as
        add directed_to uuid[]            -- the only webhooks that are told; null: all that want it`);
    // the bytes of the wire, where a content encoding made others of what payload_id has
    await db.query('alter table webhook_request_logs add wire_payload_id uuid');
    await db.query('drop trigger open_rows_are_only_closed on webhook_request_logs');
    await db.query(onlyClosed(', new.wire_payload_id', ', old.wire_payload_id'));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop trigger open_rows_are_only_closed on webhook_request_logs');
    await db.query(onlyClosed('', ''));
    await db.query('alter table webhook_request_logs drop wire_payload_id');
    await db.query('alter table business_events drop request_id, drop directed_to');
    await db.query('alter table webhooks drop constraint webhooks_body_format_check');
    await db.query(`
      alter table webhooks drop pass_headers,
        add constraint webhooks_body_format_check check (body_format in ('STANDARD', 'JSON', 'FORM'))`);
    await db.query('alter table webhook_secrets drop constraint webhook_secrets_kind_check');
    await db.query(`
      alter table webhook_secrets add constraint webhook_secrets_kind_check check (kind in ('V1', 'V1A', 'FRAPPE'))`);
    for (const table of ['sampled_refusals', 'incoming_ids', 'incoming_tokens', 'incoming_agreements']) {
      await db.query(`drop table ${table}`);
    }
  }
}

/** As KeepClosedRows and its successors have it, and one column more. */
function onlyClosed(moreOfNew: string, moreOfOld: string): string {
  const columns = (row: string) =>
    `${row}.id, ${row}.webhook_id, ${row}.direction, ${row}.document_type, ${row}.event, ${row}.reference_document,
           ${row}.business_event_id, ${row}.delivery_id, ${row}.user_id, ${row}.attempt_number, ${row}.duplicate, ${row}.method,
           ${row}.url, ${row}.headers, ${row}.payload_id, ${row}.secret_id, ${row}.started_at, ${row}.test, ${row}.replay_id`;
  return `
      create trigger open_rows_are_only_closed before update on webhook_request_logs
        for each row when (old.finished_at is null and (new.finished_at is null or
          (${columns('new')}${moreOfNew})
          is distinct from
          (${columns('old')}${moreOfOld})))
        execute function refuse_change()`;
}
