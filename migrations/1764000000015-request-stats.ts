import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log, counted: what a dashboard asks of years of traffic is a few thousand small rows here. Made of the feed by one
 * loop, which saves its position with what it counted: nothing is counted twice or left out, wherever it is killed.
 */
export class RequestStats1764000000015 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table request_stats_series ( -- requests that are counted together
        id integer generated always as identity,
        digest bytea not null,            -- SHA-256 of what follows: several of them may be null, which no key takes
        detailed boolean not null,        -- false: all webhooks and document types together
        webhook_id uuid,
        document_type text,
        direction text not null,
        status text not null,             -- of those that are over
        error_code text,
        constraint request_stats_series_pkey primary key (id),
        constraint request_stats_series_digest_key unique (digest)
      )`);
    await db.query(
      'create index request_stats_series_webhook_id_idx on request_stats_series (webhook_id) where detailed',
    );
    await db.query(`
      create table request_stats (
        series_id integer not null,
        grain smallint not null,          -- minutes: 1 (not where detailed), 15, 60, 1440
        bucket timestamptz(3) not null,   -- its beginning, a multiple of the grain in UTC; requests begun in it
        requests integer not null,
        retries integer not null,         -- of these, with an attempt_number above 1
        durations bytea not null,         -- how often each duration_ms occurred: src/request-log/stats/duration-percentiles.ts
        constraint request_stats_pkey primary key (series_id, grain, bucket),
        constraint request_stats_grain_check check (grain in (1, 15, 60, 1440))
      ) with (fillfactor = 70)`);
    // All series of a time; the key leads to the times of one. Partial, so that only who says `grain > 1` is led here: a plan
    // made while the table is empty would as soon take this one to look for a single row, and read all there will be for each.
    await db.query('create index request_stats_time_idx on request_stats (grain, bucket) where grain > 1');
    // small numbers: compressing them costs time at each step of the loop and saves little
    await db.query('alter table request_stats alter durations set storage external');
    await db.query(`
      create table request_stats_open (   -- counted as opened, and not yet as over
        request_id uuid not null,
        webhook_id uuid,
        document_type text,
        direction text not null,
        attempt_number integer not null,
        started_at timestamptz(3) not null,
        constraint request_stats_open_pkey primary key (request_id)
      )`);
    await db.query(`
      create table request_stats_position (
        id smallint not null,
        from_snapshot text not null,      -- a FeedPosition: all that this snapshot sees is counted
        to_snapshot text,
        after_id bigint not null,
        counted_at timestamptz(3),        -- what was committed by then is counted; null: not all that was there at first
        backfill_before uuid,             -- requests with smaller ids are not counted yet, whatever the feed says; null: all are
        constraint request_stats_position_pkey primary key (id),
        constraint request_stats_position_id_check check (id = 1)
      )`);
    await db.query(`
      insert into request_stats_position (id, from_snapshot, after_id, backfill_before) select 1, '3:3:', 0, ${ALL_THERE_IS}`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['position', 'open', 'series']) await db.query(`drop table request_stats_${table}`);
    await db.query('drop table request_stats');
  }
}

/** Where a backfill begins: behind the largest id; null where there is nothing to do. */
export const ALL_THERE_IS = `
        case when exists (select from webhook_request_logs) then 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid end`;
