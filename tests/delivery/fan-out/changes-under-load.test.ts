// Relays of three processes fan out while webhooks are created, changed and paused. What each event met is checked at the end.
import { setTimeout as wait } from 'node:timers/promises';
import { createWebhookDirectory } from '../../../src/delivery/engine/matching-webhooks';
import { startDecidingPending } from '../../../src/delivery/engine/pending-decisions';
import { startRelay } from '../../../src/delivery/engine/relay';
import type { Loop } from '../../../src/time/loop';
import { uuidOf } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { mutate } from '../../support/mutate';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { turn } from '../attempt/stored-attempts';
import { NO_FIRST_ATTEMPTS, type Parts, startParts } from '../worker-parts';

const PROCESSES = 3;
const WEBHOOKS = 16;
const documentType = 'Under load';

interface Span {
  from: number;
  until: number;
}
interface Known extends Span {
  id: string;
  /** When each version of its header was asked for, and was answered. */
  versions: Span[];
  /** When it was paused; null: it was not. */
  paused: number | null;
}

const app = useTestApi();
let parts: Parts;
let loops: Pick<Loop, 'wake' | 'stop'>[];

beforeAll(async () => {
  parts = await startParts(app);
  loops = Array.from({ length: PROCESSES }, (_, index) => startProcess({ index, of: PROCESSES })).flat();
});
afterAll(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  await parts.stop();
});

function startProcess(part: { index: number; of: number }): typeof loops {
  const { db, transaction, locked, log } = parts;
  const share = { own: () => part, refresh: async () => undefined };
  const common = { db, transaction, locked, log, share, directory: createWebhookDirectory() };
  const pending = startDecidingPending({ ...common, onDecided: () => undefined });
  return [
    startRelay({ ...common, firstAttempts: NO_FIRST_ATTEMPTS, onQueued: () => undefined, onPending: pending.wake }),
    pending,
  ];
}

async function timed(work: () => Promise<unknown>): Promise<Span> {
  const from = performance.now();
  await work();
  return { from, until: performance.now() };
}

const header = (version: number) => ({ headers: [{ name: 'X-Version', value: `{{ "v${version}" }}` }] });

test('each event reaches each webhook that was there before it, once, as the webhook was by then', async () => {
  const webhooks: Known[] = [];
  const events: (Span & { reference: string })[] = [];
  let isOver = false;

  const create = async (n: number) => {
    let id = '';
    const ordering = n % 2 === 0 ? 'HOLD' : null;
    const settings = { documentType, ordering, dedupeSeconds: n % 4 === 0 ? 1 : null, ...header(0) };
    const span = await timed(async () => {
      ({ id } = await createTestWebhook(app, 'http://127.0.0.1:9/hook', settings));
    });
    webhooks.push({ id, ...span, versions: [span], paused: null });
  };
  const change = async () => {
    const webhook = webhooks[Math.floor(Math.random() * webhooks.length)] as Known;
    const { length } = webhook.versions;
    webhook.versions.push(await timed(() => mutate(app, 'updateWebhook', { id: webhook.id, ...header(length) })));
  };
  // of webhooks with an ordering: new deliveries to others may get a job, and the worker that takes it finds the pause
  const pause = async (webhook: Known) => {
    await turn(app, 'pause', webhook.id);
    webhook.paused = Date.now();
  };
  const load = [
    (async () => {
      for (let n = 0; n < WEBHOOKS; n += 1) {
        await create(n);
        if (n % 8 === 7) await pause(webhooks[n - 1] as Known);
        await wait(50);
      }
      isOver = true;
    })(),
    (async () => {
      while (!isOver) {
        if (webhooks.length > 0) await change();
        await wait(10);
      }
    })(),
    ...Array.from({ length: 3 }, async (_, publisher) => {
      for (let n = 0; !isOver; n += 1) {
        const references = [`DOC-${publisher} ${n}`, `DOC-${publisher} ${n} b`];
        const data = { n };
        const span = await timed(() =>
          publish(
            app,
            references.map((reference) => invoice(reference, { documentType, data })),
          ),
        );
        for (const loop of loops) loop.wake();
        await wait(25);
        for (const reference of references) events.push({ ...span, reference });
      }
    }),
  ];
  await Promise.all(load);
  await waitFor('all to be decided', async () => {
    const waiting = `select (select count(*)::int from business_events where wanted_by is null)
      + (select count(*)::int from pending_decisions) as n`;
    return (await app.database.query<{ n: number }>(waiting))[0]?.n === 0;
  });

  const rows = await app.database.query<Row>(
    `select e.reference_document as reference, e.wanted_by as "wantedBy", d.webhook_id as "webhookId", d.headers::text,
       d.held, d.created_at as "createdAt"
     from business_events e left join deliveries d on d.business_event_id = e.id where e.document_type = $1`,
    [documentType],
  );
  const made = Map.groupBy(rows, ({ reference }) => reference);
  expect(events.length).toBeGreaterThan(WEBHOOKS);
  expect(made.size).toBe(events.length);
  const faults = events.flatMap((event) => faultsOf(event, made.get(event.reference) ?? [], webhooks));
  expect(faults).toEqual([]);
  // some event was published while there were fewer webhooks, so that the check means something
  expect(
    events.some(({ from }) => webhooks.some(({ until }) => until < from) && webhooks.some(({ until }) => until > from)),
  ).toBe(true);
});

interface Row {
  reference: string;
  wantedBy: number;
  webhookId: string | null;
  headers: string | null;
  held: boolean;
  createdAt: Date;
}

function faultsOf(event: Span & { reference: string }, rows: Row[], webhooks: Known[]): string[] {
  const deliveries = rows.filter(({ webhookId }) => webhookId !== null);
  const { reference } = event;
  const counted = deliveries.length === rows[0]?.wantedBy ? [] : [`${reference}: wanted by ${rows[0]?.wantedBy}`];
  const ofWebhooks = webhooks.flatMap((webhook, index) => {
    const own = deliveries.filter(({ webhookId }) => webhookId === uuidOf('Webhook', webhook.id));
    const what = `${reference} to webhook ${index}`;
    if (own.length > 1) return [`${what}: ${own.length} times`];
    const [delivery] = own;
    if (!delivery) return webhook.until < event.from ? [`${what}: lost`] : [];
    const known = webhook.versions.filter(({ until }) => until < event.from).length - 1;
    const sent = Number(/"v(\d+)"/.exec(delivery.headers ?? '')?.[1] ?? Number.NaN);
    const old = sent >= known || delivery.headers === null ? [] : [`${what}: version ${sent} instead of ${known}`];
    const wasPaused = webhook.paused !== null && delivery.createdAt.getTime() > webhook.paused;
    return wasPaused && !delivery.held ? [...old, `${what}: not held`] : old;
  });
  return [...counted, ...ofWebhooks];
}
