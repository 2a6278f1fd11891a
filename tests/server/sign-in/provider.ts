import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { cookiesOf } from '../../support/browser-session';
import { type RawAnswer, type RawRequest, sendRaw } from '../../support/raw-http';

export interface TestProvider {
  issuer: string;
  /** Whom it signs in from now on; `declines`: the person does not want to. */
  setAccount(account: { sub: string; declines?: boolean; [claim: string]: unknown }): Promise<void>;
  /** A JWT that the provider has signed. */
  sign(claims: object, header?: object): Promise<string>;
  stop(): Promise<void>;
}

export async function startProvider(appUrl: string, port: number): Promise<TestProvider> {
  const program = spawn(
    process.execPath,
    [join(__dirname, 'provider-program.mjs'), String(port), `${appUrl}/auth/callback`, `${appUrl}/`],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH } },
  );
  await new Promise<void>((resolve, reject) => {
    program.stdout.once('data', () => resolve());
    program.once('exit', (code) => reject(new Error(`the provider ended with ${code}`)));
  });
  const issuer = `http://127.0.0.1:${port}`;
  return {
    issuer,
    setAccount: async (account) => void (await sendRaw(`${issuer}/account`, { body: JSON.stringify(account) })),
    sign: async (claims, header = {}) =>
      (await sendRaw(`${issuer}/logout-token`, { body: JSON.stringify({ claims, header }) })).text,
    stop: () => stopped(program),
  };
}

function stopped(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    program.once('exit', () => resolve());
    program.kill();
  });
}

/** A browser: follows links, and keeps the cookies of each host and port. */
export class TestBrowser {
  private readonly cookies = new Map<string, Map<string, string>>();

  get(url: string): Promise<RawAnswer> {
    return this.send(url, { method: 'GET' });
  }

  /** Sends a form. */
  post(url: string, fields: Record<string, string>): Promise<RawAnswer> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.send(url, { headers, body: new URLSearchParams(fields).toString() });
  }

  private async send(url: string, request: RawRequest): Promise<RawAnswer> {
    const jar = this.jarOf(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await sendRaw(url, { ...request, headers: { ...request.headers, ...(cookie && { cookie }) } });
    for (const set of cookiesOf(answer)) {
      const [name = '', value = ''] = set.split(/=(.*)/s);
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** Follows redirects until an address begins with `until`, which it does not open. @returns that address */
  async follow(url: string, until: string): Promise<string> {
    let at = url;
    for (let step = 0; step < 10 && !at.startsWith(until); step += 1) {
      const { headers, text, status } = await this.get(at);
      if (!headers.location) throw new Error(`${at} answers ${status}: ${text}`);
      at = new URL(headers.location, at).href;
    }
    return at;
  }

  cookie(url: string, name: string): string | undefined {
    return this.jarOf(url).get(name);
  }

  private jarOf(url: string): Map<string, string> {
    const { host } = new URL(url);
    const jar = this.cookies.get(host) ?? new Map<string, string>();
    this.cookies.set(host, jar);
    return jar;
  }
}
