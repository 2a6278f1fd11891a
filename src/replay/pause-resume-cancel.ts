// Pauses, resumes and cancels replays.

import type { Viewer } from '../access/viewer';
import { recordAct } from '../audit/write-audit-entry';
import { InputError } from '../errors/errors';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { refuseOneTooMany } from '../users/user-limits';
import { refuseAuditReceivers } from '../webhooks/changes/guarded-settings';
import { changeReplay, findReplayForUpdate, type ReplayRow } from './replay.store';
import { OPEN_REPLAYS } from './start-replay';

/** Until it is resumed, no further delivery is sent again. Those that already were continue. */
export async function pauseReplay(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = await replayToChange(db, viewer, id);
  if (replay.status === 'PAUSED') return replay;
  refuseFinished(replay);
  return change(db, viewer, replay, { status: 'PAUSED' }, 'replay.paused');
}

/** Continues where it was paused, within its rate. */
export async function resumeReplay(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = await replayToChange(db, viewer, id);
  refuseFinished(replay);
  if (replay.status !== 'PAUSED') return replay;
  await refuseOneTooMany(db, replay.orderedBy, OPEN_REPLAYS);
  return change(db, viewer, replay, { status: replay.startedAt ? 'RUNNING' : 'PENDING' }, 'replay.resumed');
}

/** Ends the replay. Deliveries that were already sent again continue. */
export async function cancelReplay(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = await replayToChange(db, viewer, id);
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
  const details = { from: replay.status, replayed: replay.replayed, deliveryCount: replay.deliveryCount };
  await recordAct(db, viewer, { action, subjectType: 'Replay', subjectId: replay.id, details });
  return { ...replay, ...changes };
}

function refuseFinished({ status, finishedAt }: ReplayRow): void {
  if (finishedAt === null) return;
  const message = `The replay is ${status}, which is final: start a new one.`;
  throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
}

async function replayToChange(db: Db, viewer: Viewer, id: string | null): Promise<ReplayRow> {
  const replay = id === null ? null : await findReplayForUpdate(db, id);
  if (!replay) {
    throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no replay with this id.' }]);
  }
  refuseAuditReceivers(viewer, [{ name: 'A webhook of this replay', receiveAuditEvents: replay.ofAuditReceiver }]);
  return replay;
}
