// Where the passes over limits begin, so that a pass does not read again all that earlier ones have erased.
import { FIRST_ID } from '../../ids';

const DAY_MS = 86_400_000;

/** Kept in memory: a process that starts reads everything once. */
export class PassPositions {
  private readonly last = new Map<string, string>();
  private beganAt = Number.NEGATIVE_INFINITY;

  /** Once a day a pass begins at the oldest row, for rows that a hold, a minimum or an open delivery kept. */
  begin(now: number): void {
    if (now - this.beganAt < DAY_MS) return;
    this.last.clear();
    this.beganAt = now;
  }

  /** The last row that was read; before the first pass, FIRST_ID. */
  of(scope: string): string {
    return this.last.get(scope) ?? FIRST_ID;
  }

  read(scope: string, id: string): void {
    this.last.set(scope, id);
  }
}
