// With more probes, the keys were chosen to collide, and continuing would take quadratic time.
const MAX_PROBES = 32;
const SMALL = 8;

/** Whether some hashes of an object's keys may be equal. It may return true wrongly, but not false. */
export type MayRepeat = (hashes: Int32Array, start: number, end: number) => boolean;

export function createMayRepeat(): MayRepeat {
  // allocated by the first object that needs them
  let slots = new Int32Array(0);
  // a slot is used if it has the stamp of the current object, so that the table is not cleared for each object
  let stamps = new Int32Array(0);
  let stamp = 0;
  return (hashes, start, end) => {
    if (end - start <= SMALL) return hasEqualPair(hashes, start, end);
    if ((end - start) * 2 > slots.length) {
      const size = 2 ** Math.max(7, Math.ceil(Math.log2((end - start) * 2)));
      slots = new Int32Array(size);
      stamps = new Int32Array(size);
    }
    stamp++;
    return isHashSeen(hashes, start, end, slots, stamps, stamp);
  };
}

function hasEqualPair(hashes: Int32Array, start: number, end: number): boolean {
  for (let i = start + 1; i < end; i++) {
    const hash = hashes[i];
    for (let j = start; j < i; j++) if (hashes[j] === hash) return true;
  }
  return false;
}

function isHashSeen(
  hashes: Int32Array,
  start: number,
  end: number,
  slots: Int32Array,
  stamps: Int32Array,
  stamp: number,
): boolean {
  const mask = slots.length - 1;
  const shift = Math.clz32(mask);
  for (let i = start; i < end; i++) {
    // `end` is within the array
    const hash = hashes[i]!;
    // spreads the consecutive hashes of keys such as k1, k2, k3
    let slot = Math.imul(hash, 0x9e3779b1) >>> shift;
    for (let probes = 0; stamps[slot] === stamp; probes++) {
      if (slots[slot] === hash || probes === MAX_PROBES) return true;
      slot = (slot + 1) & mask;
    }
    slots[slot] = hash;
    stamps[slot] = stamp;
  }
  return false;
}
