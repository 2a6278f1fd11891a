// Where the log goes. That it cannot be written must not end or stop the process, nor its stop, nor fill its memory: pino's own output
// does so on a full disk, and for a pipe that is not read.
import fs from 'node:fs';
import pino from 'pino';

/** Of lines that wait to be written. The newest are dropped beyond it. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Longer than most lines, so that a write takes many of them. */
const MAX_WRITE_BYTES = 64 * 1024;
const RETRY_MS = 250;
/** A pipe that is full for the moment: its reader empties it soon. */
const FULL_PIPE_RETRY_MS = 20;
/** How long the end of the process waits for a pipe that is full. */
const LAST_FLUSH_MS = 500;
const LAST_FLUSH_REST_MS = 10;

export interface LogOutput {
  write(line: string): void;
  /** Writes what waits, if that is possible now. pino calls it after a fatal line. */
  flushSync(): void;
  /** Lines that were dropped because they could not be written. */
  lostLines(): number;
}

/** The calls of a file system, for tests. */
export interface Writing {
  write(fd: number, bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void): void;
  writeSync(fd: number, bytes: Buffer): number;
}

/**
 * Writes lines in order, without waiting for them. A write that fails, as on a full disk, is repeated; lines that do not fit in memory
 * meanwhile are counted, and a line with their number follows once writing succeeds.
 */
export function createLogOutput(fd: number, system: Writing = fs): LogOutput {
  let lines: Buffer[] = [];
  let bytes = 0;
  /** Taken from `lines`; a part of it may have been written. */
  let chunk = Buffer.alloc(0);
  let underWay = false;
  let resting: NodeJS.Timeout | null = null;
  let isReaderGone = false;
  let lost = 0;
  let unreported = 0;

  function write(line: string): void {
    if (isReaderGone) return;
    const added = Buffer.from(line);
    if (bytes + added.length > MAX_WAITING_BYTES) {
      lost += 1;
      unreported += 1;
      return;
    }
    lines.push(added);
    bytes += added.length;
    if (!underWay && resting === null) writeNext();
  }

  function takeChunk(): void {
    if (chunk.length > 0) return;
    let size = 0;
    const taken = lines.findIndex((line) => {
      size += line.length;
      return size >= MAX_WRITE_BYTES;
    });
    chunk = Buffer.concat(taken < 0 ? lines : lines.slice(0, taken + 1));
    lines = taken < 0 ? [] : lines.slice(taken + 1);
  }

  function written(n: number): void {
    chunk = chunk.subarray(n);
    bytes -= n;
    if (chunk.length > 0 || unreported === 0) return;
    const line = `{"level":40${pino.stdTimeFunctions.isoTime()},"pid":${process.pid},"lines":${unreported},"msg":"${LOST}"}\n`;
    unreported = 0;
    write(line);
  }

  function writeNext(): void {
    takeChunk();
    if (chunk.length === 0) return;
    underWay = true;
    system.write(fd, chunk, (error, n) => {
      underWay = false;
      if (error === null) {
        written(n);
        writeNext();
      } else if (error.code === 'EPIPE') {
        // there will be no other reader
        isReaderGone = true;
        lines = [];
        chunk = Buffer.alloc(0);
        bytes = 0;
      } else {
        const rest = error.code === 'EAGAIN' ? FULL_PIPE_RETRY_MS : RETRY_MS;
        resting = setTimeout(() => {
          resting = null;
          writeNext();
        }, rest).unref();
      }
    });
  }

  function flushSync(): void {
    // what is under way is written by a thread, for which the end of the process waits
    let rest = Buffer.concat(underWay ? lines : [chunk, ...lines]);
    if (!underWay) chunk = Buffer.alloc(0);
    lines = [];
    const end = performance.now() + LAST_FLUSH_MS;
    while (rest.length > 0) {
      try {
        const n = system.writeSync(fd, rest);
        rest = rest.subarray(n);
        bytes -= n;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() > end) break;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_FLUSH_REST_MS);
      }
    }
    if (rest.length > 0) lines.unshift(rest);
  }

  return { write, flushSync, lostLines: () => lost };
}

const LOST = 'lines of the log could not be written, and are lost';

let ofThisProcess: LogOutput | undefined;

/** Of standard output. */
export const lostLogLines = (): number => ofThisProcess?.lostLines() ?? 0;

/** Standard output. What waits is written when the process ends. */
export function standardOutput(): LogOutput {
  if (ofThisProcess === undefined) {
    // reading `process.stdout` makes a pipe answer EAGAIN when it is full: a write that waits would keep the process from ending
    ofThisProcess = createLogOutput(process.stdout.fd);
    process.on('exit', ofThisProcess.flushSync);
  }
  return ofThisProcess;
}
