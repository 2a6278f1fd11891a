const stops: (() => Promise<unknown>)[] = [];

/**
 * What a test file uses from before its first test until after its last one. It is called outside of the tests and gives an object at
 * once, which is empty until the tests begin. What is named last stops first, and all of it before the `afterAll` of the file. So a
 * receiver comes behind the application that calls it: calls that it never answers last as long as their time limit otherwise.
 */
export function duringFile<Used extends object & { stop(): Promise<unknown> }>(start: () => Promise<Used>): Used {
  const used = {} as Used;
  let started: Used | undefined;
  beforeAll(async () => {
    started = await start();
    Object.assign(used, started);
  });
  if (stops.length === 0)
    afterAll(async () => {
      for (const stop of stops) await stop();
    });
  stops.unshift(async () => started?.stop());
  return used;
}
