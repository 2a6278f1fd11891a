// The proof of one record as text: c2sp.org/tlog-proof, which anyone can check offline.

export interface TlogProof {
  /** What is needed to make the leaf again. It is not authenticated by itself: its hash is. */
  extra: string;
  index: number;
  proof: readonly Buffer[];
  /** The signed head of the tree. */
  checkpoint: string;
}

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';

export function writeTlogProof({ extra, index, proof, checkpoint }: TlogProof): string {
  const lines = [
    FIRST_LINE,
    `extra ${Buffer.from(extra).toString('base64')}`,
    `index ${index}`,
    ...proof.map((hash) => hash.toString('base64')),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}
