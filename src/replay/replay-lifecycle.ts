// What becomes of a replay that somebody looks after.

import { recordAct } from '../audit/record';
import { currentTime } from '../clock';
import { InputError } from '../errors';
import type { Db } from '../sql/db';
import type { Viewer } from '../viewer';
import { changeReplay, findReplayForUpdate, type ReplayRow } from './replay.store';

/** No further delivery is opened until it is resumed. What was opened goes on. */
export async function pauseReplay(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = await getReplay(db, id);
  if (replay.status === 'PAUSED') return replay;
  refuseFinished(replay);
  return change(db, viewer, replay, { status: 'PAUSED' }, 'replay.paused');
}

/** From where it was paused, and no sooner than its rate allows. */
export async function resumeReplay(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = await getReplay(db, id);
  refuseFinished(replay);
  if (replay.status !== 'PAUSED') return replay;
  return change(db, viewer, replay, { status: replay.startedAt ? 'RUNNING' : 'PENDING' }, 'replay.resumed');
}

/** For good. What was opened goes on. */
export async function cancelReplay(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = await getReplay(db, id);
  if (replay.status === 'CANCELLED') return replay;
  refuseFinished(replay);
  return change(db, viewer, replay, { status: 'CANCELLED', finishedAt: currentTime() }, 'replay.cancelled');
}

async function change(
  db: Db,
  viewer: Viewer,
  replay: ReplayRow,
  changes: Partial<ReplayRow>,
  action: string,
): Promise<ReplayRow> {
  await changeReplay(db, replay.id, changes);
  const details = { from: replay.status, replayed: replay.replayed, total: replay.total };
  await recordAct(db, viewer, { action, subjectType: 'Replay', subjectId: replay.id, details });
  return { ...replay, ...changes };
}

function refuseFinished({ status, finishedAt }: ReplayRow): void {
  if (finishedAt === null) return;
  const message = `The replay is ${status}: it is over. Order a new one.`;
  throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
}

async function getReplay(db: Db, id: string | null): Promise<ReplayRow> {
  const replay = id === null ? null : await findReplayForUpdate(db, id);
  if (replay) return replay;
  throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no replay with this id.' }]);
}
