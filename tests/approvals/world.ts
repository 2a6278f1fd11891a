// An application with an identity provider, and holds whose release its people request and approve. The provider itself is not
// asked: people sign in as its way back does it.
import { uuidOf } from '../../src/values/ids';
import { openStore, type Store, tamperWith } from '../evidence/stored-tree';
import { startTestApp, type TestApp } from '../support/app';
import { askIn } from '../support/browser-session';
import { askMutation, mutate } from '../support/mutate';
import { unusedPort } from '../support/program';

export interface Fault {
  field: string[] | null;
  code: string;
  message: string;
}

export interface Asked {
  approval: { id: string; takesEffectAt: string | null } | null;
  userErrors: Fault[];
}

export interface World {
  app: TestApp;
  store: Store;
  issuer: string;
  /** Requests the release of a hold that the administrator has placed, with a key or in a browser. */
  request(by: Record<string, string> | string): Promise<Asked>;
  /** @returns the id of the approval */
  requested(by: Record<string, string> | string): Promise<string>;
  approve(id: string, headers: Record<string, string>): Promise<Fault[]>;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  approval(id: string): Promise<any>;
  /** How many hours from now it takes effect without a second person; null: it needs one. */
  hoursLeft(id: string): Promise<number | null>;
  /** Some of its time has passed. */
  passHours(id: string, hours: number): Promise<void>;
  /** As after the start: the administrator alone, and nothing waits. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const HOUR = 3_600_000;

export async function startWorld(): Promise<World> {
  const issuer = `http://127.0.0.1:${await unusedPort()}`;
  const app = await startTestApp({
    PROCESSES: 'api',
    PUBLIC_URL: 'http://127.0.0.1',
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: 'hookledger',
    OIDC_CLIENT_SECRET: 'hunter2',
  });
  const store = await openStore(app.database);

  async function request(by: Record<string, string> | string): Promise<Asked> {
    const hold = { name: 'Case', documentType: 'Sales Invoice', reason: 'The court asked for it' };
    const { legalHold } = await mutate(app, 'placeLegalHold', hold, 'legalHold { id }');
    const input = { id: legalHold.id, reason: 'The case was closed' };
    const fields = 'approval { id takesEffectAt }';
    if (typeof by === 'string') {
      return (await askMutation(app, 'requestLegalHoldRelease', input, fields, by)).data.requestLegalHoldRelease;
    }
    const query = `mutation ($input: RequestLegalHoldReleaseInput!) { requestLegalHoldRelease(input: $input) {
      ${fields} userErrors { field code message } } }`;
    return (await askIn(app.url, by, query, { input })).data.requestLegalHoldRelease;
  }

  async function approval(id: string) {
    const { data } = await app.ask(
      'query ($id: ID!) { approval(id: $id) { status takesEffectAt decidedBy { id } legalHold { releasedAt } } }',
      { id },
    );
    return data.approval;
  }

  return {
    app,
    store,
    issuer,
    request,
    approval,
    async requested(by) {
      const { approval: made, userErrors } = await request(by);
      expect(userErrors).toEqual([]);
      return made?.id as string;
    },
    async approve(id, headers) {
      const query = `mutation { approve(input: { id: "${id}", reason: "Seen" }) { userErrors { field code message } } }`;
      return (await askIn(app.url, headers, query)).data.approve.userErrors;
    },
    async hoursLeft(id) {
      const { takesEffectAt } = await approval(id);
      return takesEffectAt && Math.round((Date.parse(takesEffectAt) - Date.now()) / HOUR);
    },
    async passHours(id, hours) {
      const sql = 'update approvals set takes_effect_at = takes_effect_at - make_interval(hours => $2) where id = $1';
      await app.database.query(sql, [uuidOf('Approval', id), hours]);
    },
    reset: () =>
      tamperWith(app.database, [
        `update users set active = false, email = null where name <> 'Administrator'`,
        `update approvals set status = 'DECLINED', decided_by = requested_by, decided_at = now() where status = 'WAITING'`,
        `update approval_rules set issuer = '${issuer}'`,
      ]),
    async stop() {
      await store.source.destroy();
      await app.stop();
    },
  };
}
