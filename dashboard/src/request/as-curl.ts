// A request as a curl command, for a shell. Headers with credentials are recorded without their values, and are left out.

interface SentRequest {
  method: string | null | undefined;
  url: string | null | undefined;
  headers: readonly { name: string; value: string }[];
  /** null: the body is no text, or none was kept. */
  body: string | null;
}

/** What curl sets by itself, and what belongs to one connection. */
const LEFT_OUT = ['host', 'content-length', 'connection', 'transfer-encoding', 'accept-encoding'];
const HIDDEN = /^(\*+|\[.*\])$/;

export function asCurl({ method, url, headers, body }: SentRequest): string {
  const kept = headers.filter(({ name, value }) => !LEFT_OUT.includes(name.toLowerCase()) && !HIDDEN.test(value));
  return [
    `curl -X ${quoted(method ?? 'POST')} ${quoted(url ?? '')}`,
    ...kept.map(({ name, value }) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-binary ${quoted(body)}`]),
  ].join(' \\\n  ');
}

/** One word of a POSIX shell: nothing inside is replaced or run. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
