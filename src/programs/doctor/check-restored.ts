// After a backup was restored: what it lacks, what is to be erased again, and what would be sent.
import { readFile } from 'node:fs/promises';
import type { Config } from '../../config/config';
import { clusterOf, lastCluster } from '../../database/clusters';
import type { createDataSource } from '../../database/data-source';
import { findDeliveriesPause } from '../../delivery/pause/deliveries-pause.store';
import { noteOf, readCheckpoint } from '../../evidence/formats/signed-note';
import { contradictionOf, createHeadMemory } from '../../evidence/known-head';
import { logHostOf } from '../../evidence/log-key';
import { newestTree } from '../../evidence/tree.store';
import { createLog } from '../../logging/log';
import { journalAt } from '../../privacy/erasing/journal';
import { erasuresLeft } from '../../privacy/erasing/repeat-erasures';
import type { Db } from '../../sql/db';
import type { SafeClient } from '../../sql/session';
import { type Finding, fault, ok, warning } from './finding';
import { newestRows, sequencesBehind, whatWouldBeSent } from './restored.store';

interface Restored {
  config: Config;
  source: ReturnType<typeof createDataSource>;
  /** Of the login that owns the tables; null: it cannot be used. */
  owner: SafeClient | null;
  /** Files with signed heads that others have, such as a partner or a witness. */
  headFiles: readonly string[];
}

export async function checkRestored({ config, source, owner, headFiles }: Restored): Promise<Finding[]> {
  const db = source.manager;
  return [
    await checkCluster(db),
    await checkNewest(db),
    ...(await checkHeads(db, config, headFiles)),
    await checkErasures(db, config),
    await checkSequences(owner),
    await checkToSend(db, config),
  ];
}

async function checkCluster(db: Db): Promise<Finding> {
  const [actual, last] = await Promise.all([clusterOf(db), lastCluster(db)]);
  if (!actual || !last) return ok('cluster', 'Its identifier is not known: this login may not read it.');
  const started = `the last start, which noted it at ${last.since.toISOString()}`;
  if (actual.systemIdentifier !== last.systemIdentifier) {
    const message = `It is ${actual.systemIdentifier}, and was ${last.systemIdentifier} at ${started}.`;
    return ok('cluster', `${message} A dump was restored here, or the version was upgraded.`);
  }
  if (actual.timeline !== last.timeline) {
    const message = `It is on timeline ${actual.timeline}, and was on ${last.timeline} at ${started}.`;
    return ok('cluster', `${message} It was recovered to a point in time, or promoted.`);
  }
  return ok(
    'cluster',
    `It is the one of ${started}: nothing was restored, or a start was here since, or its files were copied.`,
  );
}

async function checkNewest(db: Db): Promise<Finding> {
  const { event, request, entry } = await newestRows(db);
  const at = (time: Date | null) => time?.toISOString() ?? 'none';
  const list = `event ${at(event)}, request ${at(request)}, audit entry ${at(entry)}`;
  return ok('newest rows', `${list}. What is newer is lost: let publishers repeat it with the same idempotency keys.`);
}

async function checkHeads(db: Db, config: Config, headFiles: readonly string[]): Promise<Finding[]> {
  const { evidenceHeadFile: path } = config;
  const host = logHostOf(config);
  const findings: Finding[] = [];
  for (const file of headFiles) {
    const note = noteOf(await readFile(file, 'utf8'));
    findings.push(await checkHead(db, note, file, host));
  }
  if (path === null) {
    if (headFiles.length > 0) return findings;
    const message = 'EVIDENCE_HEAD_FILE is unset: signed heads that the backup lacks cannot be seen.';
    const cure = 'Give a head that a partner, a witness or an authority has: --head FILE.';
    return [warning('evidence', message, cure)];
  }
  const kept = await createHeadMemory(path, host)
    .kept()
    .catch(() => null);
  // whether the file can be read is a finding of its own
  return kept === null ? findings : [...findings, await checkHead(db, kept, 'EVIDENCE_HEAD_FILE', host)];
}

async function checkHead(db: Db, note: string, what: string, host: string): Promise<Finding> {
  const [wrong, tree] = await Promise.all([contradictionOf(db, note, what, host), newestTree(db)]);
  const size = tree?.treeSize ?? 0;
  if (wrong === null)
    return ok('evidence', `The tree of ${size} leaves has the head of ${what}: no sealed row is lost.`);
  const known = readCheckpoint(note)?.treeSize ?? 0;
  if (wrong.code !== 'NEWER')
    return fault('evidence', wrong.message, 'docs/evidence-sealing.md#when-sealing-stops says what to do.');
  const lost =
    known > size
      ? ` At least ${known - size} sealed records are lost: events, requests, decisions, entries, names.`
      : '';
  const cure = 'Restore a newer backup; or hookledger evidence restart --because REASON, which names what is lost.';
  return fault('evidence', `${wrong.message}${lost}`, cure);
}

async function checkErasures(db: Db, { erasureJournalFile: path }: Config): Promise<Finding> {
  const what = 'erasures';
  if (path === null) {
    const message = 'ERASURE_JOURNAL_FILE is unset: what was erased since the backup is here again.';
    return warning(what, message, 'Name the journal; without one, order these erasures again.');
  }
  const { users, targets } = await erasuresLeft(db, journalAt(path, createLog('silent')));
  const { events, requests } = targets;
  if (users.length + events.length + requests.length === 0) return ok(what, 'All that the journal names is erased.');
  const message = `The journal names ${users.length} users, ${events.length} events and ${requests.length} requests that are here again.`;
  return warning(what, message, 'The next start with the journal erases them again, before it sends anything.');
}

async function checkSequences(owner: SafeClient | null): Promise<Finding> {
  const what = 'sequences';
  if (owner === null) return ok(what, 'They were not compared: MIGRATION_DATABASE_URL cannot be used.');
  const { behind, all } = await sequencesBehind(owner);
  if (behind.length === 0) return ok(what, `The ${all} sequences are at or past the numbers in their tables.`);
  const message = `${behind.join(', ')} would give numbers that are in use.`;
  return fault(what, message, 'docs/backup.md#logical-replication has the statement that raises them.');
}

async function checkToSend(db: Db, { startPaused }: Config): Promise<Finding> {
  const what = 'to send';
  const [pause, { events, deliveries, replays }] = await Promise.all([findDeliveriesPause(db), whatWouldBeSent(db)]);
  if (events + deliveries + replays === 0) return ok(what, 'No event, delivery or replay waits.');
  const message = `${events} events, ${deliveries} deliveries and ${replays} replays wait. Partners may have got some of them already.`;
  if (pause) {
    const paused = `${message} All deliveries are paused since ${pause.since.toISOString()}: ${pause.reason}.`;
    return ok(what, `${paused} resumeDeliveries sends them, with their webhook-id.`);
  }
  if (startPaused) return ok(what, `${message} START_PAUSED is on: the next start pauses.`);
  return fault(what, `${message} A start sends them.`, 'Set START_PAUSED=on in all processes before the first start.');
}
