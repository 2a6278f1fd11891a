// npm run bench:peers -- [--quick] --svix-url URL ...: this application and running installations of Svix, Outpost and
// Convoy under the same load, in turns. docs/performance.md has the options.
import { startTestBed } from './bench';
import { readOptions } from './peers/options';
import { keysOf, printPeers } from './peers/report';
import { measurePeers } from './peers/run';
import { machine } from './printed';
import { runProgram } from './program';

runProgram(async (args, stops) => {
  const options = readOptions(args);
  console.log(`bench:peers, ${options.size.name}: ${machine()}`);
  const measured = await measurePeers(await startTestBed(stops), options, stops);
  console.log('');
  printPeers(measured, options.size);
  return { keys: keysOf(measured), isSound: true };
});
