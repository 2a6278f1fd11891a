// npm run bench:incoming -- [--quick | --smoke]: how fast partners' calls are received, measured on the compiled application from outside.
import { parseArgs } from 'node:util';
import { keysOf, printBreakdown, printFigures } from './incoming/report';
import { measureAll } from './incoming/run';
import { SIZES } from './incoming/sizes';
import { machine } from './printed';
import { runProgram } from './program';
import { chooseSize, SIZE_OPTIONS } from './size';

runProgram(async (args, stops) => {
  const { values } = parseArgs({ args: [...args], options: SIZE_OPTIONS });
  const { name, size } = chooseSize(SIZES, values);
  console.log(`bench:incoming, ${name}: ${machine()}`);
  const figures = await measureAll(size, stops);
  console.log('');
  printFigures(figures);
  printBreakdown(figures);
  const keys = keysOf(figures);
  return { keys, isSound: keys.lost === 0 && keys.duplicated === 0 && keys.refusalsUnaccounted === 0 };
});
