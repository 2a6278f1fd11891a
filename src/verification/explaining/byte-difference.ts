/**
 * How two bodies differ, as the end of a sentence: "2 bytes differ, the first at byte 17". Bytes are numbered from 1.
 */
export function byteDifference(one: Buffer, other: Buffer): string {
  const first = commonStart(one, other);
  const bytes = bytesApart(one, other, first);
  return `${bytes} ${bytes === 1 ? 'byte differs' : 'bytes differ'}, the first at byte ${first + 1}`;
}

function commonStart(one: Buffer, other: Buffer): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one[at] === other[at]) at++;
  return at;
}

// If bytes were only inserted or only removed, counts these; otherwise all from the first to the last difference.
function bytesApart(one: Buffer, other: Buffer, first: number): number {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  if (shorter.length === longer.length)
    return shorter.reduce((sum, byte, at) => sum + (byte === longer[at] ? 0 : 1), 0);
  if (isLeftOf(shorter, longer, first)) return longer.length - shorter.length;
  let end = 0;
  while (end < shorter.length - first && shorter.at(-1 - end) === longer.at(-1 - end)) end++;
  return longer.length - first - end;
}

/** Whether removing bytes of the longer one gives the shorter one. */
function isLeftOf(shorter: Buffer, longer: Buffer, first: number): boolean {
  let at = first;
  for (let place = first; place < longer.length && at < shorter.length; place++) {
    if (longer[place] === shorter[at]) at++;
  }
  return at === shorter.length;
}
