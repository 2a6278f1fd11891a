import { uuidOf } from '../../src/values/ids';
import type { TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish, type TestWebhook } from '../support/webhooks';

export const REPLAY_FIELDS = `id status reason rate where deliveryCount replayed skipped error createdAt startedAt finishedAt
  orderedBy { name } delivery { id }`;

export interface ReplayState {
  id: string;
  status: string;
  reason: string;
  rate: number;
  where: string | null;
  deliveryCount: number;
  replayed: number;
  skipped: number;
  error: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  orderedBy: { name: string };
  delivery: { id: string } | null;
}

export type Webhook = TestWebhook & { documentType: string; publishMany(count: number): Promise<void> };

let types = 0;

/** A webhook that gets the events of its test alone. */
export async function createOwnWebhook(app: TestApp, url: string, settings: object = {}): Promise<Webhook> {
  types += 1;
  const documentType = `Type ${types}`;
  const webhook = await createTestWebhook(app, url, { documentType, ...settings });
  const publishMany = async (count: number) => {
    const events = Array.from({ length: count }, (_, n) => invoice(`INV-${n}`, { documentType }));
    await publish(app, events);
  };
  return { ...webhook, documentType, publishMany };
}

export const whereWebhook = ({ id }: TestWebhook) => ({ webhook: { id: { eq: id } } });

/** Orders a replay of what a webhook has, or of what `where` says. @returns the replay's id */
export async function order(app: TestApp, where: object, more: object = {}): Promise<string> {
  const payload = await mutate(app, 'replayDeliveries', { where, reason: 'they lost it', ...more }, 'replay { id }');
  if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload));
  return payload.replay.id;
}

export async function replayOf(app: TestApp, id: string): Promise<ReplayState> {
  return (await app.ask(`query ($id: ID!) { replay(id: $id) { ${REPLAY_FIELDS} } }`, { id })).data.replay;
}

export function replayThatIs(
  app: TestApp,
  id: string,
  what: string,
  isSo: (replay: ReplayState) => boolean,
  limitMs?: number,
): Promise<ReplayState> {
  const ask = async () => {
    const replay = await replayOf(app, id);
    return isSo(replay) && replay;
  };
  return waitFor(`a replay that is ${what}`, ask, limitMs);
}

export const queued = (app: TestApp, id: string, limitMs?: number) =>
  replayThatIs(app, id, 'queued', (replay) => replay.status === 'QUEUED', limitMs);

export interface RoundState {
  id: string;
  status: string;
  attempts: number;
  roundStart: number;
  held: boolean;
  replayId: string | null;
  deliveredAt: Date | null;
  finishedAt: Date | null;
}

/** A webhook's deliveries, oldest first, as far as replays change them. */
export function roundsOf(app: TestApp, webhook: TestWebhook): Promise<RoundState[]> {
  return app.database.query<RoundState>(
    `select id, status, attempts, round_start as "roundStart", held, replay_id as "replayId",
       delivered_at as "deliveredAt", finished_at as "finishedAt"
     from deliveries where webhook_id = $1 order by id`,
    [uuidOf('Webhook', webhook.id)],
  );
}

/** Waits until all of a webhook's deliveries are finished. */
export function allFinished(
  app: TestApp,
  webhook: TestWebhook,
  count: number,
  limitMs?: number,
): Promise<RoundState[]> {
  const ask = async () => {
    const rounds = await roundsOf(app, webhook);
    return rounds.length === count && rounds.every(({ finishedAt }) => finishedAt !== null) && rounds;
  };
  return waitFor(`${count} finished deliveries`, ask, limitMs);
}

/** What erasing content leaves of it, past the trigger that keeps it. */
export async function erase(app: TestApp, deliveryIds: readonly string[]): Promise<void> {
  await app.database.query('set session_replication_role = replica');
  await app.database.query(
    `update payloads set body = null, body_salt = null, erased_digest = body_digest, erasure_id = new_id()
     where id in (select payload_id from deliveries where id = any($1::uuid[]))`,
    [deliveryIds],
  );
  await app.database.query('reset session_replication_role');
}

interface Step {
  /** The number of deliveries after it. */
  replayed: number;
  /** Of those that it decided against, after it. */
  skipped: number;
  /** The time of the next one. */
  nextMs: number;
}

/** Notes the steps of replays from now on. @returns what reads them */
export async function noteSteps({ database }: TestApp): Promise<() => Promise<Step[]>> {
  await database.query(`create table steps (replayed integer, skipped integer, "nextMs" float8);
    create function note_step() returns trigger language plpgsql security definer as $$ begin
      insert into steps values (new.replayed, new.skipped, extract(epoch from new.next_step_at) * 1000);
      return null;
    end $$;
    create trigger note_step after update on replays for each row when (old.replayed + old.skipped < new.replayed + new.skipped)
      execute function note_step()`);
  return async () => {
    await database.query('drop trigger note_step on replays; drop function note_step()');
    const steps = await database.query<Step>('select * from steps order by replayed + skipped');
    await database.query('drop table steps');
    return steps;
  };
}
