import { ROUNDS } from './random';
import { type Scenario, startScenario } from './scenario';

let scenario: Scenario;

beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

test('a rolling restart under load refuses nobody otherwise than with UNAVAILABLE, and counts and feed stay', async () => {
  for (let round = 0; round < ROUNDS * 3; round += 1) {
    await scenario.more(80);
    const stopped = await scenario.installation.replace(round % 2, 'SIGTERM');
    expect(stopped.child.exitCode).toBe(0);
  }
  expect(await scenario.faults()).toEqual({});
});
