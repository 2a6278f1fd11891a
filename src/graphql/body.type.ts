import { createHash } from 'node:crypto';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('Body', { simpleResolvers: true, description: 'Bytes that were sent or received, exactly.' })
export class BodyType {
  @Field(() => String, { nullable: true, description: 'As UTF-8; null when they are not UTF-8.' })
  text: string | null;

  @Field(() => String, { nullable: true, description: 'The bytes that are kept, in base64 (RFC 4648, section 4).' })
  base64: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The header `content-type` as it was sent, such as "application/json; charset=utf-8"; null: there was none.',
  })
  contentType: string | null;

  @Field(() => Int, { description: 'How many there were; in an answer, before secrets were taken out.' })
  bytes: number;

  @Field(() => String, { description: 'SHA-256 of the bytes that are kept, hexadecimal.' })
  sha256: string;

  @Field(() => Boolean, { description: 'Only the beginning is kept, or came.' })
  truncated: boolean;
}

/** @param kept the bytes there are; @param total how many were sent or received; @param truncated whether `kept` ends early */
export function bodyOf(
  kept: Buffer,
  contentType: string | null,
  total = kept.length,
  truncated = total > kept.length,
): object {
  return {
    text: () => textOf(kept, truncated),
    base64: () => kept.toString('base64'),
    contentType,
    bytes: total,
    sha256: () => createHash('sha256').update(kept).digest('hex'),
    truncated,
  };
}

// as a stream where bytes were cut off: the cut may go through a letter
function textOf(bytes: Buffer, isTruncated: boolean): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isTruncated });
  } catch {
    return null;
  }
}
