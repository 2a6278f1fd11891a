import type { FastifyRequest } from 'fastify';
import { createRefusalEntries } from '../../audit/refusal-entries';
import { recordRefusal } from '../../audit/write-audit-entry';
import { AppError } from '../../errors';
import type { Log } from '../../log';
import type { Db } from '../../sql/db';
import { addressRange } from '../edge/address-range';
import { originOf } from '../edge/read-viewer';

const MINUTE_MS = 60_000;
const MAX_PER_MINUTE = 60;

/** Records refused sign-ins in the audit trail, one for each address and minute; the next one counts the others. */
export interface RefusedSignIns {
  /** Runs a sign-in, and records it if it is refused. @param work calls `of` with the address of the person, once it is known */
  recording<T>(request: FastifyRequest, work: (of: (email: string | null) => void) => Promise<T>): Promise<T>;
}

export function createRefusedSignIns(db: Db, log: Log): RefusedSignIns {
  const entries = createRefusalEntries({ windowMs: MINUTE_MS, maxEntries: MAX_PER_MINUTE });
  return {
    async recording(request, work) {
      let person: string | null = null;
      try {
        return await work((email) => {
          person = email;
        });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const entry = entries.take(addressRange(request.ip));
        if (entry) {
          const act = { action: 'session.refused', ...refusalOf(error.message, person), details: { ...entry } };
          await recordRefusal(db, originOf(request), act).catch((fault: unknown) =>
            log.error({ err: fault }, 'a refused sign-in is not recorded'),
          );
        }
        throw error;
      }
    },
  };
}

/** The erasure of a person takes the address, and leaves the reason. */
function refusalOf(message: string, email: string | null) {
  if (email === null) return { reason: message };
  return { reason: message.replaceAll(email, '(see criteria)'), criteria: { users: [email] } };
}
