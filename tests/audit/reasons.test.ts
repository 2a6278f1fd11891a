// A reason that is asked for can be read back: of each mutation that takes one, in the trail and where READ_BACK says.
import { getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { askAs } from '../roles/own-session';
import { type Ids, schema } from '../roles/paths';
import { mutationArgs, seed } from '../roles/rows';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';

/** The fields that show the reason, beside `AuditEntry.reason`. A mutation that is not here is a fault. */
const READ_BACK: Record<string, string[]> = {
  approve: ['Approval.decisionReason'],
  cancelDelivery: ['Delivery.cancelReason'],
  decline: ['Approval.decisionReason'],
  eraseContent: ['Erasure.reason'],
  eraseDocument: ['Erasure.reason'],
  erasePerson: ['Erasure.reason'],
  exportEvidence: [],
  exportPersonalData: [],
  importWebhooks: [],
  pauseDeliveries: ['DeliveriesPause.reason'],
  pauseWebhook: ['Webhook.statusReason'],
  placeLegalHold: ['LegalHold.reason'],
  replayDeliveries: ['Replay.reason'],
  replayDelivery: ['Replay.reason'],
  requestLegalHoldRelease: ['Approval.reason'],
  requestReplay: ['Approval.reason'],
  restoreWebhookVersion: [],
  resumeDeliveries: [],
  resumeWebhook: ['Webhook.statusReason'],
  revealContent: [],
  rotateEvidenceKey: [],
  setRetention: ['RetentionLimit.reason'],
};

const withReason = Object.values(schema.getMutationType()?.getFields() ?? {})
  .filter(({ args }) => {
    const [input] = args.map(({ type }) => getNamedType(type));
    return isInputObjectType(input) && 'reason' in input.getFields();
  })
  .map(({ name }) => name);

let app: TestApp;
let partner: Receiver;
let ids: Ids;

beforeAll(async () => {
  const unlimited = { RATE_LIMIT_COST_PER_MINUTE: '0', RATE_LIMIT_REQUESTS_PER_SECOND: '0' };
  [app, partner] = await Promise.all([startTestApp(unlimited), startReceiver()]);
  ids = await seed(app, partner.url);
  // the second person that some of them ask for
  await app.keyFor('SYSTEM_MANAGER');
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

test('the schema has the fields, and no mutation has a reason that is not listed', () => {
  expect(withReason.sort()).toEqual(Object.keys(READ_BACK).sort());
  for (const place of Object.values(READ_BACK).flat()) {
    const [typeName = '', field = ''] = place.split('.');
    const type = schema.getType(typeName);
    expect([place, isObjectType(type) && field in type.getFields()]).toEqual([place, true]);
  }
});

test.each(withReason)('the reason of %s is in the audit trail', async (mutation) => {
  const reason = `Reason of ${mutation}, ticket 4711`;
  const key = mutation === 'revealContent' ? await app.keyFor('SUPPORT') : app.adminKey;
  const args = await mutationArgs(app, { ...ids, key }, mutation);
  const without = args.replace(/,? *reason: "[^"]*"/, '');
  const query = `mutation { ${mutation}(${without.replace(/ *}$/, `, reason: "${reason}" }`)}) { userErrors { message } } }`;
  const { data, errors } = await askAs(app, key, query.replaceAll('{,', '{'));
  expect({ errors, userErrors: data?.[mutation].userErrors }).toEqual({ errors: undefined, userErrors: [] });
  const trail = await app.ask(
    'query ($reason: String!) { auditEntries(where: { reason: { eq: $reason } }) { nodes { action reason } } }',
    { reason },
  );
  expect(trail.data.auditEntries.nodes[0]).toMatchObject({ reason });
});

/** The entries that have one of these reasons. */
async function entriesWith(reasons: readonly string[]): Promise<unknown[]> {
  return app.database.query('select action from audit_entries where reason = any($1::text[])', [reasons]);
}

test.each(withReason)(
  '%s refuses a reason of 10,000 characters, and one with a control character',
  async (mutation) => {
    const key = mutation === 'revealContent' ? await app.keyFor('SUPPORT') : app.adminKey;
    const args = await mutationArgs(app, { ...ids, key }, mutation);
    const without = args.replace(/,? *reason: "[^"]*"/, '').replace(/ *}$/, '');
    const reasons = ['x'.repeat(10_000), 'The bell \u0007 rings twice'];
    for (const reason of reasons) {
      const query = `mutation { ${mutation}(${without}, reason: ${JSON.stringify(reason)} }) { userErrors { field message } } }`;
      const { data, errors } = await askAs(app, key, query.replaceAll('{,', '{'));
      const fields = data?.[mutation]?.userErrors.map(({ field }: { field: string[] }) => field);
      expect({ errors, fields }).toEqual({ errors: undefined, fields: [['reason']] });
    }
    expect(await entriesWith(reasons)).toEqual([]);
  },
);
