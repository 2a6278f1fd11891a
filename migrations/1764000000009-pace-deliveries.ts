import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When deliveries go: limits, order and the circuit breaker of each webhook, and what waits for them. */
export class PaceDeliveries1764000000009 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table webhooks
        add rate_limit integer,           -- requests in any rate_limit_seconds; null: no limit
        add rate_limit_seconds integer,
        add max_concurrency integer,      -- requests on the wire at once; null: what is free
        add ordering text,                -- one delivery per document at a time; null: no order
        add dedupe_seconds integer,       -- skips what repeats an event of so many seconds before; null: nothing
        add constraint webhooks_rate_limit_check check ((rate_limit is null) = (rate_limit_seconds is null)),
        add constraint webhooks_ordering_check check (ordering in ('HOLD', 'SKIP'))`);
    await db.query(`
      create table webhook_circuits (
        webhook_id uuid not null,
        state text not null,
        open_until timestamptz(3),        -- OPEN: nothing is sent before; HALF_OPEN: another probe may go then
        reason text,
        openings integer not null,        -- in a row: each waits longer than the one before
        probe_delivery_id uuid,           -- HALF_OPEN: the one delivery that may go
        failures integer not null,        -- attempts in a row that failed
        crowded boolean not null default false, -- deliveries wait for its CAPACITY: new ones stand behind them
        failing_since timestamptz(3),     -- null: the last attempt succeeded, or there was none
        constraint webhook_circuits_pkey primary key (webhook_id),
        constraint webhook_circuits_state_check check (state in ('CLOSED', 'OPEN', 'HALF_OPEN')),
        constraint webhook_circuits_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
      ) with (fillfactor = 50)`);
    await db.query(`
      insert into webhook_circuits (webhook_id, state, openings, failures)
        select id, 'CLOSED', 0, 0 from webhooks where direction = 'OUTGOING'`);
    await db.query(`
      create table webhook_slots (        -- what is on the wire of webhooks with a max_concurrency
        webhook_id uuid not null,
        request_id uuid not null,
        constraint webhook_slots_pkey primary key (webhook_id, request_id),
        constraint webhook_slots_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
      )`);
    await db.query(`
      create table pending_decisions (    -- an event that a webhook wants, and whether it is sent is not decided yet
        webhook_id uuid not null,
        business_event_id uuid not null,
        constraint pending_decisions_pkey primary key (webhook_id, business_event_id),
        constraint pending_decisions_webhook_id_fkey foreign key (webhook_id) references webhooks (id)
      )`);
    await db.query(`
      alter table deliveries
        add waits_for text,               -- no job waits for it: CAPACITY of its webhook, or its PREDECESSOR
        add blocks boolean not null default false, -- ordered: holds back later deliveries of its document
        add constraint deliveries_waits_for_check check (waits_for in ('CAPACITY', 'PREDECESSOR'))`);
    await db.query(`
      create index deliveries_waiting_idx on deliveries (webhook_id, id) where waits_for is not null`);
    await db.query(`
      create index deliveries_order_idx on deliveries (webhook_id, document_type, reference_document, id) where blocks`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table deliveries drop waits_for, drop blocks');
    await db.query('drop table pending_decisions');
    await db.query('drop table webhook_slots');
    await db.query('drop table webhook_circuits');
    await db.query(`
      alter table webhooks drop rate_limit, drop rate_limit_seconds, drop max_concurrency, drop ordering,
        drop dedupe_seconds`);
  }
}
