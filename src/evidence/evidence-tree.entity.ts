// The Merkle tree: leaves that wait, blocks of leaves, inner nodes, and where the leaf of a row is.
import { Check, Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** Leaves that are not yet in the tree. Triggers write them; sealing deletes them. */
@Entity('evidence_queue')
@Check('evidence_queue_kind_check', 'kind between 1 and 5')
@Check('evidence_queue_leaf_hashes_check', 'octet_length(leaf_hashes) = 32 * cardinality(subject_ids)')
export class EvidenceQueueEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'evidence_queue_pkey',
  })
  id: string;

  @Column('smallint')
  kind: number;

  @Column('uuid', { name: 'subject_ids', array: true })
  subjectIds: string[];

  @Column('bytea', { name: 'leaf_hashes' })
  leafHashes: Buffer;
}

/** The leaves that one sealing added, and the tree after it. */
@Entity('evidence_blocks')
@Unique('evidence_blocks_tree_size_key', ['treeSize'])
@Check(
  'evidence_blocks_size_check',
  `first_index >= 0 and leaf_count > 0 and tree_size = first_index + leaf_count and octet_length(leaf_hashes) = 32 * leaf_count`,
)
@Check('evidence_blocks_root_check', 'octet_length(root_hash) = 32')
export class EvidenceBlockEntity {
  @PrimaryColumn('bigint', { name: 'first_index', primaryKeyConstraintName: 'evidence_blocks_pkey' })
  firstIndex: string;

  @Column('integer', { name: 'leaf_count' })
  leafCount: number;

  @Column('bigint', { name: 'tree_size' })
  treeSize: string;

  @Column('bytea', { name: 'leaf_hashes' })
  leafHashes: Buffer;

  /** The roots of the perfect subtrees of the tree, largest first. */
  @Column('bytea')
  frontier: Buffer;

  @Column('bytea', { name: 'root_hash' })
  rootHash: Buffer;

  @Column({ type: 'timestamptz', name: 'sealed_at', precision: 3 })
  sealedAt: Date;
}

/** An inner node at the levels 8, 16, 24 and so on. */
@Entity('evidence_nodes')
@Check('evidence_nodes_level_check', 'level > 0 and level % 8 = 0')
@Check('evidence_nodes_hash_check', 'octet_length(hash) = 32')
export class EvidenceNodeEntity {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'evidence_nodes_pkey' })
  level: number;

  @PrimaryColumn('bigint', { name: 'node_index', primaryKeyConstraintName: 'evidence_nodes_pkey' })
  nodeIndex: string;

  @Column('bytea')
  hash: Buffer;
}

/** Where the leaf of a row is. */
@Entity('evidence_leaves')
@Check('evidence_leaves_place_check', 'kind between 1 and 5 and leaf_index >= 0')
@Index('evidence_leaves_leaf_index_idx', { synchronize: false })
export class EvidenceLeafEntity {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'evidence_leaves_pkey' })
  kind: number;

  @PrimaryColumn('uuid', { name: 'subject_id', primaryKeyConstraintName: 'evidence_leaves_pkey' })
  subjectId: string;

  @Column('bigint', { name: 'leaf_index' })
  leafIndex: string;
}
