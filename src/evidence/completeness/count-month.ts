// Whether each attempt of a month is in the log and in the sealed tree, and what is not.

import type { Db } from '../../sql/db';
import { currentMs } from '../../time/clock';
import { firstIdAt, toNodeId } from '../../values/ids';
import type { LeafKind } from '../formats/leaf-kinds';
import { newestHead } from '../head.store';
import { boundsOf, DroppedMonths, monthOf } from '../verifying/dropped-months';
import {
  type CountedDelivery,
  type CountedPage,
  type CountedRequest,
  type Counts,
  countDeliveries,
  countLeaves,
  countRequests,
  deliveriesToName,
  MAX_NAMED,
  type PageCounts,
  requestsToName,
} from './counted-rows.store';

export const HOLE_NAMES = ['MISSING', 'NOT_SEALED', 'UNCOUNTED', 'DELETED'] as const;
export type HoleName = (typeof HOLE_NAMES)[number];

/** What is missing, or is more than it should be. */
export interface Hole {
  name: HoleName;
  kind: LeafKind;
  /** The UUID; null: unknown. */
  rowId: string | null;
  /** The UUID; null: a call, or unknown. */
  deliveryId: string | null;
  attempt: number | null;
  message: string;
}

/** Where a count continues: the first step that is not finished, and its last row. */
interface CountPosition {
  step: number;
  after: string;
}

export interface MonthCount extends Counts {
  named: Hole[];
  /** null: the whole month was counted. */
  next: CountPosition | null;
  /** Its rows were dropped, as a sealed order says. */
  isDropped: boolean;
}

const PAGE = 5_000;
/** Rows of one call, which takes a few seconds then. */
export const MAX_ROWS = 100_000;
/** As long as `verifyEvidence` lets a row wait. */
const SEALED_WITHIN_MS = 60_000;

interface Step {
  count: (db: Db, page: CountedPage) => Promise<PageCounts>;
  name: (db: Db, suspects: readonly string[], page: CountedPage) => Promise<Hole[]>;
}

const STEPS: readonly Step[] = [
  {
    count: countDeliveries,
    name: async (db, ids, page) => (await deliveriesToName(db, ids, page)).flatMap(holesOfDelivery),
  },
  {
    count: countRequests,
    name: async (db, ids, page) => (await requestsToName(db, ids, page)).flatMap(holesOfRequest),
  },
  { count: countLeaves, name: async (_db, ids) => ids.map(holeOfLeaf) },
];
/** Leaves say nothing about a webhook. */
const STEPS_OF_WEBHOOK = STEPS.slice(0, 2);

/** @param from null: from the beginning of the month */
export async function countMonth(
  db: Db,
  { startMs, endMs }: Month,
  webhookId: string | null,
  from: CountPosition | null,
  maxRows = MAX_ROWS,
): Promise<MonthCount> {
  const start = firstIdAt(startMs);
  const dropped = (await DroppedMonths.read(db, 0)).withOrder();
  const isDropped = dropped.includes(monthOf(start));
  const total: MonthCount = { ...EMPTY, named: [], next: null, isDropped };
  const steps = webhookId === null && !isDropped ? STEPS : STEPS_OF_WEBHOOK;
  const fixed = {
    webhookId,
    end: firstIdAt(endMs),
    atMost: Math.min(PAGE, maxRows),
    sealedSize: (await newestHead(db))?.treeSize ?? 0,
    dueBefore: new Date(currentMs() - SEALED_WITHIN_MS),
    dropped: dropped.map(boundsOf),
  };
  let { step, after } = from ?? { step: 0, after: start };
  for (let scanned = 0; step < steps.length; ) {
    if (scanned >= maxRows) return { ...total, next: { step, after } };
    const page = { ...fixed, after };
    const { count, name } = steps[step] as Step;
    const counted = await count(db, page);
    add(total, counted);
    if (counted.suspects.length > 0 && total.named.length < MAX_NAMED) {
      total.named = [...total.named, ...(await name(db, counted.suspects, page))].slice(0, MAX_NAMED);
    }
    scanned += counted.scanned;
    if (counted.last !== null && counted.scanned === page.atMost) after = counted.last;
    else [step, after] = [step + 1, start];
  }
  return total;
}

const EMPTY: Counts = {
  deliveryCount: 0,
  attemptCount: 0,
  requestCount: 0,
  sealedCount: 0,
  waitingCount: 0,
  droppedAttemptCount: 0,
  decisionCount: 0,
  sealedDecisionCount: 0,
  droppedDecisionCount: 0,
  holeCount: 0,
};

function add(total: Counts, more: Counts): void {
  for (const key of Object.keys(EMPTY) as (keyof Counts)[]) total[key] += more[key];
}

function holesOfDelivery({ id, status, attempts, requests, dropped, decision }: CountedDelivery): Hole[] {
  const holes: Hole[] = [];
  const about = `the delivery ${toNodeId('Delivery', id)}`;
  const find = (name: HoleName, kind: LeafKind, rowId: string | null, attempt: number | null, message: string) =>
    holes.push({ name, kind, rowId, deliveryId: id, attempt, message });
  const seen = new Set<number>();
  for (const request of requests) {
    const { id: rowId, attempt, isLate } = request;
    if (attempt < 1 || attempt > attempts || seen.has(attempt)) {
      find('UNCOUNTED', 'request', rowId, attempt, `This request is none of the ${attempts} attempts of ${about}.`);
    }
    seen.add(attempt);
    if (isLate) find('NOT_SEALED', 'request', rowId, attempt, 'The request is finished, and not in the tree.');
  }
  for (let attempt = 1; attempt <= attempts && holes.length < MAX_NAMED; attempt++) {
    if (seen.has(attempt)) continue;
    const gap = dropped.find(({ before, next }) => before < attempt && attempt < next);
    if (gap) attempt = gap.next - 1;
    else find('MISSING', 'request', null, attempt, `Attempt ${attempt} of ${about} is not in the log.`);
  }
  if (decision?.isLate && decision.id === null) {
    find('MISSING', 'decision', null, null, `There is no decision that ${about} is ${status}.`);
  } else if (decision?.isLate) {
    find('NOT_SEALED', 'decision', decision.id, null, `The decision that ${about} is ${status} is not in the tree.`);
  }
  return holes;
}

function holesOfRequest({ id: rowId, deliveryId, isLate }: CountedRequest): Hole[] {
  const about = { kind: 'request' as const, rowId, deliveryId, attempt: null };
  const holes: Hole[] = [];
  if (deliveryId !== null) {
    const message = `Its delivery ${toNodeId('Delivery', deliveryId)} is not in the log.`;
    holes.push({ ...about, name: 'UNCOUNTED', message });
  }
  if (isLate) holes.push({ ...about, name: 'NOT_SEALED', message: 'The request is finished, and not in the tree.' });
  return holes;
}

function holeOfLeaf(rowId: string): Hole {
  const message = 'The request was sealed, and is no longer in the log.';
  return { name: 'DELETED', kind: 'request', rowId, deliveryId: null, attempt: null, message };
}

// Where a count continues, as the text that the API gives and takes.

const POSITION = /^([0-2])\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function writePosition({ step, after }: CountPosition): string {
  return Buffer.from(`${step}/${after}`).toString('base64url');
}

/** @returns null if it is none */
export function readPosition(text: string): CountPosition | null {
  const [, step, after] = POSITION.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  return after === undefined ? null : { step: Number(step), after };
}

// A calendar month in UTC, as text.

export interface Month {
  startMs: number;
  /** The start of the next one. */
  endMs: number;
}

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** @param text such as 2026-03 @returns null if it is no month from 1970 on */
export function readMonth(text: string): Month | null {
  const [, year, month] = MONTH.exec(text) ?? [];
  if (year === undefined || Number(year) < 1970) return null;
  const startOf = (index: number) => Date.UTC(Number(year), index, 1);
  return { startMs: startOf(Number(month) - 1), endMs: startOf(Number(month)) };
}
