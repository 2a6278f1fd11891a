/** Whether this process has deliveries to make just now: what follows the log behind them leaves them the machine. */
export interface DeliveryActivity {
  /** Something was fanned out, or an attempt has ended. */
  note(): void;
  isUnderWay(): boolean;
}

/** A moment without deliveries, as between two bursts, is no end of them. */
const RECENT_MS = 2_000;

export function createDeliveryActivity(): DeliveryActivity {
  let last = Number.NEGATIVE_INFINITY;
  return {
    note() {
      last = performance.now();
    },
    isUnderWay: () => performance.now() - last < RECENT_MS,
  };
}
