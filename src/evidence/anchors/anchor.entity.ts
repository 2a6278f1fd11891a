// Anchors: proofs that other parties know a head of the tree.
import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { oneOf } from '../../sql/columns';
import { EvidenceHeadEntity } from '../evidence-head.entity';

export const ANCHOR_KINDS = ['EVENT', 'WITNESS', 'RFC3161', 'ATTACHED'] as const;
export type AnchorKind = (typeof ANCHOR_KINDS)[number];
/** Those that Hookledger makes itself. */
const TARGET_KINDS = ['EVENT', 'WITNESS', 'RFC3161'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];
/** Of a stored proof: more than any party sends. */
/** Of one head, beyond which no proof is attached to it. */
export const MAX_ANCHORS = 20;
export const MAX_PROOF_BYTES = 65_536;

/** A proof that another party knew a head; EVENT: the event that published it. */
@Entity('evidence_anchors')
@Unique('evidence_anchors_head_key', ['treeSize', 'origin', 'kind', 'by'])
@Check('evidence_anchors_size_check', `octet_length(proof) <= ${MAX_PROOF_BYTES} and octet_length(query) <= 1024`)
@Check('evidence_anchors_kind_check', oneOf('kind', ANCHOR_KINDS))
export class EvidenceAnchorEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'evidence_anchors_pkey' })
  id: string;

  @Column('text')
  origin: string;

  @Column('bigint', { name: 'tree_size' })
  treeSize: string;

  @ManyToOne(() => EvidenceHeadEntity)
  @JoinColumn([
    { name: 'origin', referencedColumnName: 'origin', foreignKeyConstraintName: 'evidence_anchors_head_fkey' },
    { name: 'tree_size', referencedColumnName: 'treeSize', foreignKeyConstraintName: 'evidence_anchors_head_fkey' },
  ])
  head: EvidenceHeadEntity;

  @Column('text')
  kind: AnchorKind;

  /** The name of the witness, the URL of the authority, or who made the proof. */
  @Column('text')
  by: string;

  /** RFC3161: the query. */
  @Column('bytea', { nullable: true })
  query: Buffer | null;

  @Column('bytea', { nullable: true })
  proof: Buffer | null;

  @Column({ type: 'timestamptz', precision: 3 })
  at: Date;
}

/** A party to which heads are sent, and the last try. */
@Entity('evidence_anchor_targets')
@Check('evidence_anchor_targets_size_check', 'anchored_size >= 0')
@Check('evidence_anchor_targets_kind_check', oneOf('kind', TARGET_KINDS))
export class EvidenceAnchorTargetEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'evidence_anchor_targets_pkey' })
  kind: TargetKind;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'evidence_anchor_targets_pkey' })
  by: string;

  @Column({ type: 'timestamptz', name: 'tried_at', precision: 3, nullable: true })
  triedAt: Date | null;

  /** When anchorEvidence asked for an anchor that was not made yet. */
  @Column({ type: 'timestamptz', name: 'ordered_at', precision: 3, nullable: true })
  orderedAt: Date | null;

  /** The size of the newest head that was anchored. */
  @Column('bigint', { name: 'anchored_size', nullable: true })
  anchoredSize: string | null;

  @Column({ type: 'timestamptz', name: 'anchored_at', precision: 3, nullable: true })
  anchoredAt: Date | null;

  /** The error of the last try; null: it succeeded. */
  @Column('text', { nullable: true })
  error: string | null;
}
