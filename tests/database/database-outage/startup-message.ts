/** What a client of PostgreSQL says first: its settings by name. */
export type StartupMessage = Readonly<Record<string, string>>;

const HEADER_BYTES = 8; // length and version of the protocol

/** @param first the first bytes of a connection */
export function readStartup(first: Buffer): StartupMessage {
  const words = first.subarray(HEADER_BYTES, first.readInt32BE(0)).toString().split('\0');
  const settings: Record<string, string> = {};
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2) {
    settings[words[at] as string] = words[at + 1] as string;
  }
  return settings;
}

/** The same first bytes without a setting. */
export function withoutSetting(first: Buffer, name: string): Buffer {
  const { [name]: _, ...settings } = readStartup(first);
  const words = Object.entries(settings).flat();
  const body = Buffer.from([...words, ''].map((word) => `${word}\0`).join(''));
  const header = Buffer.from(first.subarray(0, HEADER_BYTES));
  header.writeInt32BE(HEADER_BYTES + body.length);
  return Buffer.concat([header, body, first.subarray(first.readInt32BE(0))]);
}
