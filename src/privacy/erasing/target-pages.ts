// The events and requests of an order or a file, some at a time.
import { FIRST_ID } from '../../ids';
import type { Db } from '../../sql/db';
import { type Targets, targetsOfPerson } from './erased-rows.store';

export function* pagesOfTargets({ events, requests }: Targets, size: number): Generator<Targets> {
  for (let at = 0; at < Math.max(events.length, requests.length); at += size) {
    yield { events: events.slice(at, at + size), requests: requests.slice(at, at + size) };
  }
}

/** All events of a person, then their requests without an event. @param last the last id; left out: also those that are made meanwhile */
export async function* pagesOfPerson(db: Db, userId: string, size: number, last?: string): AsyncGenerator<Targets> {
  for (const kind of ['events', 'requests'] as const) {
    for (let after = FIRST_ID; ; ) {
      const { [kind]: read } = await targetsOfPerson(db, userId, after, size);
      const found = last === undefined ? read : read.filter((id) => id <= last);
      if (found.length > 0) yield { events: [], requests: [], [kind]: found };
      if (found.length < size) break;
      after = found.at(-1) as string;
    }
  }
}
