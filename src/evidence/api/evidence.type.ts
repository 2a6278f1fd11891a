import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { STOP_CODES, type StopCode } from '../evidence-head.entity';
import { PARTS, type Part } from '../exporting/disclosed-parts';
import { EvidenceTargetType } from './anchors.type';

export const EVIDENCE_STATES = ['OPEN', 'WAITING', 'SEALED', 'ERASED'] as const;
export type EvidenceState = (typeof EVIDENCE_STATES)[number];

export const EvidenceStateEnum = publishEnum('EvidenceState', EVIDENCE_STATES, 'How far a row is sealed.', {
  OPEN: { description: 'The request is not finished. It has no record yet.' },
  WAITING: { description: 'The row has its record, but no signed head contains it yet. Sealing runs every second.' },
  SEALED: { description: 'A signed head of the tree contains the row. `proof` proves it.' },
  ERASED: {
    description:
      'As SEALED, but the content of the row was erased. `proof` proves the rest, and that there was content.',
  },
});

export const EvidencePartEnum = publishEnum(
  'EvidencePart',
  Object.keys(PARTS) as Part[],
  'A part of a row that a bundle can disclose. The others stay in it as salted digests, which tell nothing.',
  {
    BODY: { description: 'The bytes of `data`, with their type and length.' },
    DETAILS: { description: '`details` of an audit entry.' },
    ERROR: { description: '`error` of a request.' },
    HEADERS: { description: 'The request headers: a JSON array of pairs. Secret values are replaced by [secret].' },
    IDEMPOTENCY_KEY: { description: '`idempotencyKey` of an event.' },
    MESSAGE: { description: '`skipMessage` of a decision.' },
    REASON: { description: '`reason` of an audit entry.' },
    REFERENCE: { description: '`referenceDocument`.' },
    REMOTE_ADDRESS: {
      description: '`remoteAddress` of a request or audit entry; of an event, the address that published it.',
    },
    RESPONSE: { description: 'The bytes of `response` that are stored.' },
    RESPONSE_HEADERS: { description: 'The response headers: a JSON array of pairs.' },
    URL: { description: '`url`.' },
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
  @Field(() => EvidenceStateEnum, { description: 'How far the row is sealed.' })
  state: EvidenceState;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When its leaf was put into the tree; null: WAITING or OPEN.',
  })
  sealedAt: Date | null;

  @Field(() => Float, { nullable: true, description: 'The place of its leaf in the tree, from 0; a whole number.' })
  leafIndex: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The number of leaves in the tree that `proof` is made for; a whole number.',
  })
  treeSize: number | null;

  leafHash: string | null;

  proof: string | null;
}

@HasRole(...READERS)
@ObjectType('EvidenceHead', {
  simpleResolvers: true,
  description:
    'A signed head of the tree. An earlier head that you hold proves that nothing before it was changed since.',
})
export class EvidenceHeadType {
  @Field(() => Float, { description: 'The number of leaves; a whole number.' })
  treeSize: number;

  @Field(() => String, {
    description:
      'The head as a signed note of the format c2sp.org/tlog-checkpoint: origin, size, root hash, signature.',
  })
  checkpoint: string;

  @Field(() => GraphQLDateTime, { description: 'When it was signed, by the clock of the database.' })
  signedAt: Date;
}

export const EvidenceStopCodeEnum = publishEnum('EvidenceStopCode', STOP_CODES, 'Why nothing is sealed.', {
  UNREADABLE: { description: 'EVIDENCE_HEAD_FILE of one machine cannot be read, or is no head that this log signed.' },
  UNWRITABLE: { description: 'EVIDENCE_HEAD_FILE of one machine cannot be written.' },
  OTHER_LOG: { description: 'EVIDENCE_HEAD_FILE of one machine has a head of another log.' },
  NEWER: {
    description: 'A known head is newer than the tree: the database was restored from a backup, or lost its end.',
  },
  CONTRADICTS: { description: 'A known head is not a beginning of the tree: the tree was made anew.' },
});

@HasRole(...READERS)
@ObjectType('EvidenceStop', {
  simpleResolvers: true,
  description:
    'Why nothing is sealed. Deliveries go on, and requests wait to be sealed. docs/evidence.md says what to do.',
})
export class EvidenceStopType {
  @Field(() => EvidenceStopCodeEnum, { description: 'The kind of the reason.' })
  code: StopCode;

  @Field(() => String, { description: 'The reason, as a sentence.' })
  message: string;

  @Field(() => String, { description: 'The process that found it: its host and its EVIDENCE_HEAD_FILE.' })
  reporter: string;

  @Field(() => String, {
    nullable: true,
    description: 'The known head that the tree lacks: no process seals; null: only this process does not.',
  })
  checkpoint: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it was found.' })
  since: Date;
}

@HasRole(...READERS)
@ObjectType('EvidenceStatus', { simpleResolvers: true, description: 'The state of the sealed log.' })
export class EvidenceStatusType {
  @Field(() => String, { nullable: true, description: 'The name of the log; null: nothing was sealed yet.' })
  origin: string | null;

  @Field(() => [String], {
    description:
      'The verifier keys, 1 for each signing key, newest first: what an auditor must have got by another way than the proofs. Also served at ' +
      '/evidence/vkey, without an API key.',
  })
  keys: string[];

  @Field(() => Float, { description: 'The number of leaves in the tree; a whole number.' })
  treeSize: number;

  @Field(() => EvidenceHeadType, { nullable: true, description: 'The newest signed head; null: there is none yet.' })
  head: EvidenceHeadType | null;

  @Field(() => Int, { description: 'The number of leaves that are not in the tree yet; 1,001: more than 1,000.' })
  waiting: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The age of the oldest row that waits, in seconds, since it began; null: none waits.',
  })
  oldestWaitingSeconds: number | null;

  @Field(() => [EvidenceStopType], {
    description: 'Why nothing is sealed: at most 1 reason for each process that seals. Empty: sealing works.',
  })
  stops: EvidenceStopType[];

  @Field(() => [EvidenceTargetType], {
    description: 'To whom heads are sent, 1 for each witness and authority, and how the last try ended.',
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
  @Field(() => String, { description: 'The content of the file, JSON.' })
  text: string;

  @Field(() => String, {
    description: 'The SHA-256 of the file in UTF-8: 64 hexadecimal digits. The audit trail has it too.',
  })
  sha256: string;

  @Field(() => Int, { description: 'The number of proofs.' })
  rows: number;

  @Field(() => Int, {
    description:
      'With `where`: the number of requests that meet it, and are not in the bundle because they are not sealed yet; ' +
      'with `ids` 0.',
  })
  notSealed: number;
}
