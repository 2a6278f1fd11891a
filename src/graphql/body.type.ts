import { createHash } from 'node:crypto';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('Body', { simpleResolvers: true, description: 'The body of a request or response, byte by byte.' })
export class BodyType {
  @Field(() => String, { nullable: true, description: 'The body as text; null: it is not UTF-8, or is masked.' })
  text: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The stored bytes in base64 (RFC 4648, section 4); null: the body is masked.',
  })
  base64: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The value of the header `content-type`, such as "application/json; charset=utf-8"; null: the header is missing. ' +
      'Without parameters if the body or this header is masked.',
  })
  contentType: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The length in bytes; of a response, before secrets were removed; null: the body is masked.',
  })
  bytes: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The SHA-256 digest of the stored bytes, in hexadecimal; null: the body is masked.',
  })
  sha256: string | null;

  @Field(() => Boolean, {
    description:
      'Whether masking rules hide at least a part of the body from you. Bytes cannot be masked in part, so none are shown.',
  })
  masked: boolean;

  @Field(() => Boolean, { description: 'Whether only the beginning was stored or received.' })
  truncated: boolean;
}

/**
 * @param kept the stored bytes. @param total how many were sent or received. @param truncated whether `kept` ends early
 */
export function bodyOf(
  kept: Buffer,
  contentType: string | null,
  total = kept.length,
  truncated = total > kept.length,
): object {
  return {
    masked: false,
    text: () => textOf(kept, truncated),
    base64: () => kept.toString('base64'),
    contentType,
    bytes: total,
    sha256: () => createHash('sha256').update(kept).digest('hex'),
    truncated,
  };
}

// decoded as a stream if bytes are missing, because the cut may be inside a character
function textOf(bytes: Buffer, isTruncated: boolean): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isTruncated });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return null;
  }
}
