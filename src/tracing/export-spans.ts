// Spans of the OpenTelemetry SDK, sent to a collector. Nothing waits for the collector: a limited number of spans waits for it, and what is
// lost is counted.
import {
  type Span as ApiSpan,
  SpanKind as Kinds,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type Sampler as SdkSampler,
  type SpanExporter,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';
import { createFaultLog, type Log } from '../logging/log';
import { type Attributes, countSpans, type Span, type SpanKind, type Tracer, type TracingSettings } from './span';
import { traceparent } from './traceparent';

/** Spans that wait for the collector, with those that are being sent. */
const MAX_WAITING = 4_096;
const BATCH = 512;
const EVERY_MS = 1_000;
/** A collector that answers later has not taken them. The exporter gives up earlier, unless the answer comes byte by byte. */
const EXPORT_MS = 15_000;
const STOP_MS = 1_000;

export function createTracer({ endpoint, ...sampling }: TracingSettings, log: Pick<Log, 'warn'>): Tracer {
  const note = createFaultLog((error, unwritten) =>
    log.warn({ err: error, unwritten }, 'spans are lost: the collector does not take them'),
  );
  const waiting = { spans: 0 };
  const exporter = counting(new OTLPTraceExporter({ url: tracesUrl(endpoint) }), waiting, note);
  const batches = new BatchSpanProcessor(exporter, {
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: EVERY_MS,
    exportTimeoutMillis: EXPORT_MS,
  });
  const provider = new NodeTracerProvider({
    sampler: samplerOf(sampling),
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'hookledger' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [limiting(batches, waiting)],
  });
  const tracer = provider.getTracer('hookledger');
  return {
    start(name, kind, parent) {
      const context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(parent));
      const span = tracer.startSpan(name, { kind: KINDS[kind] }, context);
      return span.isRecording() ? new ExportedSpan(span) : null;
    },
    async stop() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, STOP_MS);
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

const KINDS: Readonly<Record<SpanKind, Kinds>> = {
  SERVER: Kinds.SERVER,
  CLIENT: Kinds.CLIENT,
  INTERNAL: Kinds.INTERNAL,
};

class ExportedSpan implements Span {
  readonly traceparent: string;

  constructor(private readonly span: ApiSpan) {
    const { traceId, spanId } = span.spanContext();
    this.traceparent = traceparent(traceId, spanId, true);
  }

  set(attributes: () => Attributes): void {
    this.span.setAttributes(attributes());
  }

  link(other: string | null): void {
    if (other !== null) this.span.addLink({ context: contextOf(other) });
  }

  end(fault: string | null = null): void {
    if (fault !== null) {
      this.span.setAttribute('error.type', fault);
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

/** @param kept a text that Hookledger keeps */
function contextOf(kept: string): SpanContext {
  const [, traceId = '', spanId = '', flags = ''] = kept.split('-');
  return { traceId, spanId, traceFlags: Number(flags), isRemote: true };
}

function tracesUrl(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`;
}

function samplerOf({ sampler, ratio }: Pick<TracingSettings, 'sampler' | 'ratio'>): SdkSampler {
  const root = ROOTS[sampler.replace('parentbased_', '')]?.(ratio) ?? new AlwaysOnSampler();
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

const ROOTS: Readonly<Record<string, (ratio: number) => SdkSampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
};

/** Of an ExportResult. */
const TAKEN = 0;
const NOT_TAKEN = 1;

/** The SDK drops what is too much without a word. */
function limiting(batches: SpanProcessor, waiting: { spans: number }): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd(span) {
      if (waiting.spans >= MAX_WAITING) return countSpans('queue_full', 1);
      waiting.spans += 1;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}

function counting(exporter: SpanExporter, waiting: { spans: number }, note: (error: unknown) => void): SpanExporter {
  return {
    export(spans, done) {
      let timer: NodeJS.Timeout | null = null;
      const ended: typeof done = (result) => {
        if (timer === null) return;
        clearTimeout(timer);
        timer = null;
        waiting.spans -= spans.length;
        const isTaken = result.code === TAKEN;
        countSpans(isTaken ? 'exported' : 'export_failed', spans.length);
        if (!isTaken) note(result.error);
        done(result);
      };
      timer = setTimeout(
        () => ended({ code: NOT_TAKEN, error: new Error(`no answer within ${EXPORT_MS} ms`) }),
        EXPORT_MS,
      );
      timer.unref();
      exporter.export(spans, ended);
    },
    shutdown: () => exporter.shutdown(),
  };
}
