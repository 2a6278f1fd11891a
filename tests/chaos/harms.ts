// What may happen to the parts of an installation, by accident or by command.
import { setTimeout as wait } from 'node:timers/promises';
import { toNodeId } from '../../src/values/ids';
import { createTestWebhook } from '../support/webhooks';
import { API, INDEXER, type PartsApart, WORKERS } from './parts-apart';
import type { Random } from './random';
import { findFaketime } from './requirements';

const SKEWS = ['+90s', '-90s', '+2h', '-2h'];
/** Longer than a lease. */
const STILL_MS = 12_000;
const SESSION = `select pid from pg_stat_activity where application_name like 'hookledger%' order by random()`;

export type Harm = () => Promise<unknown>;

/** Refusals count as answers. */
export async function command(
  { app }: PartsApart,
  name: string,
  input: object,
  fields = 'userErrors { code message }',
): Promise<unknown> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const answer = await app.ask(`mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} } }`, { input });
  return answer.data?.[name];
}

/** Commands, which are given all the time. */
export function commandsOf(
  parts: PartsApart,
  random: Random,
  webhooks: readonly string[],
  documentType: string,
): Harm[] {
  const any = () => webhooks[random.between(0, webhooks.length - 1)] as string;
  const order = (name: string, input: object) => command(parts, name, input);
  return [
    async () => {
      const id = any();
      await order('pauseWebhook', { id });
      await wait(random.between(50, 1_500));
      await order('resumeWebhook', { id });
    },
    async () => {
      const rows = await parts.server.query<{ id: string }>('select id from deliveries order by random() limit 12');
      const ids = rows.map(({ id }) => toNodeId('Delivery', id));
      await Promise.all(
        ids.flatMap((id) => [
          order('retryDelivery', { deliveryId: id }),
          order('cancelDelivery', { deliveryId: id, reason: 'chaos' }),
          order('replayDelivery', { deliveryId: id, reason: 'chaos' }),
        ]),
      );
    },
    async () => {
      const settings = { documentType, name: 'archived', retrySchedule: [0, 1, 1], maxConcurrency: 2 };
      const { id } = await createTestWebhook(parts.app, parts.partner.url, settings);
      await wait(random.between(100, 2_000));
      await order('archiveWebhook', { id });
    },
    async () => {
      await order('pauseDeliveries', { reason: 'chaos' });
      await wait(random.between(50, 1_500));
      await order('resumeDeliveries', { reason: 'chaos' });
    },
    () => order('replayDeliveries', { where: { webhook: { id: { eq: any() } } }, reason: 'chaos', rate: 300 }),
  ];
}

/** Accidents. */
export function accidentsOf({ server, replace, freeze }: PartsApart, random: Random): Harm[] {
  const library = findFaketime();
  const aWorker = () => WORKERS[random.between(0, 1)] as number;
  const accidents: Harm[] = [
    () => replace(aWorker(), 'SIGKILL'),
    () => replace(aWorker(), 'SIGTERM'),
    () => replace(API, 'SIGKILL'),
    () => replace(INDEXER, 'SIGKILL'),
    async () => {
      const resume = freeze(aWorker());
      await wait(STILL_MS);
      resume();
    },
    () => server.query(`select pg_terminate_backend(pid) from (${SESSION} limit 8) as sessions`),
    async () => {
      const [session] = await server.query<{ pid: number }>(`${SESSION} limit 1`);
      if (session) process.kill(session.pid, 'SIGKILL');
    },
    async () => {
      await server.stop((['SIGINT', 'SIGQUIT', 'SIGKILL'] as const)[random.between(0, 2)] ?? 'SIGQUIT');
      await wait(random.between(100, 3_000));
      await server.start();
    },
  ];
  if (library === null) return accidents;
  const withClock = () => ({
    LD_PRELOAD: library,
    FAKETIME: SKEWS[random.between(0, SKEWS.length - 1)] as string,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  });
  return [...accidents, () => replace(aWorker(), 'SIGKILL', withClock())];
}
