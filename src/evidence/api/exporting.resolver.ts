import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Denied, InputError, type UserError } from '../../errors';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf, refuseMasked } from '../../graphql/roles/masked';
import { answer } from '../../graphql/user-error';
import { toNodeId } from '../../ids';
import type { Masks } from '../../masking/masks-of-viewer';
import { conditionOfInput } from '../../request-log/export/condition-of-input';
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { reasonFault } from '../../text';
import type { Viewer } from '../../viewer';
import { type Bundle, exportBundle, type RowsToProve } from '../exporting/bundle';
import type { Part } from '../exporting/disclosed-parts';
import { filteredRows } from '../exporting/filtered-rows.store';
import { type NamedRow, namedRows, rowsToExport } from '../exporting/rows-to-export';
import type { FactsOf, LeafKind } from '../formats/leaf-kinds';
import { isSize } from '../formats/tree-proofs';
import { newestHead, type SignedHead } from '../head.store';
import { tilesOf } from '../tree.store';
import { EvidenceBundleType } from './evidence.type';
import { ExportEvidenceInput } from './exporting.inputs';
import { hidesLength } from './hidden-length';

const ExportEvidencePayload = payloadOf('ExportEvidence', { bundle: [() => EvidenceBundleType, 'The bundle.'] });

/** The parts that masking rules may hide; in audit entries, the filters of other users. */
const CONTENT: readonly Part[] = ['BODY', 'WIRE_BODY', 'HEADERS', 'RESPONSE', 'RESPONSE_HEADERS', 'URL', 'DETAILS'];

const MAX_IDS = 1_000;
const MAX_EARLIER = 10;

/** The rows to prove. */
type Choice = { named: readonly NamedRow[] } | { where: object; condition: Condition };

@Resolver()
export class ExportingResolver {
  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Mutation(() => ExportEvidencePayload, {
    description: withExample(
      'Makes a bundle: the proofs of these rows, with the disclosed parts, to be checked offline with ' +
        'verify-evidence.mjs. The audit trail records it. A bundle has at most 64 MiB; above, the error is ' +
        'LIMIT_EXCEEDED.',
      'mutation {\n  exportEvidence(input: {\n    ids: ["req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e"]\n    disclose: [BODY, RESPONSE]\n' +
        '    reason: "Dispute with the partner about SINV-0042"\n  }) { bundle { text sha256 rowCount } userErrors { field code message } }\n}',
    ),
  })
  exportEvidence(
    @Ctx() context: Context,
    @Arg('input', () => ExportEvidenceInput, { description: 'The rows, and the parts to disclose.' })
    input: ExportEvidenceInput,
  ) {
    return answer({ bundle: null as Bundle | null }, async () => {
      const viewer = context.viewer as Viewer;
      const masks = masksOf(context);
      if (input.disclose.some((part) => CONTENT.includes(part)))
        refuseMasked(masks, 'ExportEvidenceInput.disclose', ['input', 'disclose']);
      const choice = checkedChoice(masks.seesAll, input);
      return { bundle: await context.transaction((db) => exported(db, viewer, masks, choice, input)) };
    });
  }
}

async function exported(
  db: Db,
  viewer: Viewer,
  masks: Masks,
  choice: Choice,
  { disclose, earlierSizes, reason }: ExportEvidenceInput,
): Promise<Bundle> {
  const head = await newestHead(db);
  const rows = await chosenRows(db, choice, head);
  const tree = { head: head as SignedHead, read: tilesOf(db) };
  const where = 'where' in choice ? choice.where : null;
  const check = (kind: LeafKind, row: FactsOf[LeafKind]) => refuseHiddenLength(masks, kind, row, choice);
  const order = { where, disclose: [...new Set(disclose)], earlierSizes, reason: reason.trim(), check };
  return exportBundle(db, viewer, rows, tree, order);
}

/** @throws Denied */
function refuseHiddenLength(masks: Masks, kind: LeafKind, row: FactsOf[LeafKind], choice: Choice): void {
  if (!hidesLength(masks, kind, row)) return;
  const field = 'where' in choice ? 'where' : 'ids';
  const message =
    `Masking rules hide the response of ${toNodeId('WebhookRequestLog', row.id)} from you, and its proof has the length of this ` +
    `response: leave it out of ${field}.`;
  throw new Denied(`ExportEvidenceInput.${field}`, message, ['input', field]);
}

async function chosenRows(db: Db, choice: Choice, head: SignedHead | null): Promise<RowsToProve> {
  return 'where' in choice
    ? filteredRows(db, choice.condition, head)
    : { rows: await rowsToExport(db, choice.named, head), notSealed: 0 };
}

/** @throws InputError for every fault of the input */
function checkedChoice(seesAll: boolean, { ids, where, earlierSizes, reason }: ExportEvidenceInput): Choice {
  const faults: UserError[] = [];
  const add = (field: string[], message: string, code: UserError['code'] = 'INVALID') =>
    faults.push({ field, code, message });
  if (ids != null && where != null) add(['where'], 'Give ids or where, not both.');
  if (ids == null && where == null) {
    add(['ids'], 'Give ids, which name rows, or where, which filters requests.', 'REQUIRED');
  }
  if (ids && (ids.length < 1 || ids.length > MAX_IDS)) {
    add(
      ['ids'],
      `ids must name 1 to ${MAX_IDS} rows, not ${ids.length}.`,
      ids.length > MAX_IDS ? 'TOO_LARGE' : 'REQUIRED',
    );
  }
  const named = ids && ids.length <= MAX_IDS ? namedRows(ids, faults) : [];
  if (earlierSizes.length > MAX_EARLIER) {
    add(
      ['earlierSizes'],
      `earlierSizes must name at most ${MAX_EARLIER} heads, not ${earlierSizes.length}.`,
      'TOO_LARGE',
    );
  }
  earlierSizes.forEach((size, at) => {
    if (!isSize(size))
      add(['earlierSizes', String(at)], `It must be a whole number of leaves, at least 1, not ${size}.`);
  });
  const fault = reasonFault(reason);
  if (fault !== null) faults.push(fault);
  const condition = where == null ? null : conditionOf(seesAll, where, faults);
  if (faults.length > 0) throw new InputError(faults);
  return where != null && condition !== null ? { where, condition } : { named };
}

/** @param faults gains those of the filter */
function conditionOf(
  seesAll: boolean,
  where: NonNullable<ExportEvidenceInput['where']>,
  faults: UserError[],
): Condition | null {
  try {
    return conditionOfInput(seesAll, where);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push(...error.errors);
    return null;
  }
}
