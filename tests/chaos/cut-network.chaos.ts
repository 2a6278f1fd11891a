import { setTimeout as wait } from 'node:timers/promises';
import { ROUNDS, seededRandom } from './random';
import { type Scenario, startScenario } from './scenario';

let scenario: Scenario;

beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

test('connections to the database that are cut and that fall silent under load lose nothing that was acknowledged', async () => {
  const { proxy } = scenario.installation;
  const random = seededRandom(1);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let cut = 0; cut < 5; cut += 1) {
      await scenario.more(random.between(5, 40));
      proxy.heal(); // drops all of them
    }
    await scenario.more(40);
    proxy.goSilent();
    await wait(random.between(2_000, 15_000));
    proxy.heal();
  }
  expect(await scenario.faults()).toEqual({});
});
