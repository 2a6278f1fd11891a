import { askAt } from '../support/app';
import { invoice } from '../support/webhooks';
import { DOCUMENT_TYPE } from './load';
import { ROUNDS } from './random';
import { findFaketime, testWhere } from './requirements';
import { type Scenario, startScenario } from './scenario';

// beyond the month for which idempotency keys are kept, and beyond the five minutes for which a signature counts
const OFFSETS = ['+40d', '-40d', '+90s', '-2h'];
const PUBLISH = `mutation ($input: PublishEventsInput!) {
  publishEvents(input: $input) { events { id duplicate } userErrors { message } }
}`;

const library = findFaketime();
let scenario: Scenario | undefined;

afterEach(() => scenario?.stop());

/** Of a process whose wall clock is wrong, while its timers run as they should. */
function withClock(offset: string): Record<string, string> {
  return {
    LD_PRELOAD: library as string,
    FAKETIME: offset,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
}

testWhere(library === null ? 'faketime is not installed' : null)(
  'a process whose clock is wrong by minutes or months forgets no key, puts off no retry and refuses no caller',
  async () => {
    scenario = await startScenario();
    const { installation, load } = scenario;
    for (let round = 0; round < ROUNDS; round += 1) {
      await installation.replace(1, 'SIGTERM', withClock(OFFSETS[round % OFFSETS.length] as string));
      await scenario.more(200);
    }
    expect(await scenario.faults()).toEqual({});

    const references = [...load.events.keys()].slice(0, 500);
    const events = references.map((each) => invoice(each, { documentType: DOCUMENT_TYPE, idempotencyKey: each }));
    for (const n of [0, 1]) {
      const url = installation.urlOf(n) as string;
      const again = await askAt(url, PUBLISH, { input: { events } }, installation.app.adminKey);
      expect(again.data.publishEvents.events).toEqual(
        references.map((each) => ({ id: load.events.get(each), duplicate: true })),
      );
    }
  },
);
