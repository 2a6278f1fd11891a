// What it costs to know who may see what: masking rules, the note of a reading, and a session instead of a key.

import { OURS } from '../../dashboard/queries';
import type { Database } from '../../database';
import type { Target } from '../../load';
import { measureNoting, type Noting } from './noting';
import { type MaskedPage, measurePages } from './pages';
import { inSession, newReader } from './readers';
import { type Effort, inTurns, type Server, type Use } from './turns';

export interface Masking {
  pages: MaskedPage[];
  noting: Noting;
  session: { key: Use; session: Use };
}

/** @param target with the key of the administrator */
export async function measureMasking(
  { sql, until }: Database,
  target: Target,
  pid: number,
  effort: Effort,
): Promise<Masking> {
  const server = { target, pid, sql };
  return {
    session: await measureSession(server, effort),
    pages: await measurePages(server, effort),
    noting: await measureNoting(server, until, effort),
  };
}

async function measureSession(server: Server, effort: Effort): Promise<Masking['session']> {
  const key = await newReader(server.target, 'INTEGRATION_MANAGER');
  const session = await inSession(key);
  const bodies = [JSON.stringify({ query: OURS.list })];
  return inTurns(server, { key: { target: key, bodies }, session: { target: session, bodies } }, effort);
}
