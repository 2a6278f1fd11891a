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
