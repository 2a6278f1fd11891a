import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { publishEnum } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { FloatFilter } from '../../graphql/lists/filter-inputs';
import { timeArgsOf } from '../../graphql/lists/list';
import { by, whereOf } from '../../graphql/lists/where';
import { HasRole } from '../../graphql/roles/has-role';
import { PARTS, type Part } from '../exporting/bundle';
import { STOP_CODES, type StopCode } from '../sealing-stop.store';
import { EvidenceTargetType } from './anchors.type';
import { sizeFilter } from './evidence-filters.type';

const SEAL_STATUSES = ['OPEN', 'WAITING', 'SEALED', 'ERASED'] as const;
export type SealStatus = (typeof SEAL_STATUSES)[number];

export const SealStatusEnum = publishEnum('SealStatus', SEAL_STATUSES, 'Whether a row is sealed.', {
  OPEN: { description: 'The request is not finished. It has no record yet.' },
  WAITING: { description: 'The row has its record, but no signed head contains it yet. Sealing runs every second.' },
  SEALED: { description: 'A signed head of the tree contains the row. `proof` proves it.' },
  ERASED: {
    description:
      'Like SEALED, but the content of the row was erased. `proof` proves the rest, and that there was content.',
  },
});

export const EvidencePartEnum = publishEnum(
  'EvidencePart',
  Object.keys(PARTS) as Part[],
  'A part of a row that a bundle can disclose. The bundle contains all other parts as salted digests, which ' +
    'reveal nothing.',
  {
    BODY: { description: 'The bytes of `data`, with their type and length.' },
    CRITERIA: { description: '`criteria` of an audit entry.' },
    DETAILS: { description: '`before`, `after` and `details` of an audit entry.' },
    ERROR: { description: '`error` of a request.' },
    HEADERS: { description: 'The request headers: a JSON array of pairs. Secret values are replaced by [secret].' },
    IDEMPOTENCY_KEY: { description: '`idempotencyKey` of an event.' },
    MESSAGE: { description: '`skipMessage` of a decision.' },
    NAMES: {
      description:
        'The names of the users and webhooks that the rows name by their ids: of each the newest name that was sealed before ' +
        'the row, with a proof of its own. Names that were erased are left out.',
    },
    REASON: { description: '`reason` of an audit entry.' },
    REFERENCE: { description: '`referenceDocument`.' },
    REMOTE_ADDRESS: {
      description: '`remoteAddress` of a request or audit entry; of an event, the address that published it.',
    },
    RESPONSE: { description: 'The bytes of `response` that are stored.' },
    RESPONSE_HEADERS: { description: 'The response headers: a JSON array of pairs.' },
    URL: { description: '`url`.' },
    IDENTITY_ISSUER: { description: '`identityIssuer` of an audit entry.' },
    IDENTITY_SUBJECT: { description: '`identitySubject` of an audit entry.' },
    USER_AGENT: { description: '`userAgent` of an audit entry.' },
    WIRE_BODY: { description: 'INCOMING: the bytes as received, if they had a content encoding.' },
  },
);

@HasRole(...READERS)
@ObjectType('Evidence', {
  simpleResolvers: true,
  description:
    'The evidence that a row is what was recorded: its place in a Merkle tree (RFC 6962) with signed heads. ' +
    'docs/evidence.md says what it proves, and how to check it without Hookledger.',
})
export class EvidenceType {
  @Field(() => SealStatusEnum, { description: 'Whether the row is sealed.' })
  status: SealStatus;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the leaf was appended to the tree; null: WAITING or OPEN.',
  })
  sealedAt: Date | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The index of the leaf in the tree, from 0, a whole number; null: WAITING or OPEN.',
  })
  leafIndex: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The number of leaves of the tree that `proof` is made for, a whole number; null: there is no proof.',
  })
  treeSize: number | null;

  erasedAt: Date | null;

  leafHash: string | null;

  proof: string | null;
}

@HasRole(...READERS)
@ObjectType('EvidenceHead', {
  simpleResolvers: true,
  description:
    'A signed head of the tree. An earlier head that you hold shows every later change of what had been ' +
    'sealed before it.',
})
export class EvidenceHeadType {
  @Field(() => Float, { description: 'The number of leaves, a whole number.' })
  treeSize: number;

  @Field(() => String, {
    description:
      'The head as a signed note of the format c2sp.org/tlog-checkpoint: origin, size, root hash, signature.',
  })
  checkpoint: string;

  @Field(() => GraphQLDateTime, { description: 'When the head was signed, by the clock of the database.' })
  signedAt: Date;
}

export const EvidenceHeadConnection = connectionOf('EvidenceHead', () => EvidenceHeadType);

export const EvidenceStopCodeEnum = publishEnum(
  'EvidenceStopCode',
  STOP_CODES,
  'Why nothing is sealed; ROWS: why not all is.',
  {
    UNREADABLE: {
      description: 'EVIDENCE_HEAD_FILE of one machine cannot be read, or is no head that this log signed.',
    },
    UNWRITABLE: { description: 'EVIDENCE_HEAD_FILE of one machine cannot be written.' },
    OTHER_LOG: { description: 'EVIDENCE_HEAD_FILE of one machine has a head of another log.' },
    NEWER: {
      description: 'A known head is newer than the tree: the database was restored from a backup, or lost its end.',
    },
    CONTRADICTS: {
      description:
        'A known head is not a beginning of the tree: the tree was rewritten, or a stored hash of it was edited, which verifyEvidence says.',
    },
    FAILED: { description: 'The database refuses what sealing writes, or the key cannot be read.' },
    ROWS: { description: 'Some rows of the queue cannot be sealed, and wait. All others are sealed.' },
  },
);

@HasRole(...READERS)
@ObjectType('EvidenceStop', {
  simpleResolvers: true,
  description:
    'Why nothing is sealed, or not all. Deliveries continue, and requests wait to be sealed. docs/evidence.md says what to do.',
})
export class EvidenceStopType {
  @Field(() => EvidenceStopCodeEnum, { description: 'The kind of the reason.' })
  code: StopCode;

  @Field(() => String, { description: 'The reason, as a sentence.' })
  message: string;

  @Field(() => String, { description: 'The process that found the reason: its host and its EVIDENCE_HEAD_FILE.' })
  reporter: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The known head that the tree does not contain; then no process seals. null: only the reporting process ' +
      'does not seal.',
  })
  checkpoint: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the reason was found.' })
  since: Date;
}

@HasRole(...READERS)
@ObjectType('EvidenceStatus', { simpleResolvers: true, description: 'The state of the sealed log.' })
export class EvidenceStatusType {
  @Field(() => String, { nullable: true, description: 'The name of the log; null: nothing was sealed yet.' })
  origin: string | null;

  @Field(() => [String], {
    description:
      'The verifier keys, 1 for each signing key, newest first. An auditor must get them in another way than ' +
      'the proofs. Also served at /evidence/vkey, without an API key.',
  })
  keys: string[];

  @Field(() => Float, { description: 'The number of leaves in the tree, a whole number.' })
  treeSize: number;

  @Field(() => EvidenceHeadType, { nullable: true, description: 'The newest signed head; null: there is none yet.' })
  head: EvidenceHeadType | null;

  @Field(() => Int, { description: 'The number of leaves that are not in the tree yet; 1,001: more than 1,000.' })
  waitingCount: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'For how many seconds the first leaf has waited, since its request ended or its row was written; null: none waits.',
  })
  oldestWaitingSeconds: number | null;

  @Field(() => [EvidenceStopType], {
    description:
      'Why nothing is sealed, or not all: at most 1 reason for each process that seals. Empty: sealing works.',
  })
  stops: EvidenceStopType[];

  @Field(() => [EvidenceTargetType], {
    description:
      'The parties to which heads are sent, 1 for each witness and authority, with the result of the last try.',
  })
  lastAnchors: EvidenceTargetType[];
}

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('EvidenceBundle', {
  simpleResolvers: true,
  description:
    'Proofs for an auditor: a file for verify-evidence.mjs, which Hookledger serves at /evidence/verify.mjs.',
})
export class EvidenceBundleType {
  @Field(() => String, { description: 'The content of the file, which is JSON.' })
  text: string;

  @Field(() => String, {
    description: 'The SHA-256 of the file in UTF-8: 64 hexadecimal digits. The audit trail contains it.',
  })
  sha256: string;

  @Field(() => Int, { description: 'The number of proofs.' })
  rowCount: number;

  @Field(() => Int, {
    description:
      'The number of requests that meet `where` and are not in the bundle because they are not sealed yet; 0 ' +
      'with `ids`.',
  })
  notSealedCount: number;
}

export const EvidenceHeadWhere = whereOf(
  'EvidenceHeadWhere',
  'evidence_heads',
  'Signed heads that meet all of these conditions.',
  {
    treeSize: by.tests(FloatFilter, sizeFilter('tree_size'), 'The number of leaves of the tree: { lte: 4711 }.'),
    signedAt: by.time('When the head was signed.'),
  },
);
export type EvidenceHeadWhere = InstanceType<typeof EvidenceHeadWhere>;

export const EvidenceHeadListArgs = timeArgsOf(EvidenceHeadWhere);
export type EvidenceHeadListArgs = InstanceType<typeof EvidenceHeadListArgs>;

@ArgsType()
export class ConsistencyArgs {
  @Field(() => Float, { description: 'The number of leaves of the earlier tree: a whole number, at least 1.' })
  from: number;

  @Field(() => Float, { description: 'The number of leaves of the later tree, at most `evidenceStatus { treeSize }`.' })
  to: number;
}

@ArgsType()
export class CompletenessArgs {
  @Field(() => String, { description: 'The month in UTC: "2026-03".' })
  month: string;

  @Field(() => ID, { nullable: true, description: 'The id of the webhook, `whk_...`. Default: all webhooks together.' })
  webhookId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The `next` of the previous call. Default: from the start of the month.',
  })
  after?: string | null;
}
