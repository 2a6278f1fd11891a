import { setTimeout as wait } from 'node:timers/promises';
import type { StopSignal } from './postgres-server';
import { ROUNDS } from './random';
import { type Scenario, startScenario } from './scenario';

const SIGNALS: StopSignal[] = ['SIGINT', 'SIGQUIT', 'SIGKILL'];

let scenario: Scenario;

beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

test('a database that is stopped and killed under load ends no process and loses nothing that was acknowledged', async () => {
  const { server } = scenario.installation;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const signal of SIGNALS) {
      await scenario.more(60);
      await server.stop(signal);
      await wait(500);
      await server.start();
    }
  }
  expect(await scenario.faults()).toEqual({});
});
