// What is measured, in this order. `--only` takes the names.
import type { Bench } from '../bench';
import type { Percentiles } from '../numbers';
import type { FilledQueue } from './filled-queue';
import { type FlatOut, measureEndToEnd, measureSingleCalls } from './flat-out';
import { type Idle, measureIdle } from './idle';
import { measureIsolation } from './isolation';
import type { Size } from './sizes';
import { measureSteadyRate, type SteadyRate } from './steady-rate';

/** What one arrangement of processes gave; absent: it was not asked for. */
export interface Figures {
  singleAt200?: SteadyRate;
  idle?: Idle;
  singleAt1000?: SteadyRate;
  single?: FlatOut;
  endToEnd?: FlatOut;
  isolated?: Percentiles;
  filled?: FilledQueue;
}

interface Figure {
  what(size: Size): string;
  measure(bench: Bench, size: Size): Promise<Partial<Figures>>;
  /** After hundreds of thousands of changes a figure would be that of the autovacuum that follows. */
  tidyBefore?: boolean;
  /** After a rest the first thousand events cost half more: the next figure would be that of this start. */
  warmUpAfter?: boolean;
}

/** Of a running application. `filled` starts processes of its own. */
const FIGURES = {
  'single-at-200': {
    what: ({ steadySeconds }) => `single calls at 200/s for ${steadySeconds} s`,
    measure: async (bench, { steadySeconds: seconds }) => ({
      singleAt200: await measureSteadyRate(bench, { perSecond: 200, perCall: 1, seconds }),
    }),
  },
  idle: {
    what: ({ idleSeconds }) => `idle for ${idleSeconds} s`,
    measure: async (bench, size) => ({ idle: await measureIdle(bench, size) }),
    warmUpAfter: true,
  },
  'single-at-1000': {
    what: ({ steadySeconds }) => `single calls at 1,000/s for ${steadySeconds} s`,
    measure: async (bench, { steadySeconds: seconds }) => ({
      singleAt1000: await measureSteadyRate(bench, { perSecond: 1_000, perCall: 1, seconds }),
    }),
  },
  single: {
    what: ({ single }) => `${single} single calls flat out`,
    measure: async (bench, { single }) => ({ single: await measureSingleCalls(bench, single) }),
  },
  'end-to-end': {
    what: ({ endToEnd }) => `${endToEnd} events in calls of 100 flat out`,
    measure: async (bench, { endToEnd }) => ({ endToEnd: await measureEndToEnd(bench, endToEnd) }),
  },
  isolation: {
    what: ({ stuck }) => `200/s beside ${stuck} deliveries that are stuck`,
    measure: async (bench, size) => ({ isolated: await measureIsolation(bench, size) }),
    tidyBefore: true,
  },
} satisfies Record<string, Figure>;

export type FigureName = keyof typeof FIGURES | 'filled';
export const FIGURE_NAMES: readonly FigureName[] = [...(Object.keys(FIGURES) as (keyof typeof FIGURES)[]), 'filled'];

export const figureOf = (name: keyof typeof FIGURES): Figure => FIGURES[name];
