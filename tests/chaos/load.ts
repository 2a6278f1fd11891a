import { setTimeout as wait } from 'node:timers/promises';
import { type Agreed, agree, callStandard, newCallId } from '../incoming/callers';
import type { GraphQLAnswer } from '../support/app';
import { createTestWebhook, invoice } from '../support/webhooks';
import type { Installation } from './installation';
import { type Random, seededRandom } from './random';

const PUBLISHERS = 3;
const CALLERS = 2;
/** Of each publisher and caller: the load ends by itself. */
const MAX_CALLS = 2_000;
const AGAIN_AFTER_MS = 100;
/** After that, what nobody accepts is a fault. */
const PATIENCE_MS = 120_000;

export const DOCUMENT_TYPE = 'Chaos Invoice';

/** Events that are published and calls that come in, each repeated under its own key until it is acknowledged. */
export interface Load {
  /** The reference document of each acknowledged event, which is its idempotency key too, and the id that was told. */
  events: Map<string, string>;
  /** The `number` in the body of each acknowledged call. */
  calls: Set<string>;
  /** What was answered in place of an acknowledgement, and how often: `503 UNAVAILABLE, Retry-After`, `connection`. */
  refusals: Map<string, number>;
  /** The same without those of processes that got a signal. */
  refusalsOfOthers: Map<string, number>;
  /** What was never acknowledged, or was acknowledged as two things. */
  faults: string[];
  acknowledged(): number;
  /** Ends it: what was begun is repeated until it is acknowledged. */
  stop(): Promise<void>;
}

const PUBLISH = `mutation ($input: PublishEventsInput!) {
  publishEvents(input: $input) { events { id } userErrors { field message } }
}`;

export async function startLoad(installation: Installation): Promise<Load> {
  const { app, partner } = installation;
  const retrySchedule = [0, ...Array(15).fill(1)];
  await createTestWebhook(app, partner.url, { documentType: DOCUMENT_TYPE, retrySchedule });
  const agreed = await agree(app);
  let stopped = false;
  const load: Load = {
    events: new Map(),
    calls: new Set(),
    refusals: new Map(),
    refusalsOfOthers: new Map(),
    faults: [],
    acknowledged: () => load.events.size + load.calls.size,
    async stop() {
      stopped = true;
      await Promise.all(working);
    },
  };
  const work = async (name: string, stream: number, once: (name: string, random: Random) => Promise<void>) => {
    const random = seededRandom(stream);
    for (let n = 0; n < MAX_CALLS && !stopped; n += 1) {
      await once(`${name}-${n}`, random);
      await wait(random.between(30, 150));
    }
  };
  const working = [
    ...Array.from({ length: PUBLISHERS }, (_, n) =>
      work(`INV-${n}`, 10 + n, (name, random) => publish(installation, load, name, random)),
    ),
    ...Array.from({ length: CALLERS }, (_, n) =>
      work(`CALL-${n}`, 20 + n, (name, random) => call(installation, load, agreed, name, random)),
    ),
  ];
  return load;
}

async function publish(installation: Installation, load: Load, name: string, random: Random): Promise<void> {
  const references = Array.from({ length: random.between(1, 6) }, (_, n) => `${name}-${n}`);
  const events = references.map((each) => invoice(each, { documentType: DOCUMENT_TYPE, idempotencyKey: each }));
  const ids = await untilAcknowledged(installation, load, name, random, async (url) => {
    // not by sendRaw(): programs keep their connections, also to a process that stops
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${installation.app.adminKey}` },
      body: JSON.stringify({ query: PUBLISH, variables: { input: { events } } }),
    });
    const answer = (await response.json()) as GraphQLAnswer;
    const told = answer.data?.publishEvents?.events as { id: string }[] | null | undefined;
    if (told) return { acknowledged: told.map(({ id }) => id) };
    return { refusal: refusalOf(response.status, response.headers.get('retry-after'), answer) };
  });
  for (const [n, id] of (ids ?? []).entries()) load.events.set(references[n] as string, id);
}

async function call(
  installation: Installation,
  load: Load,
  agreed: Agreed,
  name: string,
  random: Random,
): Promise<void> {
  const id = newCallId();
  const body = JSON.stringify({ type: 'chaos.call', number: name });
  const done = await untilAcknowledged(installation, load, name, random, async (url) => {
    const answer = await callStandard({ ...agreed, address: `${url}/in/${agreed.token}` }, body, { id });
    if (answer.status === 200) return { acknowledged: true };
    return { refusal: refusalOf(answer.status, answer.headers['retry-after'], answer.json) };
  });
  if (done) load.calls.add(name);
}

function refusalOf(
  status: number,
  retryAfter: string | null | undefined,
  answer: Partial<GraphQLAnswer> | null,
): string {
  const code = answer?.errors?.[0]?.extensions?.code ?? JSON.stringify(answer);
  return `${status} ${code}${retryAfter ? ', Retry-After' : ''}`;
}

type Outcome<T> = { acknowledged: T } | { refusal: string };

/** @param ask of the process at this URL; another one each time */
async function untilAcknowledged<T>(
  installation: Installation,
  load: Load,
  name: string,
  random: Random,
  ask: (url: string) => Promise<Outcome<T>>,
): Promise<T | null> {
  const end = Date.now() + PATIENCE_MS;
  for (let n = random.between(0, 1); Date.now() < end; n += 1) {
    const url = installation.urlOf(n);
    // a process that was killed answers nothing
    const noAnswer = (): Outcome<T> => ({ refusal: 'connection' });
    const outcome = url === null ? noAnswer() : await ask(url).catch(noAnswer);
    if ('acknowledged' in outcome) return outcome.acknowledged;
    count(load.refusals, outcome.refusal);
    if (url === null || !installation.isStopping(url)) count(load.refusalsOfOthers, outcome.refusal);
    await wait(AGAIN_AFTER_MS);
  }
  load.faults.push(`${name} was not accepted for ${PATIENCE_MS} ms`);
  return null;
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
