// npm run bench:delivery -- [--quick | --smoke] [--only FIGURES] [--processes one,apart]: how fast events are delivered, measured
// on the compiled application from outside.
import { parseArgs } from 'node:util';
import { ARRANGEMENTS } from './application';
import { chosen } from './chosen';
import { FIGURE_NAMES } from './delivery/figures';
import { keysOf, printBreakdown, printFigures } from './delivery/report';
import { measureAll } from './delivery/run';
import { NORMAL, QUICK, SMOKE } from './delivery/sizes';
import { machine } from './printed';
import { runProgram } from './program';

runProgram(async (args, stops) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      smoke: { type: 'boolean' },
      only: { type: 'string' },
      processes: { type: 'string' },
    },
  });
  const size = values.smoke ? SMOKE : values.quick ? QUICK : NORMAL;
  const figures = chosen('--only', values.only, FIGURE_NAMES);
  const arrangements = values.smoke ? (['one'] as const) : chosen('--processes', values.processes, ARRANGEMENTS);
  console.log(`bench:delivery, ${size.name}: ${machine()}`);
  const measured = await measureAll({ size, figures, arrangements }, stops);
  console.log('');
  printFigures(measured, size);
  printBreakdown(measured);
  return {
    keys: keysOf(measured),
    isSound: measured.lost + measured.duplicated + measured.leftOpen === 0,
  };
});
