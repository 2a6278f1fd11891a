import { setTimeout as wait } from 'node:timers/promises';
import { type Application, type Arrangement, startApplication } from '../application';
import { type Bench, createWebhook, startTestBed, type TestBed, tidyUp } from '../bench';
import { callFlatOut, DOCUMENT_TYPE, singleEventJson } from '../load';
import { sayer } from '../program';
import { FIGURE_NAMES, type FigureName, type Figures, figureOf } from './figures';
import { measureFilledQueue } from './filled-queue';
import { CONNECTIONS, measureFlatOut } from './flat-out';
import { measureReference } from './reference';
import type { Size } from './sizes';

export interface Options {
  size: Size;
  figures: readonly FigureName[];
  arrangements: readonly Arrangement[];
}

/** All that one run measured, and how many events it checked. */
export interface Measured {
  rawPerSecond: number;
  by: Partial<Record<Arrangement, Figures>>;
  events: number;
  lost: number;
  duplicated: number;
  /** Rows of the database that should be closed and are not. */
  leftOpen: number;
}

export async function measureAll(options: Options, stops: (() => Promise<unknown>)[]): Promise<Measured> {
  const say = sayer();
  say('starting PostgreSQL and the receiver');
  const bed = await startTestBed(stops);
  say('the reference: undici alone');
  const rawPerSecond = await measureReference(bed.receiver.url, options.size.referenceSeconds);
  const by: Measured['by'] = {};
  let webhookId: string | null = null;
  for (const arrangement of options.arrangements) {
    const start = async () => {
      say(`starting the application: ${arrangement === 'one' ? 'one process' : 'API and worker apart'}`);
      const application = await startApplication(bed.installation, arrangement);
      webhookId ??= await createWebhook(application.api, `${bed.receiver.url}/hook`, DOCUMENT_TYPE);
      return { application, webhookId };
    };
    by[arrangement] = await measureArrangement(bed, options, arrangement, { start, say });
  }
  say('is everything closed?');
  const leftOpen = await rowsLeftOpen(bed);
  const { tally } = bed;
  const counts = { events: tally.published(), lost: tally.lost(), duplicated: tally.duplicated(), leftOpen };
  return { rawPerSecond, by, ...counts };
}

interface Steps {
  start(): Promise<{ application: Application; webhookId: string }>;
  say(what: string): void;
}

async function measureArrangement(
  bed: TestBed,
  { size, figures }: Options,
  arrangement: Arrangement,
  { start, say }: Steps,
): Promise<Figures> {
  const measured: Figures = {};
  const { application, webhookId } = await start();
  const bench: Bench = { ...bed, ...application, webhookId };
  say(`warming up with ${size.warmUp} single calls`);
  await warmUp(bench, size.warmUp);
  for (const name of FIGURE_NAMES) {
    if (name === 'filled' || !figures.includes(name)) continue;
    const figure = figureOf(name);
    if (figure.tidyBefore) await tidyUp(bed);
    say(figure.what(size));
    Object.assign(measured, await figure.measure(bench, size));
    if (figure.warmUpAfter) await warmUp(bench, size.warmUp);
  }
  await application.stop();
  if (figures.includes('filled' satisfies FigureName)) {
    await tidyUp(bed);
    say(`a filled queue of ${size.filled}, one worker`);
    measured.filled = await measureFilledQueue(bed, webhookId, size.filled, arrangement);
  }
  await tidyUp(bed);
  return measured;
}

async function warmUp(bench: Bench, events: number): Promise<void> {
  const { api, tally } = bench;
  await measureFlatOut(bench, events, () =>
    callFlatOut(events, CONNECTIONS, () => api.publish([singleEventJson(tally.next())])),
  );
}

// of what was to arrive: attempts at the partner that never answers run into their time-out, as they should
async function rowsLeftOpen({ installation }: TestBed): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    const { rows } = await installation.sql.query<{ n: number }>(
      `select (select count(*) from deliveries where document_type like '%Invoice%' and status <> 'DELIVERED')::int +
         (select count(*) from webhook_request_logs
          where document_type like '%Invoice%' and finished_at is null)::int as n`,
    );
    const n = rows[0]?.n ?? 0;
    if (n === 0 || tries === 50) return n;
    await wait(100);
  }
}
