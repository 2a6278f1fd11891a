import { parseArgs } from 'node:util';
import { ARRANGEMENTS, type Arrangement } from '../application';
import { chosen } from '../chosen';
import { FIGURE_NAMES, type FigureName } from './figures';
import { FULL, NORMAL, QUICK, type Size, SMOKE } from './sizes';

export interface Options {
  size: Size;
  figures: readonly FigureName[];
  arrangements: readonly Arrangement[];
}

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      smoke: { type: 'boolean' },
      only: { type: 'string' },
      processes: { type: 'string' },
    },
  });
  return {
    size: values.smoke ? SMOKE : values.quick ? QUICK : values.full ? FULL : NORMAL,
    figures: chosen('--only', values.only, FIGURE_NAMES),
    arrangements: values.smoke ? ['one'] : chosen('--processes', values.processes, ARRANGEMENTS),
  };
}
