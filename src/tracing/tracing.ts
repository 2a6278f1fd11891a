// Spans of what happens to an event, for OpenTelemetry. While no collector is set, nothing of OpenTelemetry is loaded, and a span is an
// object that only passes on where it belongs. A span has ids, counts and codes: no content, address, header or name of a person.
import type { Log } from '../logging/log';
import type { Span, SpanKind, Tracer, TracingSettings } from './span';

let tracer: Tracer | null = null;

/** @returns how to stop it. What the collector has not taken by then is lost */
export async function startTracing(settings: TracingSettings, log: Pick<Log, 'warn'>): Promise<() => Promise<void>> {
  const { createTracer } = await import('./export-spans');
  const own = createTracer(settings, log);
  tracer = own;
  return () => {
    if (tracer === own) tracer = null;
    return own.stop();
  };
}

export function isTracing(): boolean {
  return tracer !== null;
}

/** A span of a request, which begins a trace if its caller gave none. */
export function startRequestSpan(name: string, parent: string | null): Span {
  return tracer?.start(name, 'SERVER', parent) ?? notExported(parent);
}

/** A span of what happens in a trace. Without one, none begins: it was not sampled, or nobody asked for it. */
export function startSpan(name: string, parent: string | null, kind: SpanKind = 'INTERNAL'): Span {
  return (parent !== null && tracer?.start(name, kind, parent)) || notExported(parent);
}

class NotExported implements Span {
  constructor(readonly traceparent: string | null) {}
  set(): void {}
  link(): void {}
  end(): void {}
}

const IN_NO_TRACE = new NotExported(null);

function notExported(parent: string | null): Span {
  return parent === null ? IN_NO_TRACE : new NotExported(parent);
}
