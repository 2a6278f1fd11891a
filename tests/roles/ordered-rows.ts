import type { TestApp } from '../support/app';

export async function makeExport(app: TestApp): Promise<string> {
  const input = '{ where: { referenceDocument: { eq: "INV-0042" } } }';
  const answer = await app.ask(`mutation { exportWebhookRequestLogs(input: ${input}) { export { id } } }`);
  // as that of a file about a user
  await app.database.query('update exports set user_id = ordered_by');
  return answer.data.exportWebhookRequestLogs.export.id;
}

export async function makeRun(app: TestApp): Promise<string> {
  const answer = await app.ask('mutation { verifyEvidence(input: {}) { evidenceRun { id } } }');
  return answer.data.verifyEvidence.evidenceRun.id;
}

export async function signedSize(app: TestApp): Promise<number> {
  const { data } = await app.ask('{ evidenceHeads(first: 1) { nodes { treeSize } } }');
  return data.evidenceHeads.nodes[0].treeSize;
}
