// What is measured, in this order. `--only` takes the names.
import type { Bench } from '../bench';
import type { Percentiles } from '../numbers';
import type { FilledQueue } from './figures/filled-queue';
import { type FlatOut, measureSingleCalls } from './figures/flat-out';
import { type Idle, measureIdle } from './figures/idle';
import { measureIsolation } from './figures/isolation';
import { type ManyWebhooks, measureManyWebhooks } from './figures/many-webhooks';
import { measureEndToEndWithMemory, type WithMemory } from './figures/memory';
import { measureSetting, SETTINGS, type SettingName } from './figures/settings';
import { measureSteadyRate, type SteadyRate } from './figures/steady-rate';
import type { Size } from './sizes';

/** What one arrangement of processes gave; absent: it was not asked for. */
export interface Figures {
  singleAt200?: SteadyRate;
  idle?: Idle;
  singleAt1000?: SteadyRate;
  callsOf5At1000?: SteadyRate;
  single?: FlatOut;
  endToEnd?: WithMemory;
  settings?: Record<SettingName, FlatOut>;
  manyWebhooks?: ManyWebhooks;
  isolated?: Percentiles;
  filled?: FilledQueue;
  filledForTwo?: FilledQueue;
}

interface Figure {
  what(size: Size): string;
  measure(bench: Bench, size: Size): Promise<Partial<Figures>>;
  /** After hundreds of thousands of changes a figure would be that of the autovacuum that follows. */
  tidyBefore?: boolean;
  /** After a rest the first thousand events cost half more (decision 71): the next figure would be that of this start. */
  warmUpAfter?: boolean;
}

/** Of a running application. `filled` starts processes of its own. */
export const FIGURES = {
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
  'calls-of-5': {
    what: ({ steadySeconds }) => `calls of 5 at 1,000/s for ${steadySeconds} s`,
    measure: async (bench, { steadySeconds: seconds }) => ({
      callsOf5At1000: await measureSteadyRate(bench, { perSecond: 1_000, perCall: 5, seconds }),
    }),
  },
  single: {
    what: ({ single }) => `${single} single calls flat out`,
    measure: async (bench, { single }) => ({ single: await measureSingleCalls(bench, single) }),
  },
  'end-to-end': {
    what: ({ endToEnd }) => `${endToEnd} events in calls of 100 flat out`,
    measure: async (bench, { endToEnd }) => ({ endToEnd: await measureEndToEndWithMemory(bench, endToEnd) }),
  },
  settings: {
    what: ({ setting }) => `${setting} single calls flat out with each of ${Object.keys(SETTINGS).length} settings`,
    measure: async (bench, { setting }) => {
      const measured: Partial<Record<SettingName, FlatOut>> = {};
      for (const name of Object.keys(SETTINGS) as SettingName[]) {
        measured[name] = await measureSetting(bench, SETTINGS[name], setting);
      }
      return { settings: measured as Record<SettingName, FlatOut> };
    },
  },
  'many-webhooks': {
    what: ({ manyWebhooks }) => `end to end without and with ${manyWebhooks} other webhooks`,
    measure: async (bench, { setting, manyWebhooks }) => ({
      manyWebhooks: await measureManyWebhooks(bench, setting * 5, manyWebhooks),
    }),
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
