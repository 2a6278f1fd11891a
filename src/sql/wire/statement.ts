import { createHash } from 'node:crypto';

/**
 * A prepared statement. Each connection parses it once and may keep its plan: planning a statement over monthly
 * partitions takes longer than running it.
 */
export interface Statement {
  text: string;
  name: string;
}

const statements = new Map<string, Statement>();

/** @param text a constant: texts that depend on a request would fill each connection with plans */
export function statement(text: string): Statement {
  const known = statements.get(text);
  if (known) return known;
  const made = { text, name: nameOf(text) };
  statements.set(text, made);
  return made;
}

/** The name under which each session prepares the text. */
export function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 24);
}
