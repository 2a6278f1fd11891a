// The record of a request has the length of its response, and is hashed as a whole: a proof shows the length.
import type { Masks } from '../../masking/masks-of-viewer';
import type { FactsOf, LeafKind } from '../formats/leaf-kinds';

/**
 * Whether a proof of the row would show a viewer the length of what is masked from them. From the length of a response, a short
 * one can be guessed, such as true or false.
 */
export function hidesLength(masks: Masks, kind: LeafKind, facts: FactsOf[LeafKind]): boolean {
  if (kind !== 'request') return false;
  const { documentType, webhookId } = facts as FactsOf['request'];
  return !masks.of('RESPONSE', { documentType, webhookId }).isWhole;
}
