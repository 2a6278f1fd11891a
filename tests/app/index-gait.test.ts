import { type Circumstances, gaitIn } from '../../src/app/index-gait';

const beside = (more: Partial<Circumstances>) => gaitIn({ isBusy: true, idleCores: 0, behindMs: 0, ...more });

test('alone it works most of the time, however far behind it is', () => {
  for (const behindMs of [0, 3_600_000]) {
    expect(gaitIn({ isBusy: false, idleCores: 0, behindMs })).toEqual({ batch: 500, share: 0.8 });
  }
});

test('beside deliveries on a full machine it takes a tenth of the time, a little at a time', () => {
  expect(beside({})).toEqual({ batch: 100, share: 0.1 });
});

test('cores that nobody needs are taken in part', () => {
  expect([0.4, 1, 2, 3.2, 60].map((idleCores) => beside({ idleCores }).share)).toEqual([0.1, 0.25, 0.5, 0.8, 0.8]);
});

test('what is far behind takes more', () => {
  expect([60_000, 60_001, 600_001].map((behindMs) => beside({ behindMs }).share)).toEqual([0.1, 0.2, 0.5]);
  expect(beside({ behindMs: 600_001, idleCores: 3 }).share).toBe(0.75);
});
