// npm run bench:peers -- [--quick] --svix-url URL ...: this application and running installations of Svix, Outpost and
// Convoy under the same load, in turns. docs/performance/other-systems.md has the options.
import { readOptions } from './peers/options';
import { areSound, keysOf, printPeers } from './peers/report';
import { measurePeers } from './peers/run';
import { machine } from './printed';
import { runProgram } from './program';
import { startReceiver } from './receiver-process';

runProgram(async (args, stops) => {
  const options = readOptions(args);
  console.log(`bench:peers, ${options.size.name}: ${machine()}`);
  const receiver = await startReceiver();
  stops.push(receiver.stop);
  const measured = await measurePeers(receiver, options, stops);
  console.log('');
  printPeers(measured, options.size);
  return { keys: keysOf(measured), isSound: areSound(measured) };
});
