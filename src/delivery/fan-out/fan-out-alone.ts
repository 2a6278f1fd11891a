// A step of the fan-out that fails is repeated for each event by itself, so that one that cannot be fanned out stops no other.
import { LAST_ID } from '../../ids';
import { isUnrelatedToRows } from '../../sql/database-errors';
import { WHOLE } from '../../sql/hash-part';
import { alone, type DeadLetters } from '../queue/dead-letters';
import { oldestInOutbox } from '../queue/outbox.store';
import { BATCH, createFanOut, type FanOut, type FanOutStep, NOTHING, type OpeningFanOutParts } from './fan-out';

/**
 * An event that fails by itself leaves all decisions about it pending: these are made for each webhook by itself, and only the broken
 * one fails. If that fails too, it becomes a dead letter.
 */
export function fanOutAloneAfterFailure(parts: OpeningFanOutParts, deadLetters: DeadLetters): FanOutStep {
  const { db, transaction } = parts;
  const fanOut = createFanOut(parts);
  const fanOutOne = createFanOut({ ...parts, transaction: alone(transaction) });

  async function byItself(id: string): Promise<FanOut> {
    const own = { from: id, before: LAST_ID };
    try {
      return await fanOutOne(WHOLE, own, 1);
    } catch (error) {
      if (isUnrelatedToRows(error)) throw error;
    }
    try {
      return await fanOutOne(WHOLE, own, 1, false);
    } catch (error) {
      if (isUnrelatedToRows(error)) throw error;
      await deadLetters.event(id, error);
      return NOTHING;
    }
  }

  return async (part, range, atMost = BATCH) => {
    try {
      return await fanOut(part, range, atMost);
    } catch (error) {
      if (isUnrelatedToRows(error)) throw error;
      const ids = await oldestInOutbox(db, part, range, atMost);
      if (ids.length === 0) throw error;
      deadLetters.notTogether(error);
      let all = { ...NOTHING, read: ids.length, oldest: ids[0] as string, more: true };
      for (const id of ids) {
        const { events, queued, pending } = await byItself(id);
        all = {
          ...all,
          events: all.events + events,
          queued: all.queued + queued,
          pending: all.pending || pending,
        };
      }
      return all;
    }
  };
}
