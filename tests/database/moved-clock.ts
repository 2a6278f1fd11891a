/** Sets the clock of this process forward or back, for all that reads it from now on. Steady clocks go on as they were. */
export function moveClock(byMs: number): void {
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [RealDate.now() + byMs] : given, newTarget),
    get: (target, name, receiver) =>
      name === 'now' ? () => RealDate.now() + byMs : Reflect.get(target, name, receiver),
  });
}

const RealDate = Date;
