import { parseArgs } from 'node:util';
import { ARRANGEMENTS, type Arrangement } from '../application';
import { FIGURE_NAMES, type FigureName } from './figures';
import { FULL, NORMAL, QUICK, type Size } from './sizes';

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
      only: { type: 'string' },
      processes: { type: 'string' },
    },
  });
  return {
    size: values.quick ? QUICK : values.full ? FULL : NORMAL,
    figures: chosen('--only', values.only, FIGURE_NAMES),
    arrangements: chosen('--processes', values.processes, ARRANGEMENTS),
  };
}

function chosen<Name extends string>(option: string, text: string | undefined, names: readonly Name[]): Name[] {
  if (text === undefined) return [...names];
  const given = text.split(',');
  const unknown = given.find((each) => !names.includes(each as Name));
  if (unknown !== undefined) throw new Error(`${option} ${unknown} is none of: ${names.join(', ')}.`);
  return names.filter((name) => given.includes(name));
}
