// The one function that content of a row passes on its way to a viewer, whether a resolver or a read plan has read it.
import { HIDDEN, hiddenJson, maskedJson, networkOf } from './mask-value';
import type { Mask, Masks } from './masks-of-viewer';
import { MASKED_PARTS, type MaskedPart, type Origin } from './rule';

/**
 * FILTER: conditions of other users, which may name values of content. ADDRESS: the address of a partner, of which SUPPORT
 * sees the network. No rule is about these.
 */
export const CONTENT_PARTS = [...MASKED_PARTS, 'FILTER', 'ADDRESS'] as const;
export type ContentPart = (typeof CONTENT_PARTS)[number];

/** How the value of a field is made. */
export type ContentForm = 'JSON' | 'BODY' | 'HEADER_LIST';

const BODY_OF: Partial<Record<MaskedPart, MaskedPart>> = { HEADERS: 'DATA', RESPONSE_HEADERS: 'RESPONSE' };
const HEADERS_OF: Partial<Record<MaskedPart, MaskedPart>> = { DATA: 'HEADERS', RESPONSE: 'RESPONSE_HEADERS' };

/**
 * Headers that have the length or a digest of the body, such as content-length, etag, repr-digest, x-amz-content-sha256 and
 * x-goog-hash: from a digest, short values can be found by trying.
 */
const ABOUT_BODY = /(?:^|[-_.])(?:length|range|digest|checksum|hash|etag|md5|crc\d*c?|sha-?\d+)(?:[-_.]|$)/;

/** @param value as a viewer gets it from whom nothing is masked. It belongs to the caller, and is changed */
export function maskedContent(masks: Masks, part: ContentPart, form: ContentForm, origin: Origin, value: unknown) {
  if (masks.seesAll || value === null || value === undefined) return value;
  if (part === 'FILTER') return withoutValues(value);
  if (part === 'ADDRESS') return masks.showsAddresses ? value : networkOf(value as string);
  const mask = masks.of(part, origin);
  const bodyPart = BODY_OF[part];
  if (bodyPart) return maskedHeaders(mask, masks.of(bodyPart, origin).isWhole, form, value);
  if (form !== 'BODY') return mask.isWhole ? value : maskedJson(mask.stateOf, value);
  if (!mask.isWhole) return maskedBody(value as Body);
  const headers = masks.of(HEADERS_OF[part] as MaskedPart, origin);
  return showsType(headers) ? value : { ...(value as Body), contentType: bareType(value as Body) };
}

type Header = { name: string; value: string };

function maskedHeaders(mask: Mask, showsBody: boolean, form: ContentForm, value: unknown): unknown {
  if (form === 'HEADER_LIST') {
    return (value as readonly Header[]).map((header) => {
      const key = header.name.toLowerCase();
      const { [key]: shown } = maskedHeaderObject(mask, showsBody, { [key]: header.value });
      return { name: header.name, value: shown };
    });
  }
  return maskedHeaderObject(mask, showsBody, value as Record<string, string>);
}

function maskedHeaderObject(mask: Mask, showsBody: boolean, headers: Record<string, string>): Record<string, unknown> {
  const shown = mask.isWhole ? headers : (maskedJson(mask.stateOf, headers) as Record<string, unknown>);
  if (!showsBody) for (const name of Object.keys(shown)) if (ABOUT_BODY.test(name)) shown[name] = HIDDEN;
  return shown;
}

interface Body {
  contentType: string | null;
  truncated: boolean;
}

/** Bytes cannot be masked in part. */
function maskedBody(body: Body): object {
  const { truncated } = body;
  return { masked: true, text: null, base64: null, contentType: bareType(body), bytes: null, sha256: null, truncated };
}

/** Without parameters, which may have values too. */
function bareType({ contentType }: Body): string | null {
  return contentType?.split(';')[0]?.trim() ?? null;
}

const TYPE = 'text/plain; charset=utf-8';

/** @param headers what is hidden of the headers of the body */
function showsType(headers: Mask): boolean {
  if (headers.isWhole) return true;
  const { 'content-type': shown } = maskedJson(headers.stateOf, { 'content-type': TYPE }) as Record<string, unknown>;
  return shown === TYPE;
}

/**
 * The filters on content, by the names that they have in every `where`; `text` is that of the query `search`, and `texts` are those
 * of both in the audit trail.
 */
const FILTERS_ON_CONTENT = new Set(['data', 'remoteAddress', 'response', 'search', 'text', 'texts', 'url']);

/** What the audit trail has of a filter that was too long for it, as JSON that is cut off. */
const OF_SHORTENED = new Set(['begins', 'sha256']);

/** A condition, or an object that may have some within, such as what a row of the audit trail keeps: it is copied. */
function withoutValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutValues);
  if (typeof value !== 'object' || value === null) return value;
  const hidden = 'begins' in value && 'characters' in value ? OF_SHORTENED : FILTERS_ON_CONTENT;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      hidden.has(key) ? hiddenJson(structuredClone(each)) : withoutValues(each),
    ]),
  );
}
