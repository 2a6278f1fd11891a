import { waitFor } from '../support/wait-for';
import { faultsOf } from './checker';
import { type Installation, type InstallationOptions, startInstallation } from './installation';
import { type Load, startLoad } from './load';
import { startTail, type Tail } from './tail';

export interface Scenario {
  installation: Installation;
  load: Load;
  tail: Tail;
  /** Waits until this much more was acknowledged. */
  more(count: number): Promise<unknown>;
  /** Ends the load, waits for what is under way, and compares everything. */
  faults(): Promise<Record<string, string[]>>;
  stop(): Promise<void>;
}

/** Two processes that are under load, with one who watches the log. `stop` belongs into afterEach. */
export async function startScenario(options: InstallationOptions = {}): Promise<Scenario> {
  const installation = await startInstallation(options);
  const tail = startTail(installation);
  const load = await startLoad(installation);
  const more = (count: number) => {
    const before = load.acknowledged();
    return waitFor(`${count} more acknowledgements`, () => load.acknowledged() >= before + count);
  };
  return {
    installation,
    load,
    tail,
    more,
    async faults() {
      await more(100);
      await load.stop();
      return faultsOf({ installation, load, tail });
    },
    async stop() {
      await load.stop();
      await tail.stop();
      await installation.stop();
    },
  };
}
