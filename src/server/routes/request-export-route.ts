// GET /exports/:id: the file of an export, made while it is read.

import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { credentialId, type Viewer } from '../../access/viewer';
import { AppError, quoted } from '../../errors/errors';
import { whereFromText } from '../../graphql/lists/absent-filters';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import type { MaskingRules } from '../../masking/masks-of-viewer';
import { personalDataLines } from '../../privacy/personal-data/export-personal-data';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';
import { type ExportRow, exportsById } from '../../request-log/export/export.store';
import { type Batch, type BatchOptions, exportBatches } from '../../request-log/export/export-batches';
import {
  beginDownload,
  checkDownload,
  endDownload,
  type Progress,
  readAhead,
  streamOf,
} from '../../request-log/export/export-stream';
import { scopedWhere } from '../../request-log/search/indexed-filters';
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { StandbyReads } from '../../sql/standby-reads';
import { currentTime } from '../../time/clock';
import { credentialStates, noLongerValid } from '../../users/sessions/authenticate-session';
import { toNodeId, uuidOf } from '../../values/ids';
import { Refusal } from '../edge/http-errors';
import { readViewer } from '../edge/read-viewer';
import { createDownloads, type Downloads, gzipFile } from './downloads';

export interface ExportLimits {
  /** Downloads at once with one API key. */
  perKey: number;
  /** Downloads at once of this process: each has a connection to the database most of the time. */
  inAll: number;
  /** A download whose client reads nothing for this long is ended. */
  patienceMs: number;
  /** How often the right to read is checked again. */
  checkMs: number;
  /** The pauses after which a statement in the middle of a file is tried again. */
  triedAgainAfterMs: readonly number[];
}

const LIMITS: ExportLimits = {
  perKey: 4,
  inAll: 8,
  patienceMs: 60_000,
  checkMs: 2_000,
  triedAgainAfterMs: [1_000, 5_000, 15_000],
};

interface ExportRequest {
  Params: { id: string };
  Querystring: Record<string, unknown>;
}

interface Serving {
  source: DataSource;
  reading: Db;
  rules: MaskingRules;
  limits: ExportLimits;
  downloads: Downloads;
}

/** @param reading the pool that reads rows: of a replica, if there is one */
export function serveExports(
  server: FastifyInstance,
  source: DataSource,
  reading: Db,
  rules: MaskingRules,
  limits: ExportLimits = LIMITS,
): void {
  const downloads = createDownloads(limits);
  // otherwise the server would wait for the end of each download
  server.addHook('preClose', async () => downloads.stop());
  server.addHook('onClose', () => downloads.settled());
  server.get<ExportRequest>(
    '/exports/:id',
    { exposeHeadRoute: false, onRequest: (request) => readViewer(request, source.manager) },
    async (request, reply) => {
      const { viewer } = request;
      if (!viewer) throw new AppError('UNAUTHENTICATED', 'Send an API key: Authorization: Bearer hl_...');
      const after = readAfter(request.query);
      const row = await getExport(source.manager, request.params.id);
      if (after !== null && row.kind === 'PERSON') {
        throw new AppError('BAD_USER_INPUT', 'A file about a person begins at its beginning: leave out after.');
      }
      await refuse(rules, viewer, row);
      const file = await begin({ source, reading, rules, limits, downloads }, { request, reply, viewer, row, after });
      return reply.headers(headersOf(row, after)).send(gzipFile(request, reply, file));
    },
  );
}

interface Download {
  request: FastifyRequest;
  reply: FastifyReply;
  viewer: Viewer;
  row: ExportRow;
  /** The request after which the file continues; null: from its beginning. */
  after: string | null;
}

// Reads the first rows before the response begins, so that a fault is a normal error and not a broken file.
async function begin(serving: Serving, { request, reply, viewer, row, after }: Download): Promise<Readable> {
  const { source, rules, limits, downloads } = serving;
  const linesOf = readerOf(row);
  const release = downloads.take(credentialId(viewer));
  try {
    const db = await sourceOfRows(serving, row);
    const checkRights = checking(source.manager, rules, viewer, row, limits.checkMs);
    const check = async () => {
      await refuseWithout(db, row);
      await checkRights();
    };
    const options = { after, check, triedAgainAfterMs: limits.triedAgainAfterMs };
    const batches = await readAhead(linesOf(db, options));
    await source.transaction((transaction) => beginDownload(transaction, viewer, row, after));
    const progress: Progress = { rows: 0, bytes: 0, complete: false };
    const file = streamOf(batches, progress, limits.patienceMs, checkRights);
    downloads.follow(reply.raw, file, async (broke) => {
      release();
      const sent = { ...progress, complete: progress.complete && !broke };
      await source
        .transaction((transaction) => endDownload(transaction, viewer, row, sent))
        .catch((error: unknown) => request.log.error({ err: error, ...sent }, 'the end of a download is not recorded'));
    });
    return file;
  } catch (error) {
    release();
    throw error;
  }
}

function readerOf(row: ExportRow): (db: Db, options: BatchOptions) => AsyncGenerator<Batch> {
  if (row.kind === 'PERSON') return (db, { check }) => personalDataLines(db, row, check);
  const condition = conditionFor(row);
  return (db, options) => exportBatches(db, row, condition, options);
}

// Reads with the rights of the user who created the export, also for a reader with more rights.
function conditionFor(row: ExportRow): Condition {
  const where = row.condition === null ? undefined : whereFromText(row.condition);
  return conditionOf(scopedWhere(row.readsContent, where), RequestLogWhere.filter);
}

// A replica that has the export has everything that was committed before it.
async function sourceOfRows({ source, reading }: Serving, { id }: ExportRow): Promise<Db> {
  const server = reading instanceof StandbyReads ? reading.pinned() : reading;
  return (await exportsById(server, [id])).has(id) ? server : source.manager;
}

async function refuse(rules: MaskingRules, viewer: Viewer, row: ExportRow): Promise<void> {
  await rules.refresh(viewer);
  checkDownload(viewer, rules.masksFor(viewer).seesAll, row);
  if (row.expiresAt > currentTime()) return;
  throw new Refusal('NOT_FOUND', `The export expired at ${row.expiresAt.toISOString()}: create a new one.`, 410);
}

function readAfter({ after, ...others }: Record<string, unknown>): string | null {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new AppError('BAD_USER_INPUT', `There is no parameter ${quoted(unknown)}: write ?after=req_..., or none.`);
  }
  if (after === undefined) return null;
  const id = typeof after === 'string' ? uuidOf('WebhookRequestLog', after) : null;
  if (id !== null) return id;
  throw new AppError(
    'BAD_USER_INPUT',
    `after is ${quoted(after)}; it must be the id of the last line that you have, such as req_...`,
  );
}

async function getExport(db: Db, nodeId: string): Promise<ExportRow> {
  const id = uuidOf('Export', nodeId);
  const row = id === null ? undefined : (await exportsById(db, [id])).get(id);
  if (row) return row;
  throw new Refusal(
    'NOT_FOUND',
    `There is no export ${quoted(nodeId)}: create one with exportWebhookRequestLogs or exportPersonalData.`,
    404,
  );
}

// A server that has taken over may lag behind: without the export, it need not have all of its rows. Asked before each
// statement, because a pool replaces a connection that is lost between two of them, and none of them fails.
async function refuseWithout(db: Db, { id }: ExportRow): Promise<void> {
  if (!(await exportsById(db, [id])).has(id))
    throw new Error('the database that has taken over does not have the export');
}

// Keys can expire, and roles and masking rules change, during a download.
function checking(db: Db, rules: MaskingRules, viewer: Viewer, row: ExportRow, everyMs: number): () => Promise<void> {
  let last = performance.now();
  return async () => {
    const now = performance.now();
    if (now - last < everyMs) return;
    const state = (await credentialStates(db, [viewer])).get(credentialId(viewer));
    if (!state) throw noLongerValid();
    await refuse(rules, { ...viewer, roles: state.roles }, row);
    last = now;
  };
}

function headersOf(row: ExportRow, after: string | null): Record<string, string> {
  const isCsv = row.format === 'CSV';
  const name = `${toNodeId('Export', row.id)}.${row.format.toLowerCase()}`;
  return {
    'content-type': isCsv
      ? `text/csv; charset=utf-8; header=${after === null ? 'present' : 'absent'}`
      : 'application/x-ndjson',
    'content-disposition': `attachment; filename="${row.kind === 'PERSON' ? 'personal-data' : 'webhook-request-logs'}-${name}"`,
    'cache-control': 'no-store',
    'accept-ranges': 'none',
  };
}
