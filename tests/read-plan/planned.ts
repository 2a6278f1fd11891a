import { type GraphQLObjectType, getNamedType, Kind, parse } from 'graphql';
import { compileQuery } from '../../src/read-plan/compile';
import { SQL_FIELDS } from '../../src/server/schema/schema';
import { schema, typeNamed } from '../roles/paths';
import { type Pick, printSelection } from '../roles/selection';

/** The fields of rows that no statement reads, and the root fields. A query with one of them is answered field by field. */
export const WITHOUT_PLAN = [
  'AuditEntry.evidence',
  'AuditEntry.subject',
  'BusinessDocument.businessEvents',
  'BusinessDocument.deliveries',
  'BusinessDocument.requests',
  'BusinessDocument.timeline',
  'BusinessDocument.verdicts',
  'BusinessEvent.evidence',
  'Delivery.evidence',
  'Delivery.predecessor',
  'Erasure.recipients',
  'Export.bytesSent',
  'Export.rowsSent',
  'Export.url',
  'Export.where',
  'OwnAuditEntry.subject',
  'Query.about',
  'Query.approval',
  'Query.businessDocument',
  'Query.deliveryStats',
  'Query.evidenceAnchors',
  'Query.evidenceCompleteness',
  'Query.evidenceConsistency',
  'Query.evidenceHeads',
  'Query.evidenceRun',
  'Query.evidenceRuns',
  'Query.evidenceStatus',
  'Query.expiringSecrets',
  'Query.explainVerification',
  'Query.keptMonths',
  'Query.mySessions',
  'Query.node',
  'Query.nodes',
  'Query.retentionLimits',
  'Query.search',
  'Query.systemHealth',
  'Query.viewerRoles',
  'Query.webhookRequestLogStats',
  'Webhook.caCertificates',
  'Webhook.circuit',
  'Webhook.credentials',
  'Webhook.fields',
  'Webhook.headers',
  'Webhook.health',
  'Webhook.incoming',
  'Webhook.proxy',
  'Webhook.rateLimit',
  'Webhook.signingKeys',
  'Webhook.stats',
  'Webhook.unrecordedRefusals',
  'WebhookRequestLog.evidence',
  'WebhookVersion.changes',
];

interface Planned {
  /** What one statement reads of a path; null: nothing. A row that is asked of `node` is asked of its own root field. */
  path: Pick | null;
  /** The names of the fields that are left out, such as `Webhook.stats`. */
  without: ReadonlySet<string>;
}

/** By the text of the path: the paths of one role are mostly those of the next. */
const known = new Map<string, Planned>();

export function planned(path: Pick): Planned {
  const text = printSelection({ type: typeNamed('Query'), picks: [path] });
  const without = new Set<string>();
  const found = known.get(text) ?? {
    path: plannedIn(typeNamed('Query'), atOwnRoot(path), (inner) => inner, without),
    without,
  };
  known.set(text, found);
  return found;
}

function atOwnRoot(path: Pick): Pick {
  const { field, below } = path;
  if (field.name !== 'node') return path;
  const own = Object.values(typeNamed('Query').getFields()).find(
    ({ type, args: [arg, ...others] }) =>
      getNamedType(type) === below?.type && arg?.name === 'id' && others.length === 0,
  );
  return own ? { ...path, field: own } : path;
}

/**
 * @param outer puts the field, or what stands for it, below the fields that lead to it
 * @param without gets the names of the fields that are left out
 */
function plannedIn(
  parent: GraphQLObjectType,
  pick: Pick,
  outer: (inner: Pick) => Pick,
  without: Set<string>,
): Pick | null {
  if (hasPlan(outer(pick))) return pick;
  const { field, below } = pick;
  const selecting = (picks: Pick[]): Pick => ({ ...pick, below: below && { ...below, picks } });
  if (!below || !hasPlan(outer(selecting([])))) {
    without.add(`${parent.name}.${field.name}`);
    return null;
  }
  const picks: Pick[] = [];
  for (const each of below.picks) {
    const part = plannedIn(below.type, each, (inner) => outer(selecting([inner])), without);
    // a plan reads the rows of a list once: `edges` or `nodes`
    if (part && hasPlan(outer(selecting([...picks, part])))) picks.push(part);
  }
  return selecting(picks);
}

function hasPlan(path: Pick): boolean {
  const [operation] = parse(`{ ${printSelection({ type: typeNamed('Query'), picks: [path] })} }`).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('it is a query');
  const masks = { seesAll: true, tellsRowsApart: false };
  return (
    compileQuery({ schema, types: SQL_FIELDS, fragments: new Map(), isSet: () => false, masks }, operation) !== null
  );
}
