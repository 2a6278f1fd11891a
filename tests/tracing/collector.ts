// An OTLP/HTTP collector: a real HTTP server that keeps the spans it was sent.
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';

export interface SentSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  links: { traceId: string; spanId: string }[];
  /** 2: an error. */
  status: { code: number };
  attributes: Record<string, string | number>;
}

export interface Collector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  endpoint: string;
  receiver: Receiver;
  spans(): SentSpan[];
  /** @param names of the spans that a trace must have, each as often as given */
  trace(traceId: string, ...names: string[]): Promise<SentSpan[]>;
  stop(): Promise<void>;
}

interface OtlpValue {
  stringValue?: string;
  intValue?: number | string;
}
interface OtlpSpan extends Omit<SentSpan, 'attributes' | 'links'> {
  links?: SentSpan['links'];
  attributes: { key: string; value: OtlpValue }[];
}
export interface OtlpBody {
  resourceSpans: {
    resource: { attributes: { key: string; value: OtlpValue }[] };
    scopeSpans: { spans: OtlpSpan[] }[];
  }[];
}

export async function startCollector(): Promise<Collector> {
  const receiver = await startReceiver();
  const bodies = () => receiver.calls.map(({ body }) => JSON.parse(body.toString()) as OtlpBody);
  const spans = () =>
    bodies().flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans.map(sentSpan))),
    );
  return {
    endpoint: new URL(receiver.url).origin,
    receiver,
    spans,
    trace: (traceId, ...names) =>
      waitFor(`the spans ${names} of ${traceId}`, () => {
        const own = spans().filter((span) => span.traceId === traceId);
        const wanted = [...names].sort().join();
        const found = own.map(({ name }) => name).sort();
        return found.join() === wanted ? own : null;
      }),
    stop: receiver.stop,
  };
}

function sentSpan({ attributes, links = [], ...span }: OtlpSpan): SentSpan {
  const values = attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)] as const);
  return { ...span, links, attributes: Object.fromEntries(values) };
}
