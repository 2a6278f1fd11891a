// GET /audit-entries: the audit trail as NDJSON, made while it is read.
import type { FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import { credentialId, missingRole, type Role, type Viewer } from '../../access/viewer';
import { auditLines, beginAuditExport, type ExportedPart, endAuditExport } from '../../audit/audit-export';
import { AppError, quoted } from '../../errors/errors';
import { maskedContent } from '../../masking/masked-content';
import type { MaskingRules } from '../../masking/masks-of-viewer';
import { readAhead, streamOf } from '../../request-log/export/export-stream';
import { credentialStates, noLongerValid } from '../../users/sessions/authenticate-session';
import { uuidOf } from '../../values/ids';
import { readViewer } from '../edge/read-viewer';
import { createDownloads, gzipFile } from './downloads';

const LIMITS = { perKey: 2, inAll: 4 };
/** A download whose client reads nothing for this long is ended. */
const PATIENCE_MS = 60_000;
/** How often the right to read is checked again. */
const CHECK_MS = 2_000;

interface AuditRequest {
  Querystring: Record<string, unknown>;
}

export function serveAuditExport(server: FastifyInstance, source: DataSource, rules: MaskingRules): void {
  const downloads = createDownloads(LIMITS);
  server.addHook('preClose', async () => downloads.stop());
  server.addHook('onClose', () => downloads.settled());
  server.get<AuditRequest>(
    '/audit-entries',
    { exposeHeadRoute: false, onRequest: (request) => readViewer(request, source.manager) },
    async (request, reply) => {
      const { viewer } = request;
      if (!viewer) throw new AppError('UNAUTHENTICATED', 'Send an API key: Authorization: Bearer hl_...');
      refuseRoles(viewer.roles);
      const part = readPart(request.query);
      const release = downloads.take(credentialId(viewer));
      try {
        // committed before the first byte: no file without its entry
        const begun = await source.transaction((db) => beginAuditExport(db, viewer, part));
        const { shown, check } = followViewer(source, rules, viewer, CHECK_MS);
        const lines = await readAhead(auditLines(source.manager, begun.range, shown, check));
        const progress = { rows: 0, bytes: 0, complete: false };
        const file = streamOf(lines, progress, PATIENCE_MS, check);
        downloads.follow(reply.raw, file, async (broke) => {
          release();
          const sent = { ...progress, complete: progress.complete && !broke };
          await source
            .transaction((db) => endAuditExport(db, viewer, begun, sent))
            .catch((error: unknown) => request.log.error({ err: error }, 'the end of a download is not recorded'));
        });
        reply.header('content-type', 'application/x-ndjson');
        reply.header('content-disposition', 'attachment; filename="audit-entries.ndjson"');
        reply.header('cache-control', 'no-store');
        return reply.send(gzipFile(request, reply, file));
      } catch (error) {
        release();
        throw error;
      }
    },
  );
}

function readPart({ after, from, to, ...others }: Record<string, unknown>): ExportedPart {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new AppError('BAD_USER_INPUT', `There is no parameter ${quoted(unknown)}: there are after, from and to.`);
  }
  const part = { after: readAfter(after), from: readTime('from', from), to: readTime('to', to) };
  if (part.from !== null && part.to !== null && part.from >= part.to) {
    throw new AppError('BAD_USER_INPUT', `to must be after from, ${quoted(from)}, not ${quoted(to)}.`);
  }
  return part;
}

function readAfter(after: unknown): string | null {
  if (after === undefined) return null;
  const id = typeof after === 'string' ? uuidOf('AuditEntry', after) : null;
  if (id !== null) return id;
  throw new AppError(
    'BAD_USER_INPUT',
    `after is ${quoted(after)}; it must be the id of the last line that you have, such as aud_...`,
  );
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

function readTime(name: string, given: unknown): Date | null {
  if (given === undefined) return null;
  const time = typeof given === 'string' && TIME.test(given) ? new Date(given) : null;
  if (time !== null && !Number.isNaN(time.getTime())) return time;
  throw new AppError('BAD_USER_INPUT', `${name} is ${quoted(given)}; it must be a time such as 2026-03-01T00:00:00Z.`);
}

// The viewer of a download of the audit trail: keys can expire, and roles and masking rules change, while it continues.

const ROLES: readonly Role[] = ['SYSTEM_MANAGER', 'AUDITOR'];

export interface FollowedViewer {
  /** Checks the key and the roles again, if the interval has passed. @throws AppError, Denied */
  check(): Promise<void>;
  /** Returns a function that masks before, after and details as the viewer may see them now. */
  shown(): Promise<(value: unknown) => unknown>;
}

/** @param everyMs how often the right to read is checked again */
export function followViewer(source: DataSource, rules: MaskingRules, viewer: Viewer, everyMs: number): FollowedViewer {
  const origin = { documentType: null, webhookId: null };
  let current = viewer;
  let last = performance.now();
  return {
    async check() {
      if (performance.now() - last < everyMs) return;
      last = performance.now();
      const state = (await credentialStates(source.manager, [viewer])).get(credentialId(viewer));
      if (!state) throw noLongerValid();
      refuseRoles(state.roles);
      current = { ...viewer, roles: state.roles };
    },
    // as in the API, filters of other users may name values that are masked from the viewer
    async shown() {
      await rules.refresh(current);
      const masks = rules.masksFor(current);
      return (value) => maskedContent(masks, 'FILTER', 'JSON', origin, value);
    },
  };
}

/** @throws Denied unless they may read the trail */
function refuseRoles(roles: ReadonlySet<Role>): void {
  if (ROLES.some((role) => roles.has(role))) return;
  throw missingRole('GET /audit-entries', ROLES, roles);
}
