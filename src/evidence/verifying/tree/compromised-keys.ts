// Heads that only compromised keys signed: their thief could have signed them too, unless others knew them before.
import type { Db } from '../../../sql/db';
import { isTime } from '../../formats/leaf-kinds';
import { openNote, readVkey, type VerifierKey } from '../../formats/signed-note';
import { evidenceKeys } from '../../head.store';
import type { ProvenHead } from './check-anchors';
import type { Findings } from './findings';

interface CompromisedKey {
  key: VerifierKey;
  vkey: string;
  since: Date;
  /** The size of the largest tree whose head was anchored before. */
  anchoredSize: number;
  /** The trees of its heads that were not anchored before. */
  unproven: { count: number; first: number; last: number } | null;
}

/** The keys of a log, and what is known about the heads that compromised ones signed. */
export class LogKeys {
  private constructor(
    readonly all: readonly VerifierKey[],
    private readonly trusted: readonly VerifierKey[],
    private readonly compromised: readonly CompromisedKey[],
  ) {}

  /** @param proven heads that trusted parties knew */
  static async read(db: Db, proven: readonly ProvenHead[]): Promise<LogKeys> {
    const trusted: VerifierKey[] = [];
    const compromised: CompromisedKey[] = [];
    for (const { vkey, compromisedAt } of await evidenceKeys(db)) {
      const key = readVkey(vkey);
      if (key && compromisedAt === null) trusted.push(key);
      if (!key || compromisedAt === null) continue;
      // what is no time was written past Hookledger: checkKeys names it
      const since = isTime(compromisedAt) ? compromisedAt : new Date(0);
      compromised.push({ key, vkey, since, anchoredSize: largestBefore(proven, since), unproven: null });
    }
    return new LogKeys([...trusted, ...compromised.map(({ key }) => key)], trusted, compromised);
  }

  /** Those of the log of this name. */
  of(origin: string): VerifierKey[] {
    return this.all.filter(({ name }) => name === origin);
  }

  /** @param note a head whose signatures are right */
  judge(note: string, treeSize: number): void {
    if (this.compromised.length === 0 || openNote(note, this.trusted) !== null) return;
    const signers = this.compromised.filter(({ key }) => openNote(note, [key]) !== null);
    if (signers.some(({ anchoredSize }) => treeSize <= anchoredSize)) return;
    for (const signer of signers) {
      const { count, first } = signer.unproven ?? { count: 0, first: treeSize };
      signer.unproven = { count: count + 1, first, last: treeSize };
    }
  }

  /** Heads are signed every second: one finding for each key names them all. */
  report(findings: Findings): void {
    for (const { vkey, since, unproven } of this.compromised) {
      if (unproven === null) continue;
      const { count, first, last } = unproven;
      const which =
        count === 1 ? `The head of ${first} leaves has` : `${count} heads of ${first} to ${last} leaves have`;
      const message = `${which} no signature but that of a key that is compromised since ${since.toISOString()}, and no trusted witness or time-stamp authority had ${count === 1 ? 'it' : 'them'} before: ${vkey}.`;
      findings.add('BAD_HEAD', message, { treeSize: first });
    }
  }
}

/** The size of the largest tree whose head a trusted party knew before this time, by its own clock; 0: there is none. */
function largestBefore(proven: readonly ProvenHead[], since: Date): number {
  let size = 0;
  for (const { head, time } of proven) if (time < since) size = Math.max(size, head.treeSize);
  return size;
}
