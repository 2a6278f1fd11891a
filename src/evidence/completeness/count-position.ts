// Where a count continues, as the text that the API gives and takes.
import type { CountPosition } from './count-month';

const POSITION = /^([0-2])\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function writePosition({ step, after }: CountPosition): string {
  return Buffer.from(`${step}/${after}`).toString('base64url');
}

/** @returns null if it is none */
export function readPosition(text: string): CountPosition | null {
  const [, step, after] = POSITION.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  return after === undefined ? null : { step: Number(step), after };
}
