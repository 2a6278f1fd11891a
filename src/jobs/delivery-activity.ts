/**
 * Whether this process is delivering at this time: the loops that follow the log then leave the machine to deliveries.
 */
export interface DeliveryActivity {
  /** Called when events were fanned out or an attempt has ended. */
  note(): void;
  isUnderWay(): boolean;
}

/** A pause between two bursts of deliveries does not count as their end. */
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
