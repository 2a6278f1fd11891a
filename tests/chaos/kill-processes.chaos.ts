import { ROUNDS } from './random';
import { type Scenario, startScenario } from './scenario';

let scenario: Scenario;

beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

test('processes that are killed under load, in turn, lose nothing that was acknowledged', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    await scenario.more(150);
    await scenario.installation.replace(round % 2, 'SIGKILL');
  }
  expect(await scenario.faults()).toEqual({});
});
