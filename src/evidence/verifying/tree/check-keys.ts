// Compares the keys of the log with the sealed entries about them. A person with the database and without ENCRYPTION_KEY can insert a
// key whose private half is theirs, or take back that a key is compromised: the entries are in the tree, and the tree is signed.
import type { Keyring } from '../../../keyring/keyring';
import type { Db } from '../../../sql/db';
import { type FactsOf, isTime, leafOf, ROTATED_ACTION } from '../../formats/leaf-kinds';
import { openNote, readVkey, type VerifierKey } from '../../formats/signed-note';
import { evidenceKeys } from '../../head.store';
import { opensAs } from '../../log-key';
import type { Placed } from '../../sealed-rows.store';
import type { ProvenHead } from './check-anchors';
import type { Findings } from './findings';
import { type CheckedKey, keyEntries, keysToCheck } from './tree-rows.store';

/** How a key came to be, as a sealed entry says. */
interface Origin {
  vkey: string;
  leafIndex: number;
  /** The key that it follows; null: after a restart, another log. */
  rotation: { oldVkey: string; retiresAt: string | null; compromisedAt: string | null } | null;
  /** The lost head, after a restart. */
  continues: string | null;
}

/** @param keyring null: the private halves are not opened */
export async function checkKeys(db: Db, keyring: Keyring | null, findings: Findings): Promise<void> {
  const faults = await faultsOfKeys(db, keyring);
  if (faults.length === 0) return;
  // a key that was made between the two statements is there at the second time
  const still = new Set(await faultsOfKeys(db, keyring));
  for (const message of faults) if (still.has(message)) findings.add('BAD_KEY', message);
}

async function faultsOfKeys(db: Db, keyring: Keyring | null): Promise<string[]> {
  const origins = await originsOf(db);
  const keys = await keysToCheck(db);
  const missing = origins.filter(({ vkey }) => keys.every((key) => key.vkey !== vkey));
  return [
    ...keys.flatMap((key, at) => {
      const fault = faultOf(key, keys.slice(0, at), origins, keyring);
      return fault === null ? [] : [`${fault}: ${JSON.stringify(key.vkey)?.slice(0, 200)}.`];
    }),
    ...missing.map(({ vkey }) => `A sealed entry of the audit trail names a key that is gone: ${vkey}.`),
  ];
}

function faultOf(
  key: CheckedKey,
  older: readonly CheckedKey[],
  origins: readonly Origin[],
  keyring: Keyring | null,
): string | null {
  const { id, vkey, signsFrom, continues } = key;
  const name = typeof vkey === 'string' ? readVkey(vkey)?.name : undefined;
  if (id === null || name === undefined || name !== key.origin) return 'A key lacks its name, or it is no key';
  if (older.some((each) => each.vkey === vkey || each.id === id)) return 'A key is there twice';
  const from = origins.find((origin) => origin.vkey === vkey);
  if (!from && older.length > 0) return 'No sealed entry of the audit trail says how this key came to be';
  if ((from?.rotation ? from.leafIndex + 1 : null) !== signsFrom || (from?.continues ?? null) !== continues) {
    return 'The sealed entry about a key says another thing about its first head';
  }
  return faultOfTimes(key, origins) ?? faultOfSecret(key, keyring);
}

const isoOf = (time: Date | null) => (time === null ? null : isTime(time) ? time.toISOString() : String(time));

function faultOfTimes(key: CheckedKey, origins: readonly Origin[]): string | null {
  const next = origins.find(({ rotation }) => rotation?.oldVkey === key.vkey)?.rotation;
  if (isoOf(key.retiresAt) !== (next?.retiresAt ?? null)) return 'No sealed entry says that a key retires at this time';
  if (isoOf(key.compromisedAt) !== (next?.compromisedAt ?? null)) {
    return 'The sealed entry about a key says another thing about when it was compromised';
  }
  const { destroyedAt, retiresAt } = key;
  const isDestroyed = destroyedAt !== null;
  if (!isTime(key.createdAt) || (isDestroyed && !isTime(destroyedAt))) return 'A key has a time that is none';
  return isDestroyed && (retiresAt === null || destroyedAt < retiresAt) ? 'A key was destroyed that signs' : null;
}

function faultOfSecret(key: CheckedKey, keyring: Keyring | null): string | null {
  const { kek, wrapped, box, destroyedAt } = key;
  if (destroyedAt !== null) {
    return kek === null && wrapped === null && box === null ? null : 'A destroyed key has a private half';
  }
  if (kek === null || wrapped === null || box === null) return 'The private half of a key is gone';
  const isOwn = keyring === null || opensAs({ ...key, id: key.id as string, secret: { kek, wrapped, box } }, keyring);
  return isOwn ? null : 'The private half of a key cannot be decrypted with ENCRYPTION_KEY, or it is of another key';
}

async function originsOf(db: Db): Promise<Origin[]> {
  const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
  const entries = await keyEntries(db);
  return entries.filter(isSealedOrder).flatMap((entry): Origin[] => {
    const { oldVkey, newVkey, vkey, lostHead, retiresAt, compromisedAt } = detailsOf(entry);
    const made = textOf(entry.action === ROTATED_ACTION ? newVkey : vkey);
    if (made === null || entry.leafIndex === null) return [];
    const rotation =
      entry.action === ROTATED_ACTION
        ? { oldVkey: String(oldVkey), retiresAt: textOf(retiresAt), compromisedAt: textOf(compromisedAt) }
        : null;
    return [{ vkey: made, leafIndex: entry.leafIndex, rotation, continues: rotation ? null : textOf(lostHead) }];
  });
}

// Heads that only compromised keys signed: their thief could have signed them too, unless others knew them before.

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

// Entries of the audit trail that the tree proves, and what they say.

/** Whether the leaf of the entry covers its details: not once they were erased, which is never done to orders. */
export function isSealedOrder(entry: FactsOf['audit'] & Placed): boolean {
  return entry.contentSalt !== null && entry.leaf?.equals(leafOf('audit', entry)) === true;
}

/** The details of an order. Those that are no object, which Hookledger never writes, order nothing. */
export function detailsOf({ details }: { details: string | null }): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(details ?? '');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
