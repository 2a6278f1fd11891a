/** All objects of the type Body in an answer. */
export function bodiesIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return 'sha256' in value && 'base64' in value ? [value] : Object.values(value).flatMap(bodiesIn);
}

const MASKED_BODY = { masked: true, bytes: null, sha256: null, text: null, base64: null };
/** All fields that tell of the content. */
export const BODY = '{ masked bytes sha256 text base64 }';

/** @returns how many there are */
export function expectMaskedBodies(what: string, answer: unknown): number {
  const bodies = bodiesIn(answer);
  expect({ what, bodies }).toEqual({ what, bodies: bodies.map(() => expect.objectContaining(MASKED_BODY)) });
  return bodies.length;
}
