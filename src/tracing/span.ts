// What a span is, which traces are sampled, and how many spans were lost.

export type Attributes = Readonly<Record<string, string | number | undefined>>;

export interface Span {
  /** Where what it leads to belongs: in this span, or, if it is not exported, where the span itself belongs. null: in no trace. */
  readonly traceparent: string | null;
  /** @param attributes called only if the span is exported */
  set(attributes: () => Attributes): void;
  /** Names a span elsewhere that it also belongs to. */
  link(traceparent: string | null): void;
  /** @param fault the code of an error. A span that is never ended is not exported */
  end(fault?: string | null): void;
}

export type SpanKind = 'SERVER' | 'CLIENT' | 'INTERNAL';

/** What export-spans.ts makes. */
export interface Tracer {
  /** @param parent null: a new trace begins @returns null: it is not sampled */
  start(name: string, kind: SpanKind, parent: string | null): Span | null;
  stop(): Promise<void>;
}

export interface TracingSettings {
  /** The address of a collector, to which `/v1/traces` is added. */
  endpoint: string;
  sampler: Sampler;
  /** Which part of the traces is sampled, 0 to 1. */
  ratio: number;
}

export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type Sampler = (typeof SAMPLERS)[number];

/** Why spans were lost: the queue was full, since the collector took too few; the collector did not take them. */
export const LOSSES = ['queue_full', 'export_failed'] as const;
const lost = { queue_full: 0, export_failed: 0 };
let exported = 0;

export function countSpans(outcome: (typeof LOSSES)[number] | 'exported', spans: number): void {
  if (outcome === 'exported') exported += spans;
  else lost[outcome] += spans;
}

export function spanCounts(): { exported: number; lost: Readonly<typeof lost> } {
  return { exported, lost };
}
