import { createWatchPlaces, WATCH_LIMITS } from '../../src/app/watch-places';

test('a process has 1,000 subscriptions, and a place again when one is over, however often it says so', () => {
  const places = createWatchPlaces();
  const leave = Array.from({ length: WATCH_LIMITS.subscriptions }, () => places.subscribe());
  expect(() => places.subscribe()).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED', status: 429 }));
  leave[500]?.();
  leave[500]?.();
  leave[500] = places.subscribe();
  expect(() => places.subscribe()).toThrow('There are 1000 subscriptions at this server, which is the most.');
});

test('connections are counted for each key', () => {
  const places = createWatchPlaces();
  const leave = Array.from({ length: WATCH_LIMITS.connectionsPerKey }, () => places.connect('one'));
  expect(() => places.connect('one')).toThrow('20 connections');
  places.connect('another');
  leave[0]?.();
  leave[0]?.();
  places.connect('one');
  expect(() => places.connect('one')).toThrow('20 connections');
});
