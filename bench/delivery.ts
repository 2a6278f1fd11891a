// npm run bench:delivery -- [--quick | --smoke] [--only FIGURES] [--processes one,apart]: how fast events are delivered, measured
// on the compiled application from outside.
import { parseArgs } from 'node:util';
import { ARRANGEMENTS } from './application';
import { chosen } from './chosen';
import { FIGURE_NAMES } from './delivery/figures';
import { keysOf, printBreakdown, printFigures } from './delivery/report';
import { measureAll } from './delivery/run';
import { SIZES } from './delivery/sizes';
import { machine } from './printed';
import { runProgram } from './program';
import { chooseSize, SIZE_OPTIONS } from './size';

runProgram(async (args, stops) => {
  const { values } = parseArgs({
    args: [...args],
    options: { ...SIZE_OPTIONS, only: { type: 'string' }, processes: { type: 'string' } },
  });
  const { name, size } = chooseSize(SIZES, values);
  const figures = chosen('--only', values.only, FIGURE_NAMES);
  const arrangements = values.smoke ? (['one'] as const) : chosen('--processes', values.processes, ARRANGEMENTS);
  console.log(`bench:delivery, ${name}: ${machine()}`);
  const measured = await measureAll({ size, figures, arrangements }, stops);
  console.log('');
  printFigures(measured, size);
  printBreakdown(measured);
  return {
    keys: keysOf(measured),
    isSound: measured.lost + measured.duplicated + measured.leftOpen === 0,
  };
});
