import type { ServerResponse } from 'node:http';
import { finished, pipeline, type Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { once } from '../edge/closing';
import { tooMany } from '../edge/http-errors';
import { takesCoding } from '../edge/read-body';

const RETRY_S = 10;

/** The open downloads of this process. */
export interface Downloads {
  /** Takes a slot. @returns a function that gives it back, once. @throws Refusal 429 */
  take(apiKeyId: string): () => void;
  /** Calls `ended`, which does not fail, when the response has ended; `broke` is true if it was not sent completely. */
  follow(response: ServerResponse, file: Readable, ended: (broke: boolean) => Promise<void>): void;
  /** Breaks off all downloads, and those that are about to begin. */
  stop(): void;
  /** Resolves when every `ended` has finished. */
  settled(): Promise<void>;
}

export function createDownloads({ perKey, inAll }: { perKey: number; inAll: number }): Downloads {
  const byKey = new Map<string, number>();
  const files = new Set<Readable>();
  const endings = new Set<Promise<void>>();
  let free = inAll;
  let isStopping = false;

  return {
    take(apiKeyId) {
      const own = byKey.get(apiKeyId) ?? 0;
      if (own >= perKey) throw tooMany(`${perKey} downloads with this API key are under way.`, RETRY_S);
      if (free === 0) throw tooMany(`${inAll} downloads are under way.`, RETRY_S);
      free -= 1;
      byKey.set(apiKeyId, own + 1);
      return once(() => {
        free += 1;
        const left = (byKey.get(apiKeyId) ?? 0) - 1;
        if (left > 0) byKey.set(apiKeyId, left);
        else byKey.delete(apiKeyId);
      });
    },
    follow(response, file, ended) {
      files.add(file);
      if (isStopping) file.destroy(stopped());
      const ending = new Promise<void>((resolve) => {
        finished(response, (error) => {
          files.delete(file);
          ended(error != null).finally(resolve);
        });
      }).finally(() => endings.delete(ending));
      endings.add(ending);
    },
    stop() {
      isStopping = true;
      for (const file of files) file.destroy(stopped());
    },
    async settled() {
      await Promise.all(endings);
    },
  };
}

const stopped = () => new Error('the server stops');

/** The file as it is sent: compressed, if the client takes that. Sets the header for it. */
export function gzipFile(request: FastifyRequest, reply: FastifyReply, file: Readable): Readable {
  reply.header('vary', 'accept-encoding');
  if (!takesCoding(request.headers['accept-encoding'], 'gzip')) return file;
  reply.header('content-encoding', 'gzip');
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  // if either of the two breaks, the other one and the response break too
  return pipeline(file, gzip, () => undefined);
}
