import { Arg, Ctx, Field, Float, ID, InputType, Mutation, Resolver } from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import { Denied, faultsBelow, InputError, type UserError } from '../../errors/errors';
import { OneOf } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf, refuseMasked } from '../../graphql/roles/masked';
import { answer, payloadOf } from '../../graphql/user-error';
import type { Masks } from '../../masking/masks-of-viewer';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';
import { conditionOfInput } from '../../request-log/export/request-export';
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { readNodeId, toNodeId } from '../../values/ids';
import { REASON_RULE, reasonFault } from '../../values/reason';
import { type Bundle, exportBundle, hidesLength, type Part, type RowsToProve } from '../exporting/bundle';
import { filteredRows } from '../exporting/filtered-rows.store';
import { faultsOfIds, type NamedRow, rowsToExport } from '../exporting/rows-to-export';
import type { FactsOf, LeafKind } from '../formats/leaf-kinds';
import { isSize } from '../formats/tree-proofs';
import { newestHead, type SignedHead } from '../head.store';
import { tilesOf } from '../tree.store';
import { EvidenceBundleType, EvidencePartEnum } from './evidence.type';

@OneOf()
@InputType('EvidenceRows', { description: 'Sealed rows.' })
class EvidenceRows {
  @Field(() => [ID], {
    nullable: true,
    description:
      'Requests (req_...), events (evt_...), audit entries (aud_...), deliveries (dlv_...), users (usr_...) and webhooks (whk_...), ' +
      '1 to 1,000, each once. They must be sealed. A delivery stands for the decisions about it: why it was not sent, or given ' +
      'up; a user or webhook for the names that it had. FORBIDDEN: a request whose ' +
      'response masking rules hide from you, because its proof has the length of the response.',
  })
  ids?: string[];

  @Field(() => RequestLogWhere, {
    nullable: true,
    description:
      'The filter of the requests, as in `webhookRequestLogs`: { documentType: { eq: "Sales Invoice" }, ' +
      'startedAt: { gte: "2026-03-01T00:00:00Z", lt: "2026-04-01T00:00:00Z" } }. 1 to 10,000 requests may meet ' +
      'it; they are proven oldest first. Those that are not sealed yet are left out, and counted by ' +
      '`notSealedCount`. FORBIDDEN as in `ids`.',
  })
  where?: RequestLogWhere;
}

@InputType('ExportEvidenceInput', { description: 'The rows to prove, and the parts to disclose.' })
class ExportEvidenceInput {
  @Field(() => EvidenceRows, { description: 'The rows to prove.' })
  rows: EvidenceRows;

  @Field(() => [EvidencePartEnum], {
    defaultValue: [],
    description:
      'The parts that the bundle discloses. It contains all others as salted digests. BODY, WIRE_BODY, HEADERS, ' +
      'RESPONSE, RESPONSE_HEADERS, URL and DETAILS are FORBIDDEN for viewers from whom masking rules hide ' +
      'something. Default: none.',
  })
  disclose: Part[];

  @Field(() => [Float], {
    defaultValue: [],
    description:
      'The sizes of earlier heads that the auditor holds, at most 10. The bundle proves that each of them is a beginning ' +
      'of the tree.',
  })
  earlierSizes: number[];

  @Field(() => String, { description: `The reason, recorded in the audit trail: ${REASON_RULE}` })
  reason: string;
}

const ExportEvidencePayload = payloadOf('ExportEvidence', { bundle: [() => EvidenceBundleType, 'The bundle.'] });

/** The parts that masking rules may hide; in audit entries, the filters of other users. */
const CONTENT: readonly Part[] = ['BODY', 'WIRE_BODY', 'HEADERS', 'RESPONSE', 'RESPONSE_HEADERS', 'URL', 'DETAILS'];

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
      'mutation {\n  exportEvidence(input: {\n    rows: { ids: ["req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e"] }\n    disclose: [BODY, RESPONSE]\n' +
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
  const rows = await faultsBelow(['rows'], () => chosenRows(db, choice, head));
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
  throw new Denied(`EvidenceRows.${field}`, message, ['input', 'rows', field]);
}

async function chosenRows(db: Db, choice: Choice, head: SignedHead | null): Promise<RowsToProve> {
  return 'where' in choice
    ? filteredRows(db, choice.condition, head)
    : { rows: await rowsToExport(db, choice.named, head), notSealed: 0 };
}

/** @throws InputError for every fault of the input */
function checkedChoice(seesAll: boolean, { rows, earlierSizes, reason }: ExportEvidenceInput): Choice {
  const { ids, where } = rows;
  const faults: UserError[] = ids ? faultsOfIds(ids, ['rows', 'ids']) : [];
  const add = (field: string[], message: string, code: UserError['code'] = 'INVALID') =>
    faults.push({ field, code, message });
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
  const condition = where ? conditionOf(seesAll, where, faults) : null;
  if (faults.length > 0) throw new InputError(faults);
  return where && condition
    ? { where, condition }
    : { named: (ids ?? []).map(readNodeId).filter((row) => row !== null) };
}

/** @param faults gains those of the filter */
function conditionOf(
  seesAll: boolean,
  where: NonNullable<ExportEvidenceInput['rows']['where']>,
  faults: UserError[],
): Condition | null {
  try {
    return conditionOfInput(seesAll, where);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push(...error.errors.map((fault) => ({ ...fault, field: ['rows', ...(fault.field ?? [])] })));
    return null;
  }
}
