// What a process asks the database while nothing happens: each statement wakes two programs.
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { NO_HEAD_FILE } from '../../src/evidence/head-memory';
import { startErasing } from '../../src/jobs/erasing-loop';
import { startFollowing } from '../../src/jobs/follow-log';
import { startPublishingAuditEvents } from '../../src/jobs/publish-audit-events';
import { startSealing } from '../../src/jobs/sealing-loop';
import { startVerifying } from '../../src/jobs/verifying-loop';
import { createKeyring } from '../../src/keyring/keyring';
import { createLog } from '../../src/log';
import { noJournal } from '../../src/privacy/erasing/journal';
import { pipelinedTransactions } from '../../src/sql/transactions';
import { startTestApp, type TestApp } from '../support/app';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';
import { commitsByHand } from './commits-by-hand';
import { watchSentTo } from './sent-to-database';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const MAX_PER_SECOND = 20;
const WINDOW_MS = 4_000;
/** A window may contain what is done after a start, or once an hour. */
const MAX_WINDOWS = 5;

test('nothing polls faster than its use needs', async () => {
  const faults: string[] = [];
  while (faults.length < MAX_WINDOWS) {
    const sent = watchSentTo(app.database.name);
    const begunAt = performance.now();
    await wait(WINDOW_MS);
    const perSecond = (sent.sends / (performance.now() - begunAt)) * 1_000;
    sent.stop();
    if (perSecond <= MAX_PER_SECOND) return;
    faults.push(`${perSecond.toFixed(1)} a second: ${mostFrequentOf(sent.statements)}`);
  }
  throw new Error(`Too much is sent while nothing happens.\n${faults.join('\n')}`);
});

function mostFrequentOf(statements: ReadonlyMap<string, number>): string {
  const ordered = [...statements].sort(([, one], [, other]) => other - one).slice(0, 5);
  return ordered.map(([text, times]) => `${times} x ${text.replace(/\s+/g, ' ').slice(0, 100)}`).join('; ');
}

describe('while nothing is committed', () => {
  let database: TestDatabase;
  let source: DataSource;
  const loops: { stop(): Promise<unknown> }[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    source = await createDataSource(database.servingUrl, { name: 'test idle', pipeline: true }).initialize();
  });
  afterAll(async () => {
    await Promise.all(loops.map((loop) => loop.stop()));
    await source.destroy();
    await database.drop();
  });

  test('the loops of an indexer look once, and again when something is', async () => {
    const sent = watchSentTo(database.name);
    const commits = commitsByHand();
    const log = createLog('silent');
    const db = source.manager;
    const transaction = pipelinedTransactions(source);
    const keyring = createKeyring([randomBytes(32)]);
    loops.push(
      startFollowing(source, commits, log),
      startSealing(source, keyring, { host: 'localhost', memory: NO_HEAD_FILE, commits }, log),
      startPublishingAuditEvents(source, commits, log),
      startVerifying(source, { keyring, witnesses: [], authorities: [] }, commits, log),
      startErasing({ db, transaction, journal: noJournal }, commits, log),
    );
    const LOOKS = [
      'request_changes',
      'delivery_changes',
      'evidence_queue',
      'audit_event_queue',
      'evidence_runs',
      'erasures',
    ];
    const looks = () => LOOKS.map((table) => countOf(sent.statements, table));
    await waitFor('the first looks', () => looks().every((times) => times > 0));
    // a window may contain what the first ones have written themselves
    const windows = [looks()];
    const isLastIdle = () => isDeepStrictEqual(windows.at(-1), windows.at(-2));
    while (!isLastIdle() && windows.length <= MAX_WINDOWS) {
      await wait(WINDOW_MS);
      windows.push(looks());
    }
    const before = windows.at(-1) as number[];
    expect(before).toEqual(windows.at(-2));
    commits.commit();
    await waitFor('further looks', () => looks().every((times, index) => times > (before[index] as number)));
    sent.stop();
  });
});

function countOf(statements: ReadonlyMap<string, number>, table: string): number {
  return [...statements].reduce((sum, [text, times]) => sum + (text.includes(table) ? times : 0), 0);
}
