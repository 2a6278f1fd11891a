// Lines that only one of two texts has: the longest common subsequence, for texts of up to some thousand lines.

export interface DiffLine {
  side: 'left' | 'right' | 'both';
  text: string;
}

/** Beyond this many pairs, lines are compared one by one. */
const MAX_PAIRS = 4_000_000;

export function lineDiff(left: readonly string[], right: readonly string[]): DiffLine[] {
  if (left.length * right.length > MAX_PAIRS) return inOrder(left, right);
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const at = i * width + j;
      lengths[at] =
        left[i] === right[j]
          ? (lengths[at + width + 1] as number) + 1
          : Math.max(lengths[at + width] as number, lengths[at + 1] as number);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) {
      lines.push({ side: 'both', text: left[i] as string });
      i += 1;
      j += 1;
    } else if ((lengths[(i + 1) * width + j] as number) >= (lengths[i * width + j + 1] as number)) {
      lines.push({ side: 'left', text: left[i++] as string });
    } else lines.push({ side: 'right', text: right[j++] as string });
  }
  for (const text of left.slice(i)) lines.push({ side: 'left', text });
  for (const text of right.slice(j)) lines.push({ side: 'right', text });
  return lines;
}

function inOrder(left: readonly string[], right: readonly string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [one, other] = [left[at], right[at]];
    if (one === other) lines.push({ side: 'both', text: one as string });
    else {
      if (one !== undefined) lines.push({ side: 'left', text: one });
      if (other !== undefined) lines.push({ side: 'right', text: other });
    }
  }
  return lines;
}
