import { createWatchPlaces, WATCH_LIMITS } from '../../../src/server/subscriptions/watch-places';

test('a process has 1,000 subscriptions, and a place again when one is over, however often it says so', () => {
  const places = createWatchPlaces();
  const leave = Array.from({ length: WATCH_LIMITS.subscriptions }, () => places.subscribe());
  expect(() => places.subscribe()).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED', status: 429 }));
  leave[500]?.();
  leave[500]?.();
  leave[500] = places.subscribe();
  expect(() => places.subscribe()).toThrow('There are 1000 subscriptions at this server, the maximum.');
});

test.each([
  ['connections', 'key', 'connect', WATCH_LIMITS.connectionsPerKey, '20 connections'],
  ['WebSockets before their keys are known', 'address range', 'arrive', WATCH_LIMITS.arrivingPerRange, '50 WebSockets'],
] as const)('%s are counted for each %s', (_what, _owner, way, most, message) => {
  const places = createWatchPlaces();
  const leave = Array.from({ length: most }, () => places[way]('one'));
  expect(() => places[way]('one')).toThrow(message);
  places[way]('another');
  leave[0]?.();
  leave[0]?.();
  places[way]('one');
  expect(() => places[way]('one')).toThrow(message);
});
